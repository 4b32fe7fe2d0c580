import { type FailureGroup, mergeFailures } from '../diagnosis/merge-failures.ts';
import type { LogDigest } from '../model/digest.ts';
import type { FailuresOverTime } from '../model/timeline.ts';
import { MAX_POINTS } from './points.ts';

const MINUTE_MS = 60_000;
/** More programs than a legend has room for. */
const MAX_APPS = 12;

/** How long a bin is, so that a plot has at most as many bins as points. */
export const binMinutes = (from: string, to: string): number =>
  Math.max(1, Math.ceil((Date.parse(to) - Date.parse(from)) / MINUTE_MS / MAX_POINTS));

const binsOf = (groups: readonly FailureGroup[], from: string, to: string, width: number): FailuresOverTime['bins'] => {
  const first = Math.floor(Date.parse(from) / MINUTE_MS);
  const last = Math.floor(Date.parse(to) / MINUTE_MS);
  const bins = new Map<number, number>();
  for (const [minute, count] of groups.flatMap(({ minutes }) => minutes)) {
    if (minute < first || minute > last) continue;
    const begins = first + Math.floor((minute - first) / width) * width;
    bins.set(begins, (bins.get(begins) ?? 0) + count);
  }
  return [...bins].sort(([a], [b]) => a - b).map(([begins, count]) => [new Date(begins * MINUTE_MS).toISOString(), count]);
};

/** Failures by program, uploads that overlap counted once. */
export const failuresOverTime = (logs: readonly LogDigest[], from: string, to: string): readonly FailuresOverTime[] => {
  const width = binMinutes(from, to);
  const byApp = new Map<string, FailureGroup[]>();
  for (const group of mergeFailures(logs)) byApp.set(group.app, [...(byApp.get(group.app) ?? []), group]);
  return [...byApp]
    .map(([app, groups]) => {
      const bins = binsOf(groups, from, to, width);
      return { app, kinds: [...new Set(groups.map(({ kind }) => kind))], total: bins.reduce((sum, [, count]) => sum + count, 0), bins };
    })
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total || (a.app < b.app ? -1 : 1))
    .slice(0, MAX_APPS);
};
