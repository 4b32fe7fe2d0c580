import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import type { SnapshotDigest } from '../../lib/model/digest.ts';
import { AGENT, AgentHost, has, SHELLS } from '../support/agent.ts';

/** The agent as a host runs it, with a destination that is a folder. */

const skip = process.platform !== 'linux' ? 'Linux only' : has('ss') ? false : 'ss (iproute2) is not installed';

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const snapshotsIn = async (bytes: Uint8Array): Promise<readonly SnapshotDigest[]> => {
  const ref = { kind: 'snapshots', host: 'web-1', name: 'x' } as const;
  const outcome = await digestUpload({ ref, uri: 'u', lastModified: new Date().toISOString(), body: once(bytes) });
  assert.equal(outcome.kind, 'digested');
  return outcome.digests.filter((digest) => digest.kind === 'snapshot');
};

const bytesOf = (host: AgentHost, key: string): Uint8Array => readFileSync(join(host.outbox, key));
const snapshotKeys = (host: AgentHost): readonly string[] => host.arrived().filter((key) => key.includes('/snapshots/'));

test('is clean in the eyes of shellcheck', { skip: has('shellcheck') ? false : 'shellcheck is not installed' }, () => {
  const { stdout, status } = spawnSync('shellcheck', ['-s', 'dash', AGENT], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [0, '']);
});

