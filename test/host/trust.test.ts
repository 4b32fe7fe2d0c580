import assert from 'node:assert/strict';
import { chmodSync, lchownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import { AGENT, AgentHost, SHELLS } from '../support/agent.ts';

/** The agent runs as root beside users who are not: what they may name, link or print must not make it send, or hide, what is not theirs. */

const skip = process.platform !== 'linux' ? 'Linux only' : process.getuid?.() === 0 ? false : 'needs root, to make files of other users';
const SHOP = 4312;
const SECRET = 'root:$6$salt$hash:20000:0:99999:7:::';

const shippedBy = (host: AgentHost): string =>
  host
    .arrived()
    .filter((key) => key.includes('/logs/'))
    .map((key) => gunzipSync(readFileSync(join(host.outbox, key))).toString())
    .join('\n');

/** A folder of the shop's, beside root's file. */
const withLogs = (shell: readonly string[]) => {
  const host = new AgentHost(shell, []);
  const logs = join(host.folder, 'logs');
  const secret = join(host.folder, 'private', 'shadow');
  for (const folder of [logs, join(host.folder, 'private')]) mkdirSync(folder);
  writeFileSync(secret, `${SECRET}\n`);
  host.configure([`LOG=shop=${logs}/*.log`, 'EVERY=1']);
  const link = (to: string, name: string, owner: number): void => {
    symlinkSync(to, join(logs, name));
    lchownSync(join(logs, name), owner, owner);
  };
  const log = (name: string, text: string): void => {
    writeFileSync(join(logs, name), `2026-11-23T10:00:00Z INFO ${text}\n`);
    lchownSync(join(logs, name), SHOP, SHOP);
  };
  return { host, logs, secret, link, log };
};

for (const shell of SHELLS) {
  const under = `under ${shell.join(' ')}`;

  test(`sends no file of another user for a link that somebody laid, ${under}`, { skip }, () => {
    const { host, logs, secret, link, log } = withLogs(shell);
    log('own.log', 'of its own');
    log('target', 'behind its own link');
    link(join(logs, 'target'), 'linked.log', SHOP);
    link(secret, 'laid.log', SHOP);
    const { err } = host.run('run');
    assert.ok(
      ['of its own', 'behind its own link'].every((text) => shippedBy(host).includes(text)),
      shippedBy(host),
    );
    assert.ok(!shippedBy(host).includes(SECRET), shippedBy(host));
    assert.match(err, /laid\.log leads to another user's file: it is not sent/);
    host.remove();
  });

  test(`nor for a folder that somebody put a link in place of, ${under}`, { skip }, () => {
    const { host, logs, secret } = withLogs(shell);
    writeFileSync(`${secret}.log`, `${SECRET}\n`);
    rmSync(logs, { recursive: true });
    symlinkSync(join(host.folder, 'private'), logs);
    lchownSync(logs, SHOP, SHOP);
    host.run('run');
    assert.ok(!shippedBy(host).includes(SECRET), shippedBy(host));
    host.remove();
  });

  test(`root's own links are followed, ${under}`, { skip }, () => {
    const { host, secret, link } = withLogs(shell);
    link(secret, 'current.log', 0);
    host.run('run');
    assert.ok(shippedBy(host).includes(SECRET));
    host.remove();
  });

  test(`a name of two lines is not two names, ${under}`, { skip }, () => {
    const { host, logs, log } = withLogs(shell);
    log('own.log', 'of its own');
    host.run('run');
    // Cron starts it where root lives.
    writeFileSync(join(host.folder, '.history'), `${SECRET}\n`);
    log('own.log.1\n.history', 'x');
    mkdirSync(join(logs, 'a\n'));
    writeFileSync(join(logs, 'own.log'), '');
    host.run('run');
    log('own.log', 'more of its own');
    host.run('run');
    assert.ok(!shippedBy(host).includes(SECRET), shippedBy(host));
    host.remove();
  });

  test(`a process whose name looks like a section's header hides no socket, ${under}`, { skip }, async () => {
    const host = new AgentHost(shell, []);
    const row = (port: number, name: string): string => `CLOSE-WAIT 1 0 10.0.0.1:${port} 10.0.0.9:80 users:(("${name}",pid=${port},fd=3))`;
    const rows = [row(40_001, 'sync'), row(40_002, '\n==> meta <==\n'), row(40_003, 'sync')];
    writeFileSync(join(host.folder, 'bin/ss'), `#!/bin/sh\ncat <<'END'\n${rows.join('\n')}\nEND\n`);
    chmodSync(join(host.folder, 'bin/ss'), 0o755);
    const body = (async function* () {
      yield Buffer.from(host.run('once', '--stdout').out);
    })();
    const ref = { kind: 'snapshots', host: 'web-1', name: 'x' } as const;
    const outcome = await digestUpload({ ref, uri: 'u', lastModified: new Date().toISOString(), body });
    assert.ok(outcome.kind === 'digested', AGENT);
    assert.equal(outcome.digests.length, 1);
    assert.deepEqual(outcome.digests[0]?.kind === 'snapshot' ? outcome.digests[0].states : null, { close_wait: 3 });
    host.remove();
  });
}
