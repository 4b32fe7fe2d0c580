import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { inflate } from '../../lib/digest/inflate.ts';

const TEXT = Buffer.from(Array.from({ length: 900 }, (_, i) => `2026-11-23T10:00:00Z ERROR ${i} ${Math.sin(i)} failed`).join('\n'));
const WHOLE = gzipSync(TEXT);
const EMPTY = gzipSync('');
const NOISE = Buffer.from(Array.from({ length: 400_000 }, (_, i) => `${Math.sin(i)}\n`).join(''));
const LARGE = gzipSync(NOISE);

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = async (
  bytes: Buffer,
  chunk = 64 * 1024,
): Promise<{ readonly text: Buffer; readonly fault: ReturnType<ReturnType<typeof inflate>['fault']> }> => {
  const inflated = inflate(inChunks(bytes, chunk), 2 ** 30);
  const chunks: Uint8Array[] = [];
  for await (const part of inflated.chunks) chunks.push(part);
  return { text: Buffer.concat(chunks), fault: inflated.fault() };
};

/** What the first bytes alone inflate to. */
const before = (bytes: Buffer, end: number): Buffer => gunzipSync(bytes.subarray(0, end), { finishFlush: constants.Z_SYNC_FLUSH });

const isPrefixOf = (a: Buffer, b: Buffer): boolean => a.equals(b.subarray(0, a.length));

test('of gzip that goes on with zeros, as after a loss of power, all that came before is read', async () => {
  const ends = fc.integer({ min: 20, max: WHOLE.length - 9 });
  await fc.assert(
    fc.asyncProperty(ends, fc.integer({ min: 1, max: 70_000 }), async (end, chunk) => {
      const { text, fault } = await read(Buffer.concat([WHOLE.subarray(0, end), Buffer.alloc(5000)]), chunk);
      assert.equal(fault?.kind, 'damaged');
      const least = before(WHOLE, end);
      assert.ok(text.length >= least.length && isPrefixOf(least, text), `${text.length} of ${least.length}`);
    }),
    { numRuns: 30 },
  );
});

test('what stands behind gzip and is none is told, and nothing of the gzip is lost', async () => {
  for (const garbage of ['garbage', '\u0001'.repeat(9000)]) {
    const { text, fault } = await read(Buffer.concat([WHOLE, Buffer.from(garbage)]));
    assert.ok(text.equals(TEXT));
    assert.deepEqual(fault, { kind: 'damaged', detail: 'incorrect header check', missing: 0 });
  }
});

test('what was made before the fault is given to whoever takes his time, too', async () => {
  for (const end of [250_000, 1_100_000]) {
    const inflated = inflate(inChunks(LARGE.subarray(0, end), 64 * 1024), 2 ** 30);
    const chunks: Uint8Array[] = [];
    for await (const part of inflated.chunks) {
      await setTimeout(15);
      chunks.push(part);
    }
    const [text, least] = [Buffer.concat(chunks), before(LARGE, end)];
    assert.ok(inflated.fault()?.kind === 'damaged' && text.equals(least), `${text.length} of ${least.length}`);
  }
});

test('damage behind a mebibyte that inflates to nothing: what may be missing is said', async () => {
  const nothing = Buffer.concat(Array.from({ length: 60_000 }, () => EMPTY));
  const { text, fault } = await read(Buffer.concat([nothing, WHOLE, Buffer.from('garbage')]));
  assert.ok(fault?.kind === 'damaged' && fault.missing >= TEXT.length - text.length, JSON.stringify(fault));
});

test('once nobody waits for more, no more is taken in', async () => {
  let taken = 0;
  async function* trickling(): AsyncGenerator<Buffer> {
    for (;;) {
      taken += 1;
      await setTimeout(1);
      yield taken === 1 ? LARGE.subarray(0, 1_200_000) : NOISE.subarray(0, 64 * 1024);
    }
  }
  for await (const _ of inflate(trickling(), 2 ** 30).chunks) break;
  assert.ok(taken <= 3, `${taken} parts`);
});

test('several members are one text, zeros behind them are nothing', async () => {
  const { text, fault } = await read(Buffer.concat([WHOLE, WHOLE, Buffer.alloc(512)]));
  assert.ok(text.equals(Buffer.concat([TEXT, TEXT])));
  assert.equal(fault, null);
});

test('of a large upload no more is missing before the damage than is said', async () => {
  const end = Math.floor(LARGE.length * 0.7);
  const { text, fault } = await read(Buffer.concat([LARGE.subarray(0, end), Buffer.alloc(50_000, 0xff)]));
  const least = before(LARGE, end);
  assert.ok(fault?.kind === 'damaged' && fault.missing > 0);
  assert.ok(
    text.length >= least.length - fault.missing && isPrefixOf(text.subarray(0, least.length), NOISE),
    `${text.length} of ${least.length}`,
  );
});
