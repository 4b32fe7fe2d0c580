import { parseUploadKey } from '../digest/upload-key.ts';
import type { Deps } from './deps.ts';
import type { ObjectRef } from './ports.ts';

/**
 * An upload that could not be taken in, however often: its message lies in the dead-letter queue, and whoever set up the host sees why nothing
 * comes of it.
 */
export const giveUp = async (ref: ObjectRef, times: number, because: string, { records, clock }: Deps): Promise<void> => {
  const { host } = parseUploadKey(ref.key);
  const reason = `It could not be taken in ${times} times (${because.slice(0, 200)}). It is kept, and its message waits in the dead-letter queue to be sent again.`;
  await records.putRejection({ host, bucket: ref.bucket, key: ref.key, reason, at: clock.now() });
};
