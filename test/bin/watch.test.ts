import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { readDuration } from '../../bin/duration.ts';
import { readLogOption } from '../../bin/watching.ts';
import { removeStaleNetworks, setSysctl, withNetwork } from '../lab/network.ts';
import { missing } from '../lab/requirements.ts';

/** `closewatch watch` on this machine's own sockets: programs that leak, in a network of their own, in real time. */

const lacking = missing(false);
const skip = lacking.length === 0 ? false : lacking.join(' ');
const hasScript = spawnSync('script', ['--version']).status === 0;

const folder = mkdtempSync(join(tmpdir(), 'closewatch-watch-'));
const children: ChildProcess[] = [];
const PYTHON = '/usr/bin/python3';

before(() => {
  if (skip === false) removeStaleNetworks();
});
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Answers, and hangs up after so many seconds without a word. */
const SERVER = `
import asyncio, sys
class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        asyncio.get_running_loop().call_later(float(sys.argv[2]), transport.close)
        self.transport = transport
    def data_received(self, data):
        self.transport.write(b'ok')
async def main():
    server = await asyncio.get_running_loop().create_server(Connection, '0.0.0.0', int(sys.argv[1]), backlog=512)
    await server.serve_forever()
asyncio.run(main())
`;
/** Keeps every connection that it ever made. Its name steers a terminal. */
const LEAK = `
import socket, sys, time
if len(sys.argv) > 3:
    open('/proc/self/comm', 'wb').write(sys.argv[3].encode().decode('unicode_escape').encode())
kept = []
while True:
    try:
        s = socket.create_connection((sys.argv[1], 8080), timeout=2)
        s.sendall(b'x'); s.recv(9); kept.append(s)
    except OSError:
        time.sleep(0.3)
    time.sleep(1 / float(sys.argv[2]))
`;
/** Binds before it connects, as old HTTP clients do, and says on standard output what fails. */
const VICTIM = `
import datetime, os, socket, sys, time, traceback
while True:
    now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ')
    try:
        socket.create_connection((sys.argv[1], 8443), timeout=2, source_address=(sys.argv[2], 0)).close()
        print(now, 'INFO', '[%d]' % os.getpid(), 'login ok', flush=True)
    except OSError:
        print(now, 'ERROR', '[%d]' % os.getpid(), 'login: no answer', traceback.format_exc(), sep=' ', flush=True)
    time.sleep(0.3)
`;

const inside = (namespace: string, script: string, args: readonly string[], log: string | null = null): ChildProcess => {
  const command = [
    'netns',
    'exec',
    namespace,
    'sh',
    '-c',
    `exec "$@"${log === null ? '' : ` >'${log}'`}`,
    'sh',
    PYTHON,
    '-c',
    script,
    ...args,
  ];
  const child = spawn('ip', command, { stdio: ['ignore', 'ignore', 'ignore'] });
  children.push(child);
  return child;
};

const watchArgs = (...args: readonly string[]): readonly string[] => ['bin/closewatch.js', 'watch', ...args];

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const watch = async (...args: readonly string[]): Promise<Ended> => {
  const child = spawn(process.execPath, watchArgs(...args), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANG: 'C.UTF-8' },
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
};

const look = z.object({
  at: z.string(),
  looks: z.number(),
  ports: z.object({
    used: z.number(),
    range: z.object({ capacity: z.number() }).nullable(),
    fullAt: z.object({ about: z.string(), earliest: z.string() }).nullable(),
  }),
  holders: z.array(z.object({ pid: z.number().nullable(), closeWait: z.number(), established: z.number() })),
  logs: z.array(z.object({ app: z.string(), failures: z.number() })),
  analyses: z.array(
    z.object({
      cause: z.string(),
      severity: z.string(),
      status: z.string(),
      culprit: z.object({ pid: z.number().nullable() }).nullable(),
      victims: z.array(z.object({ app: z.string() })),
    }),
  ),
});
const looksOf = (out: string): readonly z.infer<typeof look>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => look.parse(JSON.parse(line)));

const ADDRESSES = { host: '10.20.1.3', peer: '10.20.8.21', prefix: 16 };

