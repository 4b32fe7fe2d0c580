import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import { ingest } from '../lib/use-cases/ingest.ts';
import { judging, metrics } from './compose.ts';
import { newObjects, type SqsRecord, sqsEvent } from './events.ts';
import { noteIfLast } from './poison.ts';

/** One message may tell of several objects; one that fails puts its message back, and no other. */
const ingestMessage = async (message: SqsRecord): Promise<void> => {
  try {
    for (const ref of newObjects(message.body)) {
      const { kind } = await ingest(ref, judging());
      if (kind !== 'gone') judging().meter.count(kind === 'rejected' ? 'UploadsRejected' : 'UploadsIngested', 1);
    }
  } catch (error) {
    await noteIfLast(message, error);
    throw error;
  }
};

const logFailure = (reason: unknown, record: { readonly messageId: string }): void => {
  judging().meter.count('UploadsFailed', 1);
  judging().journal.warn('not ingested', { messageId: record.messageId, error: reason instanceof Error ? reason.message : String(reason) });
};

/** SQS batches of S3 notifications. */
export const handler = middy()
  .use(logMetrics(metrics()))
  .use(sqsPartialBatchFailure({ logger: logFailure }))
  .handler(async (event: unknown) => Promise.allSettled(sqsEvent.parse(event).Records.map(ingestMessage)));
