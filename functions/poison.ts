import { giveUp } from '../lib/use-cases/give-up.ts';
import { judging } from './compose.ts';
import { NotificationError, newObjects, type SqsRecord } from './events.ts';

/** As the queue's redrive policy says (`infra/uploads.yml`): after so many deliveries a message goes to the dead-letter queue. */
export const MAX_RECEIVES = 5;

const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));

/** What fails for the last time is told to whoever looks for it in the API; that this fails as well is not worth a further error. */
export const noteIfLast = async ({ body, attributes }: SqsRecord, reason: unknown): Promise<void> => {
  if ((attributes?.ApproximateReceiveCount ?? 1) < MAX_RECEIVES || reason instanceof NotificationError) return;
  const { journal } = judging();
  for (const ref of newObjects(body))
    await giveUp(ref, MAX_RECEIVES, messageOf(reason), judging()).catch((error: unknown) =>
      journal.warn('given up, and not noted', { error: messageOf(error) }),
    );
};
