import type { Window } from '../diagnosis/facts.ts';
import type { Advise } from '../knowledge/clues.ts';
import { type Finding, SEVERITIES } from '../model/analysis.ts';
import type { Digest, LogDigest, PortLookup } from '../model/digest.ts';
import { digestTime } from '../model/digest-time.ts';
import type { Checkpoint, Past } from './board.ts';
import { type Case, closeUnseen, mergeFinding, openCase } from './case.ts';
import { judge } from './judge.ts';
import { keepHiddenLeaks } from './keepalive.ts';
import { type Sight, sightOf } from './sight.ts';

/** How far back evidence is joined, and how long a case that is over may come back as the same one. */
export interface FoldSettings {
  readonly windowMs: number;
  readonly maxSnapshots: number;
  readonly reopenMs: number;
  /** Evidence older than this, counted from the newest, is folded into the checkpoint: an upload from before changes nothing any more. */
  readonly latenessMs: number;
  /** Those that matter most are kept. */
  readonly maxCases: number;
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

/** What a step judges with: the cases, and how many there were of those that are forgotten. */
interface Known {
  readonly cases: readonly Case[];
  readonly past: readonly Past[];
}

const pastEpisodes = (past: readonly Past[], resourceKey: string): number =>
  past.find((other) => other.resourceKey === resourceKey)?.episode ?? 0;

const applyFinding = ({ cases, past }: Known, finding: Finding, sight: Sight, settings: FoldSettings): readonly Case[] => {
  const former = latestOf(cases, finding.resourceKey);
  if (former === null) return [...cases, openCase(finding, pastEpisodes(past, finding.resourceKey) + 1, sight)];
  if (isWeakerView(former, finding)) return cases;
  const isFresh = former.status === 'resolved' && finding.overAt === null;
  if (isFresh && !isNews(former, finding)) return cases;
  if (isFresh && finding.since > minus(former.resolvedAt ?? finding.since, -settings.reopenMs))
    return [...cases, openCase(finding, former.episode + 1, sight)];
  return cases.map((other) => (other === former ? mergeFinding(former, finding, sight) : other));
};

/** An open case that a later snapshot no longer shows is over. The absence of uploads is no proof, nor is a snapshot without sockets. */
const closeAllUnseen = (cases: readonly Case[], findings: readonly Finding[], sight: Sight): readonly Case[] =>
  cases.map((former) => {
    const isSeen = findings.some(({ resourceKey }) => resourceKey === former.resourceKey);
    const isLater = sight.snapshots.at(-1)?.takenAt === sight.at && sight.at > former.finding.lastSeenAt;
    return former.status === 'resolved' || isSeen || !isLater ? former : closeUnseen(former, sight);
  });

const byWeight = (a: Case, b: Case): number =>
  Number(a.status === 'resolved') - Number(b.status === 'resolved') ||
  SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity) ||
  // The older stays, so that what is on the board is not pushed off it by what comes and goes.
  (a.openedAt < b.openedAt ? -1 : a.openedAt > b.openedAt ? 1 : a.id < b.id ? -1 : 1);

/** Those that matter most, in the order they have. */
const bounded = (cases: readonly Case[], { maxCases }: FoldSettings): readonly Case[] => {
  if (cases.length <= maxCases) return cases;
  const kept = new Set(cases.toSorted(byWeight).slice(0, maxCases));
  return cases.filter((one) => kept.has(one));
};

const step = (known: Known, window: Window, at: string, settings: FoldSettings, advise: Advise): readonly Case[] => {
  const sight = sightOf(at, window.digests);
  const judged = judge(window, known.cases, minus(at, settings.windowMs), advise);
  const findings = keepHiddenLeaks(known.cases, judged, sight);
  const applied = findings.reduce<readonly Case[]>(
    (cases, finding) => applyFinding({ ...known, cases }, finding, sight, settings),
    known.cases,
  );
  return bounded(closeAllUnseen(applied, findings, sight), settings);
};

const newestOf = (digests: readonly Digest[]): string | null =>
  digests
    .filter(({ kind }) => kind !== 'marker')
    .reduce<string | null>((newest, digest) => (newest === null || digestTime(digest) > newest ? digestTime(digest) : newest), null);

/** A case that was over so long ago is history: the table keeps it, the board does not. */
const forget = (cases: readonly Case[], newest: string, settings: FoldSettings): readonly Case[] =>
  cases.filter(({ status, resolvedAt }) => status === 'open' || resolvedAt === null || resolvedAt >= minus(newest, settings.reopenMs));

/** Forgotten things whose number of cases is remembered, so that ids are not given twice. */
const MAX_PAST = 64;

const remember = (past: readonly Past[], gone: readonly Case[]): readonly Past[] =>
  gone
    .reduce((all, { resourceKey, episode }) => {
      const others = all.filter((other) => other.resourceKey !== resourceKey);
      return [...others, { resourceKey, episode: Math.max(episode, pastEpisodes(all, resourceKey)) }];
    }, past)
    .slice(-MAX_PAST);

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
  advise: Advise,
): { readonly cases: readonly Case[]; readonly checkpoint: Checkpoint } => {
  const newest = newestOf(digests);
  if (newest === null) return { cases: checkpoint.cases, checkpoint };
  const horizon = minus(newest, settings.latenessMs);
  const snapshotTimes = new Set(digests.flatMap((digest) => (digest.kind === 'snapshot' ? [digest.takenAt] : [])));
  const times = [...new Set([...snapshotTimes, newest])].filter((at) => checkpoint.at === null || at > checkpoint.at).sort();
  let { cases } = checkpoint;
  let saved: Omit<Checkpoint, 'past'> = checkpoint;
  for (const at of times) {
    if (at > horizon && saved.at !== horizon && (saved.at === null || horizon > saved.at)) saved = { at: horizon, cases };
    const window = { host, digests: windowAt(at, digests, settings), lookups };
    cases = step({ cases, past: checkpoint.past }, window, at, settings, advise);
  }
  const kept = forget(saved.cases, newest, settings);
  const past = remember(
    checkpoint.past,
    saved.cases.filter((one) => !kept.includes(one)),
  );
  const next = saved.cases.length === 0 ? checkpoint : { at: saved.at, cases: kept, past };
  // A healthy host needs no checkpoint, and so no write for each of its uploads.
  return { cases: forget(cases, newest, settings), checkpoint: next };
};
