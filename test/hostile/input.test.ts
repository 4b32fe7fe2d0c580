import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MAX_SNAPSHOT_BYTES } from '../../lib/digest/limits.ts';
import { LineSplitter } from '../../lib/parsers/lines.ts';
import { listenOn } from '../support/made.ts';
import { AT, CHUNK, counted, failuresIn, inChunks, LOG, logOf, read, SNAPSHOT, times } from './uploads.ts';

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
  // Eight members in a row inflate to 2 GB, of which 128 MB are read.
  const { body, taken } = counted(inChunks(Buffer.concat(Array.from({ length: 8 }, () => bomb))));
  const outcome = await read(SNAPSHOT, body);
  assert.match(outcome.kind === 'rejected' ? outcome.reason : '', /more than 128 MiB/);
  assert.ok(taken() <= bomb.length * (MAX_SNAPSHOT_BYTES / (1 << 28)) + 4 * CHUNK, `${taken()} of ${8 * bomb.length} bytes taken`);
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
