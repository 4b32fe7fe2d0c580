import { digestUpload } from '../digest/digest-upload.ts';
import type { DigestOutcome } from '../digest/upload.ts';
import { parseUploadKey, type UploadKey } from '../digest/upload-key.ts';
import type { Digest } from '../model/digest.ts';
import { arrivalOf } from './arrival.ts';
import type { Deps } from './deps.ts';
import type { ObjectRef, StoredObject } from './ports.ts';
import { settleHost } from './settle.ts';
import { Turns } from './turns.ts';

export type IngestOutcome =
  | { readonly kind: 'ingested'; readonly host: string | null; readonly digests: number }
  /** Recorded, so that whoever set up the host sees why nothing comes. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Deleted before it was read. */
  | { readonly kind: 'gone' };

const reject = async (ref: ObjectRef, host: string | null, reason: string, { records, clock, journal }: Deps): Promise<IngestOutcome> => {
  await records.putRejection({ host, bucket: ref.bucket, key: ref.key, reason, at: clock.now() });
  journal.warn('rejected', { host, reason: reason.slice(0, 200) });
  return { kind: 'rejected', reason };
};

/** Memory is the process's, whatever batch an upload came in. */
const large = new Turns();

type Read = { readonly object: StoredObject; readonly outcome: DigestOutcome };

const readUpload = async (ref: ObjectRef, key: UploadKey, isBesideOthers: boolean, { uploads }: Deps): Promise<Read | null> => {
  const object = await uploads.open(ref);
  if (object === null) return null;
  const { lastModified, timezone, body } = object;
  const uri = `s3://${ref.bucket}/${ref.key}`;
  return { object, outcome: await digestUpload({ ref: key, uri, lastModified, timezone, body, isBesideOthers }) };
};

/** Not held open until its turn comes: a body that nobody reads is given up by its connection. */
const readInTurn = async (ref: ObjectRef, key: UploadKey, deps: Deps): Promise<Read | null> => {
  const read = await readUpload(ref, key, true, deps);
  const isForLater = read?.outcome.kind === 'rejected' && read.outcome.isForLater === true;
  return isForLater ? large.take(() => readUpload(ref, key, false, deps)) : read;
};

/** A log is asked for its failures. Without any it may still tell more of a case that is open (its program's restart). */
const isUneventful = (digest: Digest): boolean => digest.kind === 'log' && digest.failures.length === 0;

/**
 * Takes one upload in: digest, then judge its host anew. In this order, so that a death in between loses nothing: the queue delivers
 * the upload again, and every step may be repeated.
 */
export const ingest = async (ref: ObjectRef, deps: Deps): Promise<IngestOutcome> => {
  const key = parseUploadKey(ref.key);
  if (key.kind === 'rejected') return reject(ref, key.host, key.reason, deps);
  const read = await readInTurn(ref, key, deps);
  if (read === null) return { kind: 'gone' };
  const { object, outcome } = read;
  if (outcome.kind === 'rejected') return reject(ref, key.host, outcome.reason, deps);
  // Heard when it was uploaded: not when it was read, which may be a redrive of last week's, or a replay.
  for (const digest of outcome.digests) await deps.records.putDigest(digest, object.lastModified);
  // A marker changes words only: the host's next snapshot puts it to them.
  const { digests } = outcome;
  if (key.kind !== 'events') await settleHost(key.host, deps, { isUneventful: digests.every(isUneventful), arrival: arrivalOf(digests) });
  deps.journal.info('ingested', { host: key.host, digests: outcome.digests.length, bytes: object.bytes });
  return { kind: 'ingested', host: key.host, digests: outcome.digests.length };
};
