import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AgentHost, has } from '../support/agent.ts';
import { until } from '../support/until.ts';

/** The agent against the running service: by the real AWS CLI, by curl with a token, and from Debian's cron. */

const needs = (...commands: readonly string[]): string | false => {
  if (process.platform !== 'linux') return 'Linux only';
  const absent = commands.filter((command) => !has(command));
  return absent.length === 0 ? false : `not installed: ${absent.join(', ')}`;
};

const stateDir = mkdtempSync(join(tmpdir(), 'closewatch-host-'));
const output = join(stateDir, 'output.log');
let stack: ChildProcess;
let api = '';
let s3 = '';

const isHeardOf = async (name: string): Promise<boolean> => (await (await fetch(`${api}/v1/hosts`)).text()).includes(`"${name}"`);

before(async () => {
  const script = 'exec "$0" bin/closewatch.js start --empty --s3-port 0 --api-port 0 --state "$1" >"$2" 2>&1';
  stack = spawn('sh', ['-c', script, process.execPath, stateDir, output]);
  await until('the stack', () => {
    const text = existsSync(output) ? readFileSync(output, 'utf8') : '';
    api = /API\s+(http:\S+)\/v1\/analyses/.exec(text)?.[1] ?? '';
    s3 = /S3\s+(http:\/\/[^/\s]+)\//.exec(text)?.[1] ?? '';
    return api !== '';
  });
});

after(async () => {
  const ended = new Promise((resolve) => void stack.once('exit', resolve));
  stack.kill('SIGTERM');
  await ended;
  rmSync(stateDir, { recursive: true });
});

const enrol = (name: string, file: string): void => {
  const argv = ['bin/closewatch.js', 'host', 'add', name, '--local', '--state', stateDir];
  const { stdout, status } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  assert.equal(status, 0);
  writeFileSync(file, stdout);
  chmodSync(file, 0o600);
};

const FAILURES = ['10:00:01', '10:00:02', '10:00:03'].map(
  (time) =>
    `${new Date().toISOString().slice(0, 10)}T${time}Z ERROR [77] shop: connect to 10.0.0.9:80 failed: [Errno 99] Cannot assign requested address`,
);

test('uploads by the AWS CLI', { skip: needs('aws', 'ss') }, async () => {
  const host = new AgentHost(['sh'], []);
  rmSync(join(host.folder, 'bin/aws'));
  const log = join(host.folder, 'shop.log');
  writeFileSync(log, `${FAILURES.join('\n')}\n`);
  host.configure(['DESTINATION=s3://closewatch-uploads', `ENDPOINT_URL=${s3}`, 'HOST=by-cli', `LOG=shop=${log}`, 'EVERY=1']);
  const env = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_DEFAULT_REGION: 'us-east-1' };
  Object.assign(process.env, env);
  const { status, err } = host.run('run');
  assert.deepEqual([status, err], [0, '']);
  await until('the host', () => isHeardOf('by-cli'));
  host.remove();
});

test('uploads by curl alone, with a token of its own', { skip: needs('curl', 'ss') }, async () => {
  const host = new AgentHost(['sh'], []);
  const token = join(host.folder, 'token');
  enrol('by-token', token);
  host.configure([`DESTINATION=${api}`, `TOKEN_FILE=${token}`, 'HOST=by-token', 'EVERY=1']);
  const { status, err } = host.run('run');
  assert.deepEqual([status, err], [0, '']);
  await until('the host', () => isHeardOf('by-token'));
  // Another host's name: the token does not allow it.
  host.configure([`DESTINATION=${api}`, `TOKEN_FILE=${token}`, 'HOST=by-cli', 'EVERY=1']);
  const refused = host.run('run');
  assert.equal(refused.status, 1);
  assert.match(refused.err, /the API answers .*403/);
  host.remove();
});

const isCi = process.env.CI === 'true' && process.getuid?.() === 0;

test('runs from cron', { skip: isCi ? needs('cron', 'curl', 'ss') : 'changes /etc: in CI, as root' }, async () => {
  const agent = (...args: readonly string[]) => spawnSync('sh', ['infra/host/closewatch-agent', ...args], { encoding: 'utf8' });
  enrol('by-cron', '/etc/closewatch.token');
  writeFileSync('/etc/closewatch.conf', `DESTINATION=${api}\nHOST=by-cron\nJITTER=2\nEVERY=1\n`);
  assert.equal(agent('install', '--cron').status, 0);
  const cron = spawn('cron', ['-f']);
  try {
    await until('the next minute', () => isHeardOf('by-cron'), 90_000);
  } finally {
    cron.kill();
    rmSync('/etc/closewatch.token');
    assert.match(agent('uninstall').stdout, /removed \/etc\/cron\.d\/closewatch/);
  }
  assert.deepEqual(
    ['/etc/cron.d/closewatch', '/etc/closewatch.conf', '/usr/local/sbin/closewatch-agent', '/var/lib/closewatch'].map(existsSync),
    [false, false, false, false],
  );
});
