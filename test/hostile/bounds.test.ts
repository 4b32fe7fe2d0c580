import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_LOG_EFFORT, MAX_SNAPSHOT_LINES } from '../../lib/digest/limits.ts';
import { lookUpPorts } from '../../lib/digest/look-up-port.ts';
import type { Snapshot } from '../../lib/model/snapshot.ts';
import type { Owner } from '../../lib/model/socket.ts';
import { socketAt } from '../../lib/model/socket-columns.ts';
import { SharedSockets } from '../../lib/parsers/listing.ts';
import { MAX_SNAPSHOTS, SnapshotReader } from '../../lib/parsers/snapshot.ts';
import { SocketTable } from '../../lib/parsers/socket-table.ts';
import { AT, CHUNK, counted, snapshotOf as digestedSnapshot, failuresIn, LOG, read, SNAPSHOT, times } from './uploads.ts';

/** Short lines: a bound on bytes alone lets forty times as many of them in as of ordinary ones. What is kept is counted. */

const filled = (line: string): Buffer => Buffer.from(line.repeat(CHUNK / line.length));

test('of more snapshots than a day has minutes, those are digested, and the rest is said', async () => {
  const one = '==> meta <==\nkernel: x\n==> ss -tan <==\nLISTEN 0 5 *:80 *:*\n';
  const outcome = await read(SNAPSHOT, counted(times(100, filled(one))).body);
  assert.ok(outcome.kind === 'digested');
  assert.equal(outcome.digests.length, MAX_SNAPSHOTS);
  for (const digest of outcome.digests) {
    assert.deepEqual(digest.kind === 'snapshot' ? digest.states : null, { listen: 1 });
    assert.ok(digest.remarks.some((remark) => remark.includes('more than 1,440 snapshots')));
  }
});

test('an upload of many lines is refused as soon as there are too many', async () => {
  for (const line of ['1 1\n', '\n']) {
    const chunk = filled(line);
    const { body, taken } = counted(times(2000, chunk));
    const outcome = await read(SNAPSHOT, body);
    assert.match(outcome.kind === 'rejected' ? outcome.reason : '', /more than 2,500,000 lines/);
    assert.ok(taken() <= MAX_SNAPSHOT_LINES * line.length + 2 * CHUNK, `${taken()} bytes taken of ${JSON.stringify(line)}`);
  }
});

const snapshotOf = (lines: readonly string[]): Snapshot => {
  const snapshots: Snapshot[] = [];
  const reader = new SnapshotReader((snapshot) => snapshots.push(snapshot));
  for (const [i, line] of lines.entries()) reader.line(line, i + 1);
  reader.end();
  const [first] = snapshots;
  assert.ok(first !== undefined && snapshots.length === 1);
  return first;
};

