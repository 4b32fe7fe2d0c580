import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readSnapshots } from '../support/read.ts';

test('reads sections as tail prints them, sysctls by path too', () => {
  const { snapshots } = readSnapshots(
    'LISTEN 0 5 *:80 *:*\n\n==> /proc/sys/net/ipv4/ip_local_port_range <==\n20000\t65535\n\n==> /proc/sys/net/ipv4/ip_local_reserved_ports <==\n8080,9000-9010\n==> mystery <==\nwhat\n==> ps -o pid,ppid,user:32,etimes,args <==\n  PID  PPID USER  ELAPSED COMMAND\n 7 1 root 65 java -jar  x y\n==> fds <==\npid open soft hard\n7 12 1024 unlimited',
  );
  assert.equal(snapshots.length, 1);
  const [snapshot] = snapshots;
  assert.deepEqual(snapshot?.sysctls.portRange, [20000, 65535]);
  assert.equal(snapshot?.sysctls.reservedPorts, '8080,9000-9010');
  assert.deepEqual(snapshot?.otherSections, ['mystery']);
  assert.deepEqual(snapshot?.processes, [{ pid: 7, ppid: 1, user: 'root', elapsedSeconds: 65, args: 'java -jar  x y' }]);
  assert.deepEqual(snapshot?.descriptors, [{ pid: 7, open: 12, soft: 1024, hard: null }]);
});

/** proc(5): pid_max is 4194304 at most; nr_open 2147483584. */
test('numbers that no system gives are not understood, and nothing else is lost', () => {
  const { snapshots, result } = readSnapshots(
    [
      '==> ss -tan <==',
      'LISTEN 0 5 *:80 *:*',
      '==> ps -o pid,ppid,user:32,etimes,args <==',
      '  PID  PPID USER  ELAPSED COMMAND',
      '4194304 0 root 65 last',
      '4194305 1 root 65 beyond',
      '999999999999999 1 root 65 far-beyond',
      '8 4194305 root 999999999999999 odd-parent-and-age',
      '9 1 root 999999999-01:00:00 odd-days',
      '==> fds <==',
      'pid open soft hard',
      '7 12 1024 4294967295',
      '0 12 1024 4096',
      '4194305 12 1024 4096',
      '8 2147483585 1024 4096',
      '9 13 1024 4096',
    ].join('\n'),
  );
  assert.deepEqual(
    snapshots[0]?.processes?.map(({ pid, ppid, elapsedSeconds }) => [pid, ppid, elapsedSeconds]),
    [
      [4194304, 0, 65],
      [8, null, null],
      [9, 1, null],
    ],
  );
  assert.deepEqual(snapshots[0]?.descriptors, [
    { pid: 7, open: 12, soft: 1024, hard: null },
    { pid: 9, open: 13, soft: 1024, hard: 4096 },
  ]);
  assert.deepEqual(result.kind === 'read' ? result.account.samples.map(({ line }) => line) : [], [6, 7, 13, 14, 15]);
});

/** A PID of Windows is a DWORD: 2^32 - 1 at most. */
test('a row of netstat -b whose PID is none is not understood, and its program is not given to another', () => {
  const { snapshots, result } = readSnapshots(
    [
      'Active Connections',
      '',
      '  Proto  Local Address          Foreign Address        State           PID',
      '  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1712',
      ' [first.exe]',
      '  TCP    0.0.0.0:136            0.0.0.0:0              LISTENING       4294967296',
      ' [none.exe]',
      '  UDP    0.0.0.0:53             *:*                                    999999999999999',
      ' [none.exe]',
      '  TCP    0.0.0.0:137            0.0.0.0:0              LISTENING       4294967292',
      ' [last.exe]',
    ].join('\r\n'),
  );
  assert.deepEqual(
    snapshots[0]?.sockets.map(({ local, ownership }) => [local.port, ownership]),
    [
      [135, { kind: 'owned', owners: [{ command: 'first.exe', pid: 1712 }] }],
      [137, { kind: 'owned', owners: [{ command: 'last.exe', pid: 4294967292 }] }],
    ],
  );
  assert.deepEqual(result.kind === 'read' ? result.account.samples.map(({ line }) => line) : [], [6, 7, 8, 9]);
});

test('tells several snapshots in one object apart, with and without meta', () => {
  const withMeta = '==> meta <==\nhost: a\ntaken_at: 2026-11-23T10:00:00Z\n==> ss -tan <==\nLISTEN 0 5 *:80 *:*\n';
  assert.equal(readSnapshots(withMeta + withMeta.replace('10:00', '10:01')).snapshots.length, 2);
  const without = '==> ss -tan <==\nLISTEN 0 5 *:80 *:*\n==> sysctl <==\nnet.core.somaxconn = 128\n';
  assert.equal(readSnapshots(without + without).snapshots.length, 2);
  assert.equal(readSnapshots('==> ss -4tan <==\nLISTEN 0 5 *:80 *:*\n==> ss -6tan <==\nLISTEN 0 5 [::]:80 [::]:*').snapshots.length, 1);
});

test('refuses what is nothing known, and quotes its first line', () => {
  const { result } = readSnapshots('\n\u001b[31mhello world\nmore');
  assert.match(result.kind === 'refused' ? result.reason : '', /expected the output of ss or netstat.*"\[31mhello world"/);
  const empty = readSnapshots('');
  assert.match(empty.result.kind === 'refused' ? empty.result.reason : '', /empty.*ss -O/);
});

test('accounts for every line of any input', () => {
  const line = fc.constantFrom(
    '==> meta <==',
    '==> ss -tanp <==',
    '==> fds <==',
    '==> x <==',
    'ESTAB 0 0 1.2.3.4:5 6.7.8.9:10 users:(("a',
    'b",pid=1,fd=2))',
    'tcp 0 0 1.2.3.4:5 6.7.8.9:10 LISTEN',
    '\tlastack:5',
    '',
    'Active UNIX domain sockets',
    '1 2 3',
    'host: x',
    'State Recv-Q Send-Q Local Address:Port Peer Address:Port',
    'junk',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 30 }), (lines) => {
      const flat = lines.map((text) => text.replaceAll(/[\r\n]/g, ' '));
      const { result } = readSnapshots(flat.join('\n'));
      if (result.kind === 'refused') return;
      const { total, understood, ignored, unparsed } = result.account;
      assert.equal(understood + ignored + unparsed, total);
      assert.equal(total, flat.length);
    }),
    { numRuns: 500 },
  );
});

const files = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((path) => statSync(path).isFile());

test('understands every line of every recorded snapshot', () => {
  const shared = new URL('../../../shared/incidents', import.meta.url).pathname;
  const roots = [new URL('../fixtures/incidents', import.meta.url).pathname, ...(existsSync(shared) ? [shared] : [])];
  const snapshots = roots.flatMap(files).filter((path) => path.includes('/snapshots/'));
  assert.ok(snapshots.length > 50);
  for (const path of snapshots) {
    const bytes = readFileSync(path);
    const { result } = readSnapshots((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
    assert.equal(result.kind === 'read' ? result.account.unparsed : -1, 0, path);
  }
});
