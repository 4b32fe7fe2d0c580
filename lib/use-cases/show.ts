import type { Analysis } from '../model/analysis.ts';
import type { Timeline } from '../model/timeline.ts';
import type { Clock, Records } from './ports.ts';
import { readTimeline } from './timeline.ts';

const MINUTE_MS = 60_000;
/** What was normal before it began is half of the picture. */
const BEFORE_MS = 30 * MINUTE_MS;
const AFTER_MS = 5 * MINUTE_MS;
/** A picture of more than that shows nothing of a minute; the host's page shows other times. */
const MAX_MS = 6 * 60 * MINUTE_MS;

const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

export interface ShownAnalysis {
  readonly analysis: Analysis;
  readonly timeline: Timeline | null;
}

/** An analysis with what happened on its host, from before it began to its end, or to its latest hours. */
export const analysisPageOf = async (
  analysis: Analysis,
  { records, clock }: { readonly records: Records; readonly clock: Clock },
): Promise<ShownAnalysis> => {
  const to = plus(analysis.resolvedAt ?? analysis.updatedAt, analysis.resolvedAt === null ? 1000 : AFTER_MS);
  const begin = plus(analysis.openedAt, -BEFORE_MS);
  const earliest = plus(to, -MAX_MS);
  const from = begin > earliest ? begin : earliest;
  return { analysis, timeline: await readTimeline(analysis.host, { from, to }, records, clock.now()) };
};