test('tables keep as many rows as a host can have, and the rest is told as not understood', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i + 1} 1`);
  const { processes, descriptors, account } = snapshotOf([
    '==> ps <==',
    'PID COMMAND',
    ...rows,
    '==> fds <==',
    'pid open soft hard',
    ...rows,
  ]);
  assert.equal(processes?.length, 128 * 1024);
  assert.equal(descriptors?.length, 128 * 1024);
  assert.equal(account.unparsed, 2 * (200_000 - 128 * 1024));
});

test('so do meta and the sections that nobody knows', () => {
  const names = Array.from({ length: 5000 }, (_, i) => `s${i}`);
  const { meta, otherSections } = snapshotOf([
    '==> meta <==',
    'host: web-1',
    ...names.map((name) => `${name}: x`),
    ...names.map((name) => `==> ${name} <==`),
    '==> ss -tan <==',
    'LISTEN 0 5 *:80 *:*',
  ]);
  assert.equal(meta.host, 'web-1');
  assert.equal(Object.keys(meta.entries).length, 64);
  assert.equal(otherSections.length, 64);
});

const BIND = `${AT} ERROR java.net.BindException: Address already in use (Bind failed)\n`;

const logOf = async (chunk: Uint8Array, chunks: number, maxLogEffort = MAX_LOG_EFFORT) => {
  const { body, taken } = counted(times(chunks, chunk));
  const outcome = await read(LOG, body, maxLogEffort);
  const [digest] = outcome.kind === 'digested' ? outcome.digests : [];
  assert.ok(digest?.kind === 'log');
  return { digest, taken: taken() };
};

/** A share of what a log may take: some seconds. */
const EFFORT = MAX_LOG_EFFORT / 16;

test('of a log that only fails so much is looked at, and that is said', async () => {
  const { digest, taken } = await logOf(filled(BIND), 150, EFFORT);
  // All of it counts for its identity.
  assert.equal(taken, 150 * filled(BIND).length);
  assert.ok(failuresIn(digest) > EFFORT / 400 && failuresIn(digest) < EFFORT / 200, String(failuresIn(digest)));
  assert.equal(digest.account.total, failuresIn(digest));
  assert.ok(digest.remarks.some((remark) => /what lies behind line [\d,]+ is not read/.test(remark)));
});

test('neither lines without a character, nor lines that are read one by one, nor names of secrets go on for ever', async () => {
  const empty = await logOf(filled('\n'), 3500);
  assert.ok(empty.digest.account.total < 1.1 * MAX_LOG_EFFORT, String(empty.digest.account.total));
  const wide = await logOf(Buffer.from('\n'.repeat(CHUNK / 2), 'utf16le'), 60, EFFORT);
  assert.ok(wide.digest.account.total < EFFORT / 15, String(wide.digest.account.total));
  const secret = await logOf(Buffer.from('key: \n'.repeat(CHUNK / 12), 'utf16le'), 60, EFFORT);
  assert.ok(secret.digest.account.total < EFFORT / 100, String(secret.digest.account.total));
  for (const { digest } of [empty, wide, secret]) assert.ok(digest.remarks.some((remark) => remark.includes('is not read')));
});

test('an ordinary log of a quarter of a gigabyte is read to its end', async () => {
  const { digest } = await logOf(filled(`${AT} INFO ${'the order was taken '.repeat(6)}\n`), 4 * 1024);
  assert.deepEqual(digest.remarks, []);
});

const LONG = 'x'.repeat(100_000);
const ROW = { state: 'CLOSE-WAIT', local: '10.0.0.1:40001', peer: '10.0.0.2:80', command: 'sync', cgroup: '/x' };
const rowOf = (words: Partial<typeof ROW>): string => {
  const { state, local, peer, command, cgroup } = { ...ROW, ...words };
  return `${state} 1 0 ${local} ${peer} users:(("${command}",pid=7,fd=3)) ino:7 sk:7 cgroup:${cgroup}`;
};

test('no name makes a digest that the table would refuse', async () => {
  const rows: readonly Partial<typeof ROW>[] = [
    { command: LONG },
    { local: `${LONG}:40001` },
    { peer: `${LONG}:80` },
    { cgroup: `/${LONG}` },
    { state: 'LISTEN', local: `${LONG}:80`, peer: '*:*' },
  ];
  for (const row of rows) {
    const digest = await digestedSnapshot(['==> meta <==', `boot_id: ${LONG}`, '==> ss -tanpe <==', rowOf(row)].join('\n'));
    assert.equal(Object.values(digest.states).length, 1);
  }
  const many = Array.from({ length: 200 }, (_, i) => {
    const name = `${i}${LONG.slice(0, 1000)}`;
    const listens = rowOf({ state: 'LISTEN', local: `${name}:${i + 1}`, peer: '*:*', command: name, cgroup: `/${name}` });
    return `${rowOf({ command: name, local: `${name}:${40_000 + i}`, peer: `${name}:80`, cgroup: `/${name}` })}\n${listens}`;
  });
  await digestedSnapshot(['==> ss -tanpe <==', ...many].join('\n'));
});

test('nor a lookup of a port', async () => {
  const text = [
    '==> ss -tanpe <==',
    ...Array.from({ length: 40 }, (_, i) => rowOf({ command: `${i}${LONG}`, peer: `${LONG}:80`, cgroup: LONG })),
  ];
  const { contentId } = await digestedSnapshot(text.join('\n'));
  const upload = { uri: 'u', body: counted([Buffer.from(text.join('\n'))]).body };
  const [lookup] = await lookUpPorts(upload, { contentId, takenAt: AT }, [40_001]);
  assert.equal(lookup?.more, 8);
  assert.ok(JSON.stringify(lookup).length < 64 * 1024);
});

test('of a socket with many owners each is looked up, not searched for', () => {
  const OWNERS = 5000;
  let reads = 0;
  const ownerOf = (pid: number): Owner => ({
    command: 'x',
    get pid() {
      reads += 1;
      return pid;
    },
  });
  const line = ['COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME', 'x 1 root 3u IPv4 0x1 0t0 TCP *:80 (LISTEN)'];
  const socket = socketAt(snapshotOf(line).sockets, 0);
  const shared = new SharedSockets();
  for (let pid = 1; pid <= OWNERS; pid += 1) shared.add('key', socket, ownerOf(pid));
  assert.ok(reads <= 4 * OWNERS, `${reads} reads`);
  const table = new SocketTable();
  shared.putInto(table);
  const { ownership } = socketAt(table.columns(), 0);
  assert.equal(ownership.kind === 'owned' ? ownership.owners.length : 0, OWNERS);
});
