import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import { ingest } from '../lib/use-cases/ingest.ts';
import { judging } from './compose.ts';
import { newObjects, sqsEvent } from './events.ts';

/** One message may tell of several objects; one that fails puts its message back, and no other. */
const ingestMessage = async (body: string): Promise<void> => {
  for (const ref of newObjects(body)) await ingest(ref, judging());
};

const logFailure = (reason: unknown, record: { readonly messageId: string }): void => {
  judging().journal.warn('not ingested', { messageId: record.messageId, error: reason instanceof Error ? reason.message : String(reason) });
};

/** SQS batches of S3 notifications. */
export const handler = middy()
  .use(sqsPartialBatchFailure({ logger: logFailure }))
  .handler(async (event: unknown) => Promise.allSettled(sqsEvent.parse(event).Records.map(({ body }) => ingestMessage(body))));
