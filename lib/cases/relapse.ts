import { type Reading, readingOf, startedAnew } from '../diagnosis/descriptors-stay.ts';
import type { Finding } from '../model/analysis.ts';
import type { SnapshotDigest } from '../model/digest.ts';
import { about, count, rate, unquoted, when } from '../text/words.ts';
import { pileIn } from './outcome.ts';

/** A remedy that did not last: the process was restarted, or its pile went, and it leaks again. */

/** The process behind a case, as it was last seen at it. */
export interface Run {
  readonly pid: number | null;
  readonly command: string | null;
  readonly startedAt: string | null;
  readonly seenAt: string;
  /** The last rate at which its pile was seen to grow. */
  readonly perMinute: number | null;
  /** Its pile at its largest, in sockets. */
  readonly most: number;
  /** Its descriptors when the pile was largest; `null` where the snapshots do not tell. */
  readonly fullest: Reading | null;
}

export interface Relapse {
  readonly kind: 'restart' | 'regrowth';
  readonly times: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** How fast it grew before. */
  readonly before: number | null;
}

/** Causes that build up in a process and go with it. */
const BUILDS_UP: readonly Finding['cause'][] = ['close-wait-leak', 'connection-hoarding'];
/** A rolling restart starts the successor a little before the old process exits. */
const OVERLAP_MS = 60_000;
/** Two rates within this factor are the same: traffic differs from hour to hour. */
const SAME_RATE_FACTOR = 2;

const startOf = (pid: number | null, command: string | null, snapshots: readonly SnapshotDigest[]): string | null =>
  snapshots.flatMap(({ processes }) => processes.find((other) => other.pid === pid && other.command === command)?.startedAt ?? []).at(-1) ??
  null;

/** @param snapshots of the window, ascending */
export const runOf = (finding: Finding, snapshots: readonly SnapshotDigest[]): Run | null => {
  const last = snapshots.at(-1);
  if (last === undefined || finding.culprit === null) return null;
  const { pid, command } = finding.culprit;
  const { perMinute } = finding.trend;
  return {
    pid,
    command,
    startedAt: startOf(pid, command, snapshots),
    seenAt: last.takenAt,
    perMinute: perMinute !== null && perMinute > 0 ? perMinute : null,
    most: pileIn(finding, last),
    fullest: readingOf(pid, command, last),
  };
};

/** A reading goes on from one of the same process: its pile at its largest, its rate where it is not to be seen just now. */
export const continueRun = (former: Run, next: Run): Run => ({
  ...next,
  startedAt: next.startedAt ?? former.startedAt,
  perMinute: next.perMinute ?? former.perMinute,
  most: Math.max(former.most, next.most),
  fullest: former.most >= next.most ? (former.fullest ?? next.fullest) : (next.fullest ?? former.fullest),
});

const isThere = (run: Run, snapshot: SnapshotDigest): boolean =>
  snapshot.processes.some(({ pid, command }) => pid === run.pid && command === run.command) ||
  snapshot.piles.some(({ holder }) => holder.kind === 'process' && holder.pid === run.pid && holder.command === run.command);

const isRestart = (former: Run, next: Run, last: SnapshotDigest): boolean => {
  if (former.command !== next.command) return false;
  if (former.pid === next.pid) return startedAnew(former.startedAt, next.startedAt);
  if (former.pid === null || next.pid === null || isThere(former, last)) return false;
  // Of several workers, one that has long been there is no successor.
  return next.startedAt === null || Date.parse(next.startedAt) >= Date.parse(former.seenAt) - OVERLAP_MS;
};

/**
 * @param hasComeBack the case was resolved, and this finding reopens it
 * @returns what is to be said beside the finding: `former` where nothing new happened
 */
export const relapseOf = (
  former: { readonly run: Run | null; readonly relapse: Relapse | null; readonly resolvedAt: string | null },
  finding: Finding,
  next: Run | null,
  last: SnapshotDigest | undefined,
  hasComeBack: boolean,
): Relapse | null => {
  const { run, relapse } = former;
  if (run === null || next === null || last === undefined || !BUILDS_UP.includes(finding.cause)) return relapse;
  if (run.command !== next.command) return null;
  const isRestarted = isRestart(run, next, last);
  if (!isRestarted && !hasComeBack) return relapse;
  const kind = isRestarted ? 'restart' : 'regrowth';
  const at = isRestarted ? (next.startedAt ?? finding.trend.since ?? last.takenAt) : (former.resolvedAt ?? last.takenAt);
  const before = run.perMinute;
  return relapse?.kind === kind
    ? { kind, times: relapse.times + 1, firstAt: relapse.firstAt, lastAt: at, before: before ?? relapse.before }
    : { kind, times: 1, firstAt: at, lastAt: at, before };
};

/** `at the same rate (40 a minute)`, or both rates. */
const rateWords = (before: number | null, now: number | null): string => {
  if (before === null || now === null) return '';
  const isSame = now <= SAME_RATE_FACTOR * before && before <= SAME_RATE_FACTOR * now;
  return isSame ? ` at the same rate (${rate(now)})` : `, at ${rate(now)} (${rate(before)} before)`;
};

/** Growth below one socket a minute is not called a leak that goes on. */
const MIN_RATE = 0.1;

/** The sentence, from the present finding; `null` where there was no relapse, or where it does not grow. */
export const setbackOf = (relapse: Relapse | null, finding: Finding): string | null => {
  const { perMinute, exhaustsAt } = finding.trend;
  if (relapse === null || (perMinute !== null && perMinute < MIN_RATE)) return null;
  const name = unquoted(finding.culprit?.command ?? 'The program');
  const reference = finding.lastSeenAt;
  const speed = rateWords(relapse.before, perMinute);
  const [first, last] = [when(relapse.firstAt, reference), when(relapse.lastAt, reference)];
  const until = exhaustsAt === null ? '' : ` until about ${about(exhaustsAt, reference)}`;
  if (relapse.kind === 'regrowth')
    return `The pile was gone at ${last} and is growing again${speed}${until === '' ? '' : `: ports last${until}`}.`;
  return relapse.times === 1
    ? `${name} was restarted at ${last} and is leaking again${speed}: the restart only bought time${until}.`
    : `${name} was restarted ${count(relapse.times, 'time')} since ${first}, the last time at ${last}, and is leaking again each time${speed}: a restart only buys time${until}.`;
};
