import assert from 'node:assert/strict';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import { MAX_DIGEST_BYTES } from '../../lib/digest/fit.ts';
import { MAX_LOG_EFFORT } from '../../lib/digest/limits.ts';
import type { UploadKey } from '../../lib/digest/upload-key.ts';
import type { Digest, LogDigest, SnapshotDigest } from '../../lib/model/digest.ts';

/** Uploads that are made as they are read, so that what they cost can be counted. */

export const SNAPSHOT: UploadKey = { kind: 'snapshots', host: 'web-1', name: 'x' };
export const LOG: UploadKey = { kind: 'logs', host: 'web-1', app: 'shop', name: 'x' };
export const AT = '2026-11-23T12:00:00.000Z';
export const CHUNK = 64 * 1024;

interface Counted {
  readonly body: AsyncIterable<Uint8Array>;
  taken(): number;
}

/** A body that is made as it is read, and says how much of it was. */
export const counted = (chunks: Iterable<Uint8Array>): Counted => {
  let bytes = 0;
  const body = (async function* () {
    for (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  })();
  return { body, taken: () => bytes };
};

export const inChunks = function* (bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += CHUNK) yield bytes.subarray(from, from + CHUNK);
};

export const times = function* (count: number, chunk: Uint8Array, end = ''): Generator<Uint8Array> {
  for (let i = 0; i < count; i += 1) yield chunk;
  yield Buffer.from(end);
};

export const read = (ref: UploadKey, body: AsyncIterable<Uint8Array>, maxLogEffort = MAX_LOG_EFFORT) =>
  digestUpload({ ref, uri: 's3://uploads/x', lastModified: AT, body, maxLogEffort });

const digestOf = async (ref: UploadKey, bytes: Uint8Array | string): Promise<Digest> => {
  const outcome = await read(ref, counted(inChunks(Buffer.from(bytes))).body);
  assert.equal(outcome.kind, 'digested', outcome.kind === 'rejected' ? outcome.reason : '');
  const [digest] = outcome.kind === 'digested' ? outcome.digests : [];
  assert.ok(digest !== undefined);
  assert.ok(Buffer.byteLength(JSON.stringify(digest)) <= MAX_DIGEST_BYTES);
  return digest;
};

export const snapshotOf = async (bytes: Uint8Array | string): Promise<SnapshotDigest> => {
  const digest = await digestOf(SNAPSHOT, bytes);
  assert.ok(digest.kind === 'snapshot');
  return digest;
};

export const logOf = async (bytes: Uint8Array | string): Promise<LogDigest> => {
  const digest = await digestOf(LOG, bytes);
  assert.ok(digest.kind === 'log');
  return digest;
};

export const failuresIn = ({ failures }: LogDigest): number => failures.reduce((sum, { count }) => sum + count, 0);
