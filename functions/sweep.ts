import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { sweep } from '../lib/use-cases/sweep.ts';
import { judging } from './compose/judging.ts';
import { metrics } from './compose/metrics.ts';

/** On a schedule: what no upload triggers. */
export const handler = middy()
  .use(logMetrics(metrics()))
  .handler(async (_event: unknown, context: Context) => {
    const outcome = await sweep(judging(), () => context.getRemainingTimeInMillis());
    if (outcome.failed.length > 0) judging().journal.warn('sweep incomplete', { hosts: outcome.hosts, failed: outcome.failed.length });
    return outcome;
  });
