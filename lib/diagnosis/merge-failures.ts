import type { FailureCount, LogDigest } from '../model/digest.ts';
import type { Source } from '../model/snapshot.ts';

/** The failures of one program of one kind, over all uploads of its log: what becomes a victim. */
export interface FailureGroup
  extends Pick<
    FailureCount,
    'kind' | 'call' | 'localPort' | 'peer' | 'pids' | 'error' | 'frame' | 'frames' | 'firstAt' | 'lastAt' | 'count' | 'minutes'
  > {
  readonly app: string;
  /** Where its first occurrence stands. */
  readonly source: Source;
}

interface Claim {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/**
 * How often a failure happened within one minute, from uploads that may overlap (the tails of a growing file): the largest sum over
 * uploads that do not overlap in time. Overlapping ones show the same lines, so the larger stands; others add up (DESIGN.md).
 *
 * Weighted interval scheduling: by end, each claim either joins the best of those that end before it starts, or is passed over.
 */
export const countWithin = (claims: readonly Claim[]): number => {
  const byEnd = [...claims].sort((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : 0));
  const best: number[] = [0];
  for (const [i, claim] of byEnd.entries()) {
    best.push(Math.max(best[i] ?? 0, (best[endedBefore(claim.from, byEnd, i)] ?? 0) + claim.count));
  }
  return best.at(-1) ?? 0;
};

/** How many of the first `known` end before `from`: by halves, since a host may send thousands that overlap. */
const endedBefore = (from: string, byEnd: readonly Claim[], known: number): number => {
  let [low, high] = [0, known];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((byEnd[middle]?.to ?? '') < from) low = middle + 1;
    else high = middle;
  }
  return low;
};

const distinct = (logs: readonly LogDigest[]): readonly LogDigest[] => [
  ...new Map(logs.map((log) => [`${log.app} ${log.contentId}`, log])).values(),
];

type LogChunk = NonNullable<LogDigest['chunk']>;

interface Entry {
  readonly log: LogDigest;
  readonly failure: FailureCount;
}

const groupBy = <T>(items: readonly T[], key: (item: T) => string): readonly (readonly T[])[] => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const own = groups.get(key(item));
    if (own === undefined) groups.set(key(item), [item]);
    else own.push(item);
  }
  return [...groups.values()];
};

/**
 * Chunks of an agent are told by their bytes: those of one file that overlap show the same lines, all others add up, however close in
 * time.
 */
const countChunks = (entries: readonly (readonly [LogChunk, number])[]): number =>
  groupBy(entries, ([{ file }]) => file).reduce(
    // Bytes are half-open, times are not: the last byte of a chunk is the one before `to`.
    (sum, chunks) => sum + countWithin(chunks.map(([{ from, to }, count]) => ({ from: padded(from), to: padded(to - 1), count }))),
    0,
  );

/** So that byte positions sort as text. */
const padded = (bytes: number): string => String(bytes).padStart(16, '0');

const mergeMinutes = (entries: readonly Entry[]): readonly (readonly [number, number])[] => {
  const claims = new Map<number, { readonly whole: Claim[]; readonly chunks: [LogChunk, number][] }>();
  for (const { log, failure } of entries) {
    for (const [minute, count] of failure.minutes) {
      const own = claims.get(minute) ?? { whole: [], chunks: [] };
      if (log.chunk === null) own.whole.push({ from: log.covers.from, to: log.covers.to, count });
      else own.chunks.push([log.chunk, count]);
      claims.set(minute, own);
    }
  }
  // A host that ships a log in both ways shows the same lines twice: the larger count stands.
  return [...claims]
    .map(([minute, { whole, chunks }]): readonly [number, number] => [minute, Math.max(countWithin(whole), countChunks(chunks))])
    .sort(([a], [b]) => a - b);
};

const sumMinutes = (lists: readonly (readonly (readonly [number, number])[])[]): readonly (readonly [number, number])[] => {
  const sums = new Map<number, number>();
  for (const [minute, count] of lists.flat()) sums.set(minute, (sums.get(minute) ?? 0) + count);
  return [...sums].sort(([a], [b]) => a - b);
};

/** Same program, same need: two stacks that lead to the same failing call are one victim. */
const victimKey = ({ log, failure }: Entry): string => [log.app, failure.kind, failure.call, failure.localPort, failure.peer].join(' ');

const toGroup = (entries: readonly Entry[]): FailureGroup | null => {
  const [first] = [...entries].sort((a, b) => (a.failure.firstAt < b.failure.firstAt ? -1 : 1));
  if (first === undefined) return null;
  const minutes = sumMinutes(groupBy(entries, ({ failure }) => failure.fingerprint).map(mergeMinutes));
  return {
    app: first.log.app,
    kind: first.failure.kind,
    call: first.failure.call,
    localPort: first.failure.localPort,
    peer: first.failure.peer,
    pids: [...new Set(entries.flatMap(({ failure }) => failure.pids))],
    error: first.failure.error,
    frame: first.failure.frame,
    frames: first.failure.frames,
    firstAt: first.failure.firstAt,
    lastAt: entries.reduce((last, { failure }) => (failure.lastAt > last ? failure.lastAt : last), first.failure.lastAt),
    count: minutes.reduce((sum, [, count]) => sum + count, 0),
    minutes,
    source: { uri: first.log.source.uri, lines: first.failure.lines },
  };
};

/** All failures in the window as groups, whatever the order, overlap or repetition of the uploads. */
export const mergeFailures = (logs: readonly LogDigest[]): readonly FailureGroup[] => {
  const entries = distinct(logs).flatMap((log) => log.failures.map((failure): Entry => ({ log, failure })));
  return groupBy(entries, victimKey)
    .flatMap((group) => toGroup(group) ?? [])
    .sort((a, b) => (a.firstAt < b.firstAt ? -1 : a.firstAt > b.firstAt ? 1 : a.app < b.app ? -1 : 1));
};
