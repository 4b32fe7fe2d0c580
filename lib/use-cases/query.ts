import * as z from 'zod';
import { ALL_CAUSES, type Analysis, SEVERITIES, STATUSES } from '../model/analysis.ts';
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
  cause: z.enum(ALL_CAUSES).optional(),
  severity: z.enum(SEVERITIES).optional(),
  status: z.enum(STATUSES).optional(),
  program: z.string().min(1).max(80).optional(),
  peer: z.string().min(1).max(80).optional(),
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

export const silenceQuery = z.strictObject({ ended: z.enum(['included', 'excluded']).default('excluded') });

/** One line: it is printed beside others. */
const line = z
  .string()
  .trim()
  .min(1)
  .regex(/^\P{Cc}*$/u, 'expected one line, without control characters');
export const sentence = line.max(300);
const name = line.max(80);
const host = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected a host name');

/** Who says so, for whoever shares a role with others; IAM's own word stands beside it. */
const by = name.optional();

export const acknowledgeBody = z.strictObject({ why: sentence, by });
/** What a silence matches. */
export const matchWords = z.strictObject({ host: host.optional(), program: name.optional(), cause: z.enum(ALL_CAUSES).optional() });

/** Where the pages open. */
export const sessionBody = z.strictObject({
  next: z
    .string()
    .regex(/^\/(?:analyses|hosts)(?:\/[\w.~-]+)?$/, 'expected a page: /analyses, /analyses/ID, /hosts, /hosts/HOST')
    .optional(),
});

export const silenceBody = matchWords.extend({
  until: time,
  why: sentence,
  by,
});

/** The filter of a query, without its paging. */
export const filterOf = (query: z.infer<typeof analysisQuery>): AnalysisFilter => {
  const { limit: _limit, cursor: _cursor, ...filter } = query;
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
};

const isOfPeer = (peer: string | null, wanted: string): boolean => {
  if (peer === null) return false;
  const address = peer.slice(0, peer.lastIndexOf(':'));
  return peer === wanted || address === wanted || address === `[${wanted}]`;
};

const peersOf = ({ culprit, contributors, resource }: Analysis): readonly (string | null)[] => [
  culprit?.peer ?? null,
  resource.peer,
  ...contributors.map(({ peer }) => peer),
];

const programsOf = ({ culprit, contributors, victims }: Analysis): readonly (string | null)[] => [
  culprit?.command ?? null,
  ...contributors.map(({ command }) => command),
  ...victims.map(({ app }) => app),
];

/** Whether an analysis belongs to the answer: all that the filter names must hold. */
export const matchesFilter = (analysis: Analysis, filter: AnalysisFilter): boolean =>
  (filter.from === undefined || analysis.openedAt >= filter.from) &&
  (filter.to === undefined || analysis.openedAt <= filter.to) &&
  (filter.host === undefined || analysis.hosts.includes(filter.host)) &&
  (filter.cause === undefined || analysis.cause === filter.cause) &&
  (filter.severity === undefined || analysis.severity === filter.severity) &&
  (filter.status === undefined || analysis.status === filter.status) &&
  (filter.program === undefined || programsOf(analysis).includes(filter.program)) &&
  (filter.peer === undefined || peersOf(analysis).some((peer) => isOfPeer(peer, filter.peer ?? '')));
