import { z } from 'zod';
import { CAUSES, SEVERITIES, STATUSES } from '../model/analysis.ts';
import type { AnalysisFilter } from './ports.ts';

/** What the API's query strings may say. Unknown parameters are refused: a filter that is misspelt must not match everything. */

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const limit = z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT);
const cursor = z.string().max(2048).optional();

export const analysisQuery = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected a host name')
    .optional(),
  cause: z.enum(CAUSES).optional(),
  severity: z.enum(SEVERITIES).optional(),
  status: z.enum(STATUSES).optional(),
  from: time.optional(),
  to: time.optional(),
  limit,
  cursor,
});

export const pageQuery = z.strictObject({ limit, cursor });

export const timelineQuery = z
  .strictObject({ from: time.optional(), to: time.optional() })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, { path: ['to'], error: 'expected a time after "from"' });

export const uploadQuery = z.strictObject({ status: z.literal('rejected').default('rejected'), limit, cursor });

/** The filter of a query, without its paging. */
export const filterOf = (query: z.infer<typeof analysisQuery>): AnalysisFilter => {
  const { limit: _limit, cursor: _cursor, ...filter } = query;
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
};
