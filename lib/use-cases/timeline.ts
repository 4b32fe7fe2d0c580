import type { Digest } from '../model/digest.ts';
import type { Timeline } from '../model/timeline.ts';
import { type Frame, frameOf } from '../timeline/frame.ts';
import { timelineOf } from '../timeline/timeline.ts';
import type { Records } from './ports.ts';

const HOUR_MS = 60 * 60_000;
/** Without `from`: long enough to see a leak grow, short enough to read it minute by minute. */
const DEFAULT_SPAN_MS = 3 * HOUR_MS;
/** Three days of a snapshot a minute: some 20 MB of digests, each let go as soon as its frame is taken. */
const MAX_SNAPSHOTS = 4500;
/** Where all of them cover the same hours, each is weighed against each other: 1500 take about two seconds. */
const MAX_LOGS = 1500;
const MAX_MARKERS = 200;
/** A log that covers the window's end may have been uploaded so long after it. */
const LOG_SLACK_MS = HOUR_MS;

interface Reading<T> {
  readonly items: readonly T[];
  readonly isComplete: boolean;
}

type Window = { readonly from: string; readonly to: string };

/** Newest first, page by page, so that only what `take` keeps is in memory. */
const read = async <T>(
  records: Records,
  host: string,
  kind: Digest['kind'],
  window: Window,
  max: number,
  take: (digest: Digest) => T | null,
): Promise<Reading<T>> => {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page = await records.digestsBetween(host, kind, window, cursor);
    items.push(...page.items.flatMap((digest) => take(digest) ?? []));
    cursor = page.cursor;
  } while (cursor !== null && items.length < max);
  return { items: items.slice(0, max), isComplete: cursor === null && items.length <= max };
};

const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

const earliest = (frames: readonly Frame[], fallback: string): string => frames.at(-1)?.at ?? fallback;

export interface TimelineQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * What happened on a host, for a plot. Without `to` it ends with the host's newest upload, without `from` it begins three hours before the end.
 *
 * @returns `null` where nothing was ever heard of the host
 */
export const readTimeline = async (host: string, query: TimelineQuery, records: Records, now: string): Promise<Timeline | null> => {
  const newest = await records.newestDigestAt(host);
  if (newest === null && (await records.lastHeard(host)) === null) return null;
  const to = query.to ?? newest ?? now;
  const window = { to, from: query.from ?? plus(to, -DEFAULT_SPAN_MS) };
  const [snapshots, logs, markers] = await Promise.all([
    read(records, host, 'snapshot', window, MAX_SNAPSHOTS, (digest) => (digest.kind === 'snapshot' ? frameOf(digest) : null)),
    read(records, host, 'log', { ...window, to: plus(to, LOG_SLACK_MS) }, MAX_LOGS, (digest) => (digest.kind === 'log' ? digest : null)),
    read(records, host, 'marker', window, MAX_MARKERS, (digest) => (digest.kind === 'marker' ? digest : null)),
  ]);
  return timelineOf({
    host,
    from: snapshots.isComplete ? window.from : earliest(snapshots.items, window.from),
    to,
    isComplete: snapshots.isComplete && logs.isComplete && markers.isComplete,
    frames: snapshots.items,
    logs: logs.items,
    markers: markers.items,
  });
};
