import { parseUploadKey } from '../digest/upload-key.ts';
import type { Deps } from './deps.ts';
import { type IngestOutcome, ingest } from './ingest.ts';
import type { ObjectRef } from './ports.ts';

/** What the queue says of the message that tells of an upload. */
export interface Delivery {
  /** From 1. */
  readonly receives: number;
  /** When S3 got the object, RFC 3339; `null` where it is not said. */
  readonly uploadedAt: string | null;
}

/** As `infra/uploads.yml` has it: a message that failed so often goes to the dead-letter queue. */
export const MAX_RECEIVES = 5;

/** A message from the dead-letter queue counts anew, but five visibility timeouts have gone by; so long is no fresh upload under way. */
const FRESH_MS = 5 * 60_000;

const hostOf = ({ key }: ObjectRef): string | null => parseUploadKey(key).host;

const causeOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

/** Listed with the refused uploads, since the person at the host should not have to look into a queue. */
const giveUp = async (ref: ObjectRef, receives: number, cause: string, { records, clock, journal }: Deps): Promise<void> => {
  const reason = `It could not be taken in, ${receives} times (the last time: ${cause}). It waits in the dead-letter queue, from which it can be sent again.`;
  try {
    await records.putRejection({ host: hostOf(ref), bucket: ref.bucket, key: ref.key, reason, at: clock.now() });
  } catch (error) {
    // The dead-letter queue has it whatever is listed.
    journal.warn('not listed as given up', { key: ref.key, error: causeOf(error) });
  }
};

const mayBeListed = ({ receives, uploadedAt }: Delivery, now: string): boolean =>
  receives >= MAX_RECEIVES || (uploadedAt !== null && Date.parse(now) - Date.parse(uploadedAt) > FRESH_MS);

/** Takes an upload in. One that fails for the last time is listed as refused until it is taken in after all. */
export const ingestDelivered = async (ref: ObjectRef, delivery: Delivery, deps: Deps): Promise<IngestOutcome> => {
  const isLast = delivery.receives >= MAX_RECEIVES;
  // Before the try: a function that the upload kills says nothing afterwards.
  if (isLast) await giveUp(ref, delivery.receives, 'out of time or memory', deps);
  try {
    const outcome = await ingest(ref, deps);
    if (outcome.kind !== 'rejected' && mayBeListed(delivery, deps.clock.now())) await deps.records.clearRejection(hostOf(ref), ref.key);
    return outcome;
  } catch (error) {
    if (isLast) await giveUp(ref, delivery.receives, causeOf(error), deps);
    throw error;
  }
};
