import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { curl } from '../support/curl.ts';

/**
 * A host without AWS credentials, from `closewatch host add` to its snapshot in the analysis: the command, the service and curl as three
 * programs. (The emulator checks no signatures; test/adapters/s3-signer.test.ts does.)
 */

const hasCurl = spawnSync('curl', ['--version']).status === 0;
const skip = hasCurl ? false : 'curl is not installed';

const grant = z.object({ url: z.url(), method: z.literal('PUT'), headers: z.record(z.string(), z.string()), expiresAt: z.iso.datetime() });
const problem = z.object({ type: z.string(), title: z.string(), status: z.number(), detail: z.string() });

const stateDir = mkdtempSync(join(tmpdir(), 'closewatch-ways-'));
const log = join(stateDir, 'output.log');
let stack: ChildProcess;
let api = '';
let token = '';

const closewatch = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['bin/closewatch.js', ...args], { encoding: 'utf8', env: { ...process.env, POWERTOOLS_LOG_LEVEL: 'DEBUG' } });
const host = (...args: readonly string[]) => closewatch('host', ...args, '--local', '--state', stateDir);

before(async () => {
  stack = spawn(
    'sh',
    ['-c', 'exec "$0" bin/closewatch.js start --empty --s3-port 0 --api-port 0 --state "$1" >"$2" 2>&1', process.execPath, stateDir, log],
    {
      // All that the functions would log: the test reads it.
      env: { ...process.env, POWERTOOLS_LOG_LEVEL: 'DEBUG' },
    },
  );
  for (let i = 0; i < 200 && api === ''; i += 1) {
    await new Promise((resolve) => void setTimeout(resolve, 50));
    try {
      api = /API\s+(http:\S+)\/v1\/analyses/.exec(readFileSync(log, 'utf8'))?.[1] ?? '';
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  assert.notEqual(api, '', 'the stack has started');
});

after(async () => {
  stack.kill('SIGTERM');
  if (stack.exitCode === null) await new Promise((resolve) => void stack.once('exit', resolve));
  rmSync(stateDir, { recursive: true });
});

/** [status, content type, body] as curl got them. */
const ask = async (authorization: string, body: unknown): Promise<readonly [string, string, unknown]> => {
  const text = await curl(
    ...(authorization === '' ? [] : ['-H', `Authorization: ${authorization}`]),
    ...['-d', typeof body === 'string' ? body : JSON.stringify(body), '-w', '\n%{http_code} %{content_type}', `${api}/v1/uploads`],
  );
  const [status = '', type = ''] = text.slice(text.lastIndexOf('\n') + 1).split(' ');
  return [status, type, JSON.parse(text.slice(0, text.lastIndexOf('\n')))];
};

const SNAPSHOT = 'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 128 *:8080 *:* users:(("api",pid=7,fd=3))\n';
const plan = { key: 'hosts/web-03/snapshots/20261123T200000Z.txt', size: Buffer.byteLength(SNAPSHOT), type: 'text/plain' };

const isHeardOf = async (name: string): Promise<boolean> => {
  for (let i = 0; i < 300; i += 1) {
    if ((await curl(`${api}/v1/hosts`)).includes(`"${name}"`)) return true;
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
  return false;
};

test('enrols a host, and takes its snapshot by curl alone', { skip }, async () => {
  const added = host('add', 'web-03');
  token = added.stdout.trim();
  assert.deepEqual([added.status, added.stderr.includes(api)], [0, true]);
  const [status, type, body] = await ask(`Bearer ${token}`, plan);
  assert.deepEqual([status, type], ['201', 'application/json']);
  const { url, headers } = grant.parse(body);
  const file = join(stateDir, 'snapshot.txt');
  writeFileSync(file, SNAPSHOT);
  const args = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  assert.equal(await curl('-T', file, ...args, '-o', '/dev/null', '-w', '%{http_code}', url), '200');
  assert.ok(await isHeardOf('web-03'));
});

test('answers what it refuses as problem documents', { skip }, async () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ['401', '', plan],
    ['401', `Bearer cw_${'0'.repeat(16)}_${'A'.repeat(43)}`, plan],
    ['401', `Bearer ${token.slice(0, -4)}AAAA`, plan],
    ['403', `Bearer ${token}`, { ...plan, key: 'hosts/web-04/snapshots/a' }],
    ['413', `Bearer ${token}`, { ...plan, size: 1e12 }],
    ['422', `Bearer ${token}`, { ...plan, key: 'snapshots/a' }],
    ['422', `Bearer ${token}`, 'size=1'],
  ];
  for (const [status, authorization, body] of cases) {
    const [got, type, answer] = await ask(authorization, body);
    assert.deepEqual([got, type, problem.parse(answer).status], [status, 'application/problem+json', Number(status)]);
  }
});

test('lists tokens without what they are, and revokes them at once', { skip }, async () => {
  const { stdout } = host('list', '--json');
  assert.deepEqual(
    z
      .object({ tokens: z.array(z.object({ host: z.string(), revokedAt: z.null(), lastUsedAt: z.string() })) })
      .parse(JSON.parse(stdout))
      .tokens.map((t) => t.host),
    ['web-03'],
  );
  assert.ok(!stdout.includes(token.slice(-43)) && !stdout.includes('hash'));
  assert.match(host('list').stdout, /^web-03 +[0-9a-f]{16} {2}\d{4}-\d\d-\d\d {2}\d{4}-\d\d-\d\dT\d\d:\d\d {2}valid$/m);
  assert.equal(host('revoke', 'web-03').status, 0);
  assert.equal((await ask(`Bearer ${token}`, plan))[0], '401');
  assert.match(host('list').stdout, /revoked/);
  assert.equal(host('revoke', 'web-03').status, 2);
});

test('never writes a token anywhere', { skip }, () => {
  const output = readFileSync(log, 'utf8');
  assert.match(output, /upload granted/, 'the log level shows what is logged');
  assert.ok(!output.includes(token.slice(-43)));
  // Neither does the table's folder nor the buckets' hold it.
  assert.equal(spawnSync('grep', ['-r', '-F', '-q', token.slice(-43), stateDir]).status, 1);
});

test('says what is wrong with a call, and that no stack runs', () => {
  for (const args of [[], ['add'], ['add', 'a', 'b'], ['list', 'x'], ['grow', 'x'], ['add', 'a/b'], ['--nonsense']])
    assert.equal(host(...args).status, 2, args.join(' '));
  const { status, stderr } = closewatch('host', 'list', '--local', '--state', join(stateDir, 'none'));
  assert.equal(status, 2);
  assert.match(stderr, /closewatch start/);
});
