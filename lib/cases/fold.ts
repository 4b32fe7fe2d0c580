import { diagnose } from '../diagnosis/diagnose.ts';
import type { Window } from '../diagnosis/facts.ts';
import type { Finding } from '../model/analysis.ts';
import type { Digest, LogDigest, PortLookup } from '../model/digest.ts';
import { digestTime } from '../model/digest-time.ts';
import type { Checkpoint } from './board.ts';
import { addVictims, type Case, openCase } from './case.ts';

/** How far back evidence is joined, and how long a case that is over may come back as the same one. */
export interface FoldSettings {
  readonly windowMs: number;
  readonly maxSnapshots: number;
  readonly reopenMs: number;
  /** Evidence older than this, counted from the newest, is folded into the checkpoint: an upload from before changes nothing any more. */
  readonly latenessMs: number;
}

/** A log testifies from its first failure on, for all that it covers. */
const beginsAt = (digest: LogDigest): string =>
  digest.failures.reduce((first, { firstAt }) => (firstAt < first ? firstAt : first), digest.covers.to);

const minus = (at: string, ms: number): string => new Date(Date.parse(at) - ms).toISOString();

/** What was to be known at a time: the window that ends there. */
const windowAt = (at: string, digests: readonly Digest[], settings: FoldSettings): readonly Digest[] => {
  const start = minus(at, settings.windowMs);
  const snapshots = digests.filter((digest) => digest.kind === 'snapshot' && digest.takenAt <= at && digest.takenAt >= start);
  const logs = digests.filter((digest) => digest.kind === 'log' && beginsAt(digest) <= at && digest.covers.to >= start);
  const newest = snapshots.toSorted((a, b) => (digestTime(a) < digestTime(b) ? 1 : -1)).slice(0, settings.maxSnapshots);
  // A marker is no evidence of trouble; it may lie before the window that shows what it began.
  const markers = digests.filter((digest) => digest.kind === 'marker' && digest.at <= at);
  return [...newest, ...logs, ...markers];
};

const latestOf = (cases: readonly Case[], resourceKey: string): Case | null =>
  cases
    .filter((other) => other.resourceKey === resourceKey)
    .reduce<Case | null>((a, b) => (a === null || b.episode > a.episode ? b : a), null);

const merge = (former: Case, finding: Finding): Case => ({
  ...former,
  finding,
  status: finding.overAt === null ? 'open' : 'resolved',
  openedAt: finding.since < former.openedAt ? finding.since : former.openedAt,
  updatedAt: finding.lastSeenAt > former.updatedAt ? finding.lastSeenAt : former.updatedAt,
  resolvedAt: finding.overAt,
  tallies: addVictims(former.tallies, finding.victims),
});

/** The evidence that a case was closed on is no reason to open it again: only what came after is. */
const isNews = (former: Case, finding: Finding): boolean => {
  const closedAt = former.resolvedAt ?? '';
  const lastFailure = finding.victims.reduce((last, { lastAt }) => (lastAt > last ? lastAt : last), '');
  return finding.victims.length === 0 ? finding.lastSeenAt > closedAt : lastFailure > closedAt;
};

/** A window that has moved on, and shows the same failures with less around them, does not unmake what was decided. */
const isWeakerView = (former: Case, finding: Finding): boolean => {
  const known = former.tallies.reduce((last, { lastAt }) => (lastAt > last ? lastAt : last), '');
  const isDecided = former.finding.cause !== 'inconclusive';
  return isDecided && finding.cause === 'inconclusive' && finding.victims.every(({ lastAt }) => lastAt <= known);
};

const applyFinding = (cases: readonly Case[], finding: Finding, settings: FoldSettings): readonly Case[] => {
  const former = latestOf(cases, finding.resourceKey);
  if (former === null) return [...cases, openCase(finding, 1)];
  if (isWeakerView(former, finding)) return cases;
  const isFresh = former.status === 'resolved' && finding.overAt === null;
  if (isFresh && !isNews(former, finding)) return cases;
  if (isFresh && finding.since > minus(former.resolvedAt ?? finding.since, -settings.reopenMs))
    return [...cases, openCase(finding, former.episode + 1)];
  return cases.map((other) => (other === former ? merge(former, finding) : other));
};

/** An open case that a later snapshot no longer shows is over. The absence of uploads is no proof. */
const closeUnseen = (cases: readonly Case[], findings: readonly Finding[], snapshotAt: string | null): readonly Case[] =>
  cases.map((former) => {
    const isSeen = findings.some(({ resourceKey }) => resourceKey === former.resourceKey);
    if (former.status === 'resolved' || isSeen || snapshotAt === null || snapshotAt <= former.finding.lastSeenAt) return former;
    return { ...former, status: 'resolved', resolvedAt: snapshotAt, updatedAt: snapshotAt };
  });

const step = (cases: readonly Case[], window: Window, snapshotAt: string | null, settings: FoldSettings): readonly Case[] => {
  const findings = diagnose(window);
  const applied = findings.reduce<readonly Case[]>((all, finding) => applyFinding(all, finding, settings), cases);
  return closeUnseen(applied, findings, snapshotAt);
};

const newestOf = (digests: readonly Digest[]): string | null =>
  digests
    .filter(({ kind }) => kind !== 'marker')
    .reduce<string | null>((newest, digest) => (newest === null || digestTime(digest) > newest ? digestTime(digest) : newest), null);

/** A case that was over so long ago is history: the table keeps it, the board does not. */
const forget = (cases: readonly Case[], newest: string, settings: FoldSettings): readonly Case[] =>
  cases.filter(({ status, resolvedAt }) => status === 'open' || resolvedAt === null || resolvedAt >= minus(newest, settings.reopenMs));

/**
 * The cases of a host: a fold over its digests in the order they were taken, from a checkpoint. What was known at each snapshot is
 * judged anew, so the same set of uploads ends in the same cases, in whatever order it came.
 */
export const foldCases = (
  host: string,
  checkpoint: Checkpoint,
  digests: readonly Digest[],
  lookups: readonly PortLookup[],
  settings: FoldSettings,
): { readonly cases: readonly Case[]; readonly checkpoint: Checkpoint } => {
  const newest = newestOf(digests);
  if (newest === null) return { cases: checkpoint.cases, checkpoint };
  const horizon = minus(newest, settings.latenessMs);
  const snapshotTimes = new Set(digests.flatMap((digest) => (digest.kind === 'snapshot' ? [digest.takenAt] : [])));
  const times = [...new Set([...snapshotTimes, newest])].filter((at) => checkpoint.at === null || at > checkpoint.at).sort();
  let { cases } = checkpoint;
  let saved = checkpoint;
  for (const at of times) {
    if (at > horizon && saved.at !== horizon && (saved.at === null || horizon > saved.at)) saved = { at: horizon, cases };
    cases = step(cases, { host, digests: windowAt(at, digests, settings), lookups }, snapshotTimes.has(at) ? at : null, settings);
  }
  const kept = forget(saved.cases, newest, settings);
  // A healthy host needs no checkpoint, and so no write for each of its uploads.
  return { cases: forget(cases, newest, settings), checkpoint: kept.length === 0 ? checkpoint : { ...saved, cases: kept } };
};
