import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { Context } from 'aws-lambda';
import { ingestDelivered } from '../lib/use-cases/deliveries.ts';
import { judging } from './compose/judging.ts';
import { metrics } from './compose/metrics.ts';
import { type NewObject, newObjects, receivesOf, type SqsRecord, sqsEvent } from './events.ts';
import { within } from './within.ts';

const ingestObject = async ({ uploadedAt, ...ref }: NewObject, receives: number): Promise<void> => {
  const { kind } = await ingestDelivered(ref, { receives, uploadedAt }, judging());
  if (kind !== 'gone') judging().meter.count(kind === 'rejected' ? 'UploadsRejected' : 'UploadsIngested', 1);
};

/** One message may tell of several objects; one that fails puts its message back, and holds back no other. */
const ingestMessage = async (record: SqsRecord): Promise<void> => {
  const failures: unknown[] = [];
  for (const object of newObjects(record.body))
    await ingestObject(object, receivesOf(record)).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
};

/** What is left of the function's time when it answers: for the figures, and for work that does not let go of the processor at once. */
const ANSWER_MS = 5_000;

const logFailure = (reason: unknown, record: { readonly messageId: string }): void => {
  judging().meter.count('UploadsFailed', 1);
  judging().journal.warn('not ingested', { messageId: record.messageId, error: reason instanceof Error ? reason.message : String(reason) });
};

/** SQS batches of S3 notifications. */
export const handler = middy()
  .use(logMetrics(metrics()))
  .use(sqsPartialBatchFailure({ logger: logFailure }))
  .handler(async (event: unknown, context: Context) => {
    const ms = Math.max(0, context.getRemainingTimeInMillis() - ANSWER_MS);
    return Promise.allSettled(sqsEvent.parse(event).Records.map((record) => within(ms, ingestMessage(record))));
  });