/** A host of 500 ports in which a program leaks `rate` connections a second. */
const withLeak = (rate: number, name: string, use: (namespace: string, pid: () => number, log: string) => Promise<void>): Promise<void> =>
  withNetwork(ADDRESSES, undefined, async ({ host, peer }) => {
    setSysctl(host, 'net.ipv4.ip_local_port_range', '20000 20499');
    inside(peer, SERVER, ['8080', '1.5']);
    inside(peer, SERVER, ['8443', '0.1']);
    await new Promise((resolve) => void setTimeout(resolve, 700));
    const leak = inside(host, LEAK, [ADDRESSES.peer, String(rate), name]);
    const log = join(folder, `${name.length}-login.log`);
    inside(host, VICTIM, [ADDRESSES.peer, ADDRESSES.host], log);
    await use(host, () => leak.pid ?? 0, log);
  });

test('names who leaks before the ports run out, says when they will, and who fails when they have', { skip }, async () => {
  await withLeak(30, 'sync', async (namespace, pid, log) => {
    const { code, out } = await watch('--netns', namespace, '--log', `login=${log}`, '--every', '1.5', '--for', '24', '--json');
    const looks = looksOf(out);
    const named = looks.find(({ analyses }) =>
      analyses.some(({ cause, culprit }) => cause === 'close-wait-leak' && culprit?.pid === pid()),
    );
    assert.ok(named !== undefined, 'somebody is named');
    assert.ok(named.ports.used < 0.8 * (named.ports.range?.capacity ?? 0), `named at ${named.ports.used} ports`);
    assert.equal(named.logs[0]?.failures, 0);
    const full = looks.find(({ ports }) => ports.range !== null && ports.used >= ports.range.capacity);
    assert.ok(full !== undefined, 'the ports run out');
    const forecasts = looks.filter((one) => one.at < full.at && one.ports.fullAt !== null && one.looks > 5);
    assert.ok(forecasts.length > 0);
    for (const { at, ports } of forecasts) {
      const [left, off] = [Date.parse(full.at) - Date.parse(at), Date.parse(ports.fullAt?.about ?? '') - Date.parse(full.at)];
      // A rhythm of a second and a half, and a leak that a busy machine slows down.
      assert.ok(Math.abs(off) < 3_000 + 0.3 * left, `${left} ms before, it is ${off} ms off`);
    }
    const last = looks.at(-1);
    assert.deepEqual(
      last?.analyses.map(({ cause, severity, status, culprit, victims }) => [
        cause,
        severity,
        status,
        culprit?.pid,
        victims.map(({ app }) => app),
      ]),
      [['close-wait-leak', 'critical', 'open', pid(), ['login']]],
    );
    assert.equal(code, 1);
  });
});

test('paints a terminal, lets no name steer it, and gives it back on Ctrl-C with the whole diagnosis', {
  skip: skip || (hasScript ? false : 'script is not installed'),
}, async () => {
  await withLeak(60, '\\x1b[2J\\x1b]0;p\\x07', async (namespace) => {
    const typescript = join(folder, 'typescript');
    const command = ['stty rows 30 cols 90; exec', process.execPath, ...watchArgs('--netns', namespace, '--every', '1')].join(' ');
    const child = spawn('script', ['-qfec', command, typescript], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, LANG: 'C.UTF-8', SHELL: '/bin/sh' },
    });
    await new Promise((resolve) => void setTimeout(resolve, 6_000));
    child.stdin.write('\u0003');
    const [code] = await once(child, 'exit');
    const shown = readFileSync(typescript, 'utf8');
    assert.equal(code, 1);
    const [enters, leaves] = [shown.indexOf('\u001b[?1049h'), shown.indexOf('\u001b[?1049l')];
    assert.ok(enters >= 0 && leaves > enters);
    assert.equal(shown.slice(enters, leaves).includes('\u001b[?25l'), true);
    assert.equal(shown.slice(leaves - 20, leaves).includes('\u001b[?25h'), true, 'the cursor is back');
    assert.doesNotMatch(shown, /\u001b\[2J|\u001b\]/);
    assert.match(shown.slice(leaves), /leaks CLOSE_WAIT[\s\S]*WHAT TO DO/);
  });
});

test('prints a line for each change where there is no terminal, and no colour', { skip }, async () => {
  await withLeak(60, 'sync', async (namespace) => {
    const { out, code } = await watch('--netns', namespace, '--every', '1', '--for', '6');
    assert.match(out, /^\d\d:\d\d:\d\d UTC {2}watching .* every 1 s$/m);
    assert.match(out, /^\d\d:\d\d:\d\d UTC {2}ports: \d+ of 500 /m);
    assert.match(out, /^\d\d:\d\d:\d\d UTC {2}(WARNING|CRITICAL) .*sync \(pid \d+\) leaks CLOSE_WAIT$/m);
    assert.match(out, /\n\nWHAT TO DO\n/);
    assert.doesNotMatch(out, /\u001b/);
    assert.equal(code, 1);
  });
});

