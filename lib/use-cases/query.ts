import * as z from 'zod/mini';
import { ALL_CAUSES, type Analysis, SEVERITIES, STATUSES } from '../model/analysis.ts';
import type { AnalysisFilter } from './ports.ts';

/** What the API's query strings may say. Unknown parameters are refused: a filter that is misspelt must not match everything. */

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const time = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((text) => new Date(text).toISOString()),
);
const limit = z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(MAX_LIMIT)), DEFAULT_LIMIT);
const host = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected a host name'));
const cursor = z.optional(z.string().check(z.maxLength(2048)));

export const analysisQuery = z.strictObject({
  host: z.optional(host),
  cause: z.optional(z.enum(ALL_CAUSES)),
  severity: z.optional(z.enum(SEVERITIES)),
  status: z.optional(z.enum(STATUSES)),
  program: z.optional(z.string().check(z.minLength(1), z.maxLength(80))),
  peer: z.optional(z.string().check(z.minLength(1), z.maxLength(80))),
  from: z.optional(time),
  to: z.optional(time),
  limit,
  cursor,
});

export const pageQuery = z.strictObject({ limit, cursor });

export const timelineQuery = z.strictObject({ from: z.optional(time), to: z.optional(time) }).check(
  z.refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    error: 'expected a time after "from"',
  }),
);

export const uploadQuery = z.strictObject({ status: z._default(z.literal('rejected'), 'rejected'), limit, cursor });

export const silenceQuery = z.strictObject({ ended: z._default(z.enum(['included', 'excluded']), 'excluded') });

/** One line: it is printed beside others. */
const line = z.string().check(z.trim(), z.minLength(1), z.regex(/^\P{Cc}*$/u, 'expected one line, without control characters'));
export const sentence = line.check(z.maxLength(300));
const name = line.check(z.maxLength(80));

/** Who says so, for whoever shares a role with others; IAM's own word stands beside it. */
const by = z.optional(name);

export const acknowledgeBody = z.strictObject({ why: sentence, by });
/** What a silence matches. */
export const matchWords = z.strictObject({ host: z.optional(host), program: z.optional(name), cause: z.optional(z.enum(ALL_CAUSES)) });

/** Where the pages open. */
export const sessionBody = z.strictObject({
  next: z.optional(
    z.string().check(z.regex(/^\/(?:analyses|hosts)(?:\/[\w.~-]+)?$/, 'expected a page: /analyses, /analyses/ID, /hosts, /hosts/HOST')),
  ),
});

export const silenceBody = z.extend(matchWords, {
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
