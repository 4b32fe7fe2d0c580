import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MAX_DIGEST_BYTES } from '../../lib/digest/fit.ts';
import { MAX_SNAPSHOT_BYTES } from '../../lib/digest/limits.ts';
import { LineSplitter } from '../../lib/parsers/lines.ts';
import { listenOn } from '../support/made.ts';
import { AT, CHUNK, counted, failuresIn, inChunks, LOG, logOf, read, SNAPSHOT, snapshotOf, times } from './uploads.ts';

/** Uploads that nobody friendly makes. What they cost is counted: bytes taken from the stream, characters and lines handed on. */

test('a line of 1 GB is handed on up to its bound, once', () => {
  const block = Buffer.alloc(1 << 20, 'x');
  const heard: number[] = [];
  const lines = new LineSplitter((text) => heard.push(text.length));
  for (let i = 0; i < 1024; i += 1) lines.push(block);
  lines.push(Buffer.from('\nnext\n'));
  const totals = lines.end();
  assert.deepEqual(totals, { lines: 2, bytes: 1024 * block.length + 6, truncatedLines: 1 });
  assert.deepEqual(heard, [256 * 1024, 4]);
});

test('a log that is one line of 1 GB is read to its end: what stands behind it is found', async () => {
  const { body, taken } = counted(times(16 * 1024, Buffer.alloc(CHUNK, 'x'), `\n${AT} ERROR ${listenOn(8080)}\n`));
  const outcome = await read(LOG, body);
  const [digest] = outcome.kind === 'digested' ? outcome.digests : [];
  assert.ok(digest?.kind === 'log' && taken() > 1 << 30);
  assert.equal(digest.account.total, 2);
  assert.equal(failuresIn(digest), 1);
});

test('of a gzip bomb no more is taken in than the bound asks for', async () => {
  const bomb = gzipSync(Buffer.alloc(1 << 28, ' '));
  // Forty members in a row inflate to 10 GB, of which 128 MB are read.
  const { body, taken } = counted(inChunks(Buffer.concat(Array.from({ length: 40 }, () => bomb))));
  const outcome = await read(SNAPSHOT, body);
  assert.match(outcome.kind === 'rejected' ? outcome.reason : '', /more than 128 MiB/);
  // A piece is put together while the one before is inflated.
  const inPieces = 2 * 1024 * 1024;
  const needed = bomb.length * (MAX_SNAPSHOT_BYTES / (1 << 28));
  assert.ok(taken() <= needed + inPieces + 4 * CHUNK, `${taken()} of ${40 * bomb.length} bytes taken`);
});

test('gzip that is cut short anywhere loses only what was cut, and says so', async () => {
  const text = Array.from({ length: 400 }, (_, i) => `${AT} ERROR ${i} ${Math.sin(i)} ${listenOn(8080)}`).join('\n');
  const whole = gzipSync(text);
  const counts: number[] = [];
  for (const share of [0.3, 0.6, 0.9, 1]) {
    const digest = await logOf(whole.subarray(0, Math.floor(share * whole.length)));
    counts.push(failuresIn(digest));
    assert.equal(
      digest.remarks.some((remark) => remark.includes('damaged or cut short')),
      share < 1,
    );
  }
  assert.ok(
    counts.every((count, i) => i === 0 || count > (counts[i - 1] ?? 0)),
    String(counts),
  );
  assert.equal(counts.at(-1), 400);
});

/** Rows of `ss -tanpe`, made as they are read. */
const sockets = function* (count: number): Generator<Uint8Array> {
  yield Buffer.from('State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n');
  const rows = (from: number): string =>
    Array.from(
      { length: ROWS_A_CHUNK },
      (_, i) =>
        `CLOSE-WAIT 1 0 10.${(from + i) % 200}.0.1:${1024 + ((from + i) % 60_000)} 10.9.${i % 250}.7:443 users:(("p${i % 700}",pid=${1 + (i % 700)},fd=${i})) ino:${from + i} sk:${(from + i).toString(16)}\n`,
    ).join('');
  for (let from = 0; from < count; from += ROWS_A_CHUNK) yield Buffer.from(rows(from));
};

const ROWS_A_CHUNK = 1000;

test('a million sockets are all counted, and their digest is as small as any', async () => {
  const outcome = await read(SNAPSHOT, counted(sockets(1_000_000)).body);
  const [digest] = outcome.kind === 'digested' ? outcome.digests : [];
  assert.ok(digest?.kind === 'snapshot', outcome.kind === 'rejected' ? outcome.reason : '');
  assert.deepEqual(digest.states, { close_wait: 1_000_000 });
  assert.equal(digest.account.total, 1_000_001);
  assert.ok(Buffer.byteLength(JSON.stringify(digest)) <= MAX_DIGEST_BYTES);
});

test('ten thousand processes are read, and those that matter are kept', async () => {
  const pids = Array.from({ length: 10_000 }, (_, i) => i + 1);
  const text = [
    '==> ss -tanpe <==',
    'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
    ...pids.map((pid) => `ESTAB 0 0 10.0.0.1:${1024 + pid} 10.0.0.2:443 users:(("p${pid}",pid=${pid},fd=3)) ino:${pid}`),
    '==> ps -o pid,ppid,user:32,etimes,args <==',
    'PID PPID USER ELAPSED COMMAND',
    ...pids.map((pid) => `${pid} 1 root ${pid} /bin/p${pid} ${'x'.repeat(300)}`),
    '==> fds <==',
    'pid open soft hard',
    ...pids.map((pid) => `${pid} ${pid === 7777 ? 1020 : 4} 1024 4096`),
  ];
  const digest = await snapshotOf(text.join('\n'));
  assert.equal(digest.account.total, text.length);
  assert.equal(digest.states.established, 10_000);
  assert.ok(
    digest.processes.some(({ pid, descriptors }) => pid === 7777 && descriptors?.open === 1020),
    'the one near its limit',
  );
});