test('names who leaks from /proc alone, where there is no command at all, as in most containers', { skip }, async () => {
  await withLeak(60, 'sync', async (_, pid) => {
    const child = spawn(process.execPath, watchArgs('--netns', String(pid()), '--every', '1', '--for', '5', '--json'), {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: join(folder, 'nothing') },
    });
    const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    const last = looksOf(out).at(-1);
    assert.deepEqual(
      last?.analyses.map(({ cause, culprit }) => [cause, culprit?.pid]),
      [['close-wait-leak', pid()]],
    );
  });
});

const onLinux = process.platform === 'linux' ? false : 'only Linux has /proc';

test('does with what /proc shows where neither ss nor netstat is, and says so', { skip: onLinux }, () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  const { stdout, status } = spawnSync(process.execPath, watchArgs('--once'), { encoding: 'utf8', env: { PATH: bin } });
  assert.match(stdout, /The sockets are read from \/proc: ss and netstat are not installed\./);
  assert.equal(status, 0);
});

test('survives commands that fail at one look, and those that never end well', { skip: onLinux }, async () => {
  const bin = join(folder, 'failing');
  mkdirSync(bin);
  for (const name of ['ss', 'netstat']) {
    writeFileSync(join(bin, name), '#!/bin/sh\necho "Cannot open netlink socket: Too many open files" >&2\nexit 1\n');
    chmodSync(join(bin, name), 0o755);
  }
  const child = spawn(process.execPath, watchArgs('--every', '1', '--for', '2.5', '--json'), {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: `${bin}:/usr/bin:/bin` },
  });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.match(out, /ss and netstat failed \(Cannot open netlink socket: Too many open files\)/);
  assert.ok(looksOf(out).length >= 2);
  assert.equal(code, 0);
});

test('takes log times that name no zone for those of this host', { skip: onLinux }, async () => {
  const log = join(folder, 'zone.log');
  // Nine hours ahead of UTC all the year: a minute ago by its clocks, which by UTC is still to come.
  const local = new Date(Date.now() + 9 * 3_600_000 - 60_000).toISOString().slice(0, 19).replace('T', ' ');
  writeFileSync(log, `${local},000 ERROR [main] api: java.net.BindException: Address already in use\n`);
  const seen = (zone: string, ...args: readonly string[]) =>
    spawnSync(process.execPath, watchArgs('--log', `api=${log}`, '--once', ...args), {
      encoding: 'utf8',
      env: { ...process.env, TZ: zone },
    }).stdout;
  const at = new Date(Date.now() - 60_000).toISOString().slice(11, 16);
  assert.match(seen('Asia/Tokyo'), /api: 1 failure/);
  assert.match(seen('Asia/Tokyo', '--json'), new RegExp(`"lastAt":"[^"]+T${at}`));
  assert.match(seen('UTC', '--timezone', 'Asia/Tokyo', '--json'), new RegExp(`"lastAt":"[^"]+T${at}`));
});

test('says what is wrong with a call', () => {
  const call = (...args: readonly string[]) => spawnSync(process.execPath, watchArgs(...args), { encoding: 'utf8' });
  for (const args of [
    ['--every', '0.2'],
    ['--every', 'often'],
    ['--for', '0'],
    ['--netns', 'a/b'],
    ['--timezone', 'Mars'],
    ['--nonsense'],
    ['--log'],
  ])
    assert.deepEqual([call(...args).status, /--help shows/.test(call(...args).stderr)], [2, true], args.join(' '));
  if (skip === false) {
    const { status, stderr } = call('--netns', 'nowhere', '--once');
    assert.equal(status, 2);
    assert.match(stderr, /nowhere/);
  }
  assert.match(call('--help').stdout, /Usage: closewatch watch/);
});

test('reads times and names of logs as people write them', () => {
  assert.deepEqual(['3', '3s', '1.5m', '2min', '2h'].map(readDuration), [3_000, 3_000, 90_000, 120_000, 7_200_000]);
  assert.deepEqual(['', '0', '-1', '3d', '1e3', 's', '999999h'].map(readDuration), [null, null, null, null, null, null, null]);
  assert.deepEqual(readLogOption('login=/var/log/a=b.log'), { app: 'login', path: '/var/log/a=b.log' });
  assert.deepEqual(readLogOption('/var/log/login.log'), { app: 'login', path: '/var/log/login.log' });
  assert.deepEqual(readLogOption('my app=x').app, 'my-app');
});