for (const shell of SHELLS) {
  const under = `under ${shell.join(' ')}`;

  test(`prints a snapshot that is understood to the last line, ${under}`, { skip }, async () => {
    const host = new AgentHost(shell, []);
    const { status, out } = host.run('once', '--stdout');
    assert.equal(status, 0);
    const [snapshot] = await snapshotsIn(Buffer.from(out));
    assert.deepEqual([snapshot?.account.unparsed, snapshot?.knows.processes, snapshot?.range?.basis], [0, true, 'sysctl']);
    assert.ok(Math.abs(Date.parse(snapshot?.takenAt ?? '') - Date.now()) < 10_000);
    host.remove();
  });

  test(`sends five snapshots in one object, and at once when something fails, ${under}`, { skip }, async () => {
    const host = new AgentHost(shell, []);
    const log = join(host.folder, 'shop.log');
    writeFileSync(log, '2026-11-23T10:00:00Z INFO started\n');
    host.configure([`LOG=shop=${log}`, 'EVERY=5']);
    for (let i = 0; i < 4; i += 1) host.run('run');
    assert.deepEqual(host.arrived(), []);
    host.run('run');
    const [key = ''] = snapshotKeys(host);
    assert.equal((await snapshotsIn(bytesOf(host, key))).length, 5);
    assert.equal(host.arrived().filter((one) => one.includes('/logs/shop/')).length, 1);
    appendFileSync(
      log,
      '2026-11-23T10:00:01Z ERROR java.net.BindException: Address already in use\n2026-11-23T10:00:02Z INFO on\n2026-11-23T10:00:03Z INFO on\n',
    );
    host.run('run');
    assert.equal(snapshotKeys(host).length, 2);
    const logs = host.arrived().filter((one) => one.includes('/logs/shop/'));
    assert.match(logs.map((one) => gunzipSync(bytesOf(host, one)).toString()).join(''), /BindException/);
    host.remove();
  });

  test(`keeps what cannot be uploaded, says why, and drops the oldest first, which it says too, ${under}`, { skip }, async () => {
    const host = new AgentHost(shell, ['EVERY=1']);
    host.failWith('Could not connect to the endpoint URL: "https://bucket.s3.amazonaws.com/"');
    const { status, err } = host.run('run');
    assert.equal(status, 1);
    assert.match(err, /cannot upload, kept for the next time \(1 objects\): Could not connect to the endpoint URL/);
    assert.equal(host.spooled().length, 1);
    host.failWith(null);
    assert.equal(host.run('run').status, 0);
    assert.deepEqual(host.spooled(), []);
    assert.ok(snapshotKeys(host).length >= 1);

    host.failWith('An error occurred (403) when calling the PutObject operation: Forbidden');
    host.configure(['EVERY=1', 'SPOOL_MB=0']);
    assert.match(host.run('run').err, /the spool is full \(0 MiB\): dropped /);
    host.failWith(null);
    host.configure(['EVERY=1']);
    const former = snapshotKeys(host);
    assert.equal(host.run('run').status, 0);
    // Of one second, keys are told apart by the process, whose numbers have no order as text.
    const [last = ''] = snapshotKeys(host).filter((key) => !former.includes(key));
    const [snapshot] = await snapshotsIn(bytesOf(host, last));
    assert.match(snapshot?.remarks.join(' ') ?? '', /Its agent dropped 1 upload since \d{4}-\d\d-\d\dT/);
    host.remove();
  });

  test(`names the line of the settings that it does not understand, ${under}`, { skip }, () => {
    for (const [settings, words] of [
      [['EVERY=soon'], /line 6: EVERY is a number, not "soon"/],
      [['rm -rf /'], /line 6: not KEY=value/],
      [['COLOUR=red'], /line 6: "COLOUR" is no setting/],
      [['LOG=/var/log/x'], /line 6: LOG=APP=\/PATH/],
      [['HOST=web 1'], /name "web 1" is not/],
    ] as const) {
      const host = new AgentHost(shell, settings);
      const { status, err } = host.run('run');
      assert.equal(status, 2, settings.join());
      assert.match(err, words);
      host.remove();
    }
  });

  test(`check says what is missing, and uploads one snapshot, ${under}`, { skip }, () => {
    const host = new AgentHost(shell, ['LOG=shop=/nowhere/shop.log']);
    host.run('run');
    const { status, out } = host.run('check');
    assert.equal(status, 1);
    assert.match(out, /^missing {2}log \/nowhere\/shop\.log \(shop\): cannot be read$/m);
    assert.match(out, /^ok {7}uploaded hosts\/web-1\/snapshots\//m);
    host.remove();
  });

  test(`installs for cron, and uninstalls all of it, ${under}`, { skip: skip || (process.getuid?.() === 0 ? false : 'needs root') }, () => {
    const host = new AgentHost(shell, []);
    assert.equal(host.run('install', '--cron').status, 0);
    const files = ['usr/local/sbin/closewatch-agent', 'etc/cron.d/closewatch'].map((name) => join(host.folder, name));
    assert.deepEqual(files.map(existsSync), [true, true]);
    assert.match(readFileSync(files[1] ?? '', 'utf8'), /^\* \* \* \* \* root \S+closewatch-agent run --cron/m);
    assert.equal(host.run('uninstall').status, 0);
    assert.deepEqual([...files, host.config, host.state].map(existsSync), [false, false, false, false]);
    host.remove();
  });
}

for (const shell of SHELLS) {
  const under = `under ${shell.join(' ')}`;
  const line = (n: number): string => `2026-11-23T10:00:0${n}Z ERROR n=${n}; Address already in use\n2026-11-23T10:00:0${n}Z INFO on\n`;
  const shipped = (host: AgentHost, app: string): readonly string[] =>
    host
      .arrived()
      .filter((key) => key.includes(`/logs/${app}/`))
      .flatMap((key) =>
        [
          ...gunzipSync(bytesOf(host, key))
            .toString()
            .matchAll(/ n=(\d)/g),
        ].map(([, n = '']) => n),
      )
      .sort();
  const age = (...paths: readonly string[]): void => {
    for (const path of paths) utimesSync(path, 1_700_000_000, 1_700_000_000);
  };

  test(`a log with a like name is another log, and one that a pattern no longer matches is read to its end, ${under}`, { skip }, () => {
    const host = new AgentHost(shell, []);
    const at = (name: string): string => join(host.folder, name);
    host.configure([`LOG=app=${at('app.log')}`, `LOG=day=${at('day *.log')}`, 'EVERY=1']);
    writeFileSync(at('app.log'), line(1));
    writeFileSync(at('day 1.log'), line(1));
    host.run('run');
    // Newer than all that is followed, beside a log that is renamed.
    renameSync(at('app.log'), at('app.log.1'));
    writeFileSync(at('app.log'), line(2));
    writeFileSync(at('app-error.log'), line(9));
    appendFileSync(at('day 1.log'), line(2));
    assert.equal(spawnSync('gzip', [at('day 1.log')]).status, 0);
    age(at('app.log'), at('app.log.1'));
    host.run('run');
    host.run('run');
    assert.deepEqual(
      [shipped(host, 'app'), shipped(host, 'day')],
      [
        ['1', '2'],
        ['1', '2'],
      ],
    );
    host.remove();
  });

  test(`a rotated file that the pattern matches too is not shipped twice, ${under}`, { skip }, () => {
    const host = new AgentHost(shell, []);
    const at = (name: string): string => join(host.folder, name);
    host.configure([`LOG=app=${at('*.log')}`, 'EVERY=1']);
    writeFileSync(at('app.log'), line(1));
    host.run('run');
    appendFileSync(at('app.log'), line(2));
    renameSync(at('app.log'), at('app-20261123.log'));
    writeFileSync(at('app.log'), line(3));
    age(at('app.log'), at('app-20261123.log'));
    for (let i = 0; i < 3; i += 1) host.run('run');
    assert.deepEqual(shipped(host, 'app'), ['1', '2', '3']);
    host.remove();
  });
}
