import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Analysis, Finding, History, OtherEnd } from '../model/analysis.ts';
import { beganAt, cameBackAt, endedAt, firstEpisode } from './history.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { continueRun, type Relapse, type Run, relapseOf, runOf, setbackOf } from './relapse.ts';
import { NOTHING_SEEN, type Sight } from './sight.ts';
import { addVictims, type VictimTally, victimsIn } from './tally.ts';

/** The life of one analysis about one contested thing, as the evidence tells it: a function of the uploads, not of their arrival. */
export interface Case {
  readonly id: string;
  readonly resourceKey: string;
  /** Counts the times that the thing was contested anew, a day or more apart, from 1. */
  readonly episode: number;
  readonly status: 'open' | 'resolved';
  /** The newest finding, without its victims: those of the whole life are in the tallies. */
  readonly finding: Finding;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly resolvedAt: string | null;
  readonly tallies: readonly VictimTally[];
  readonly history: History;
  /** The culprit's process at its work; `null` where there is none to follow. */
  readonly run: Run | null;
  readonly relapse: Relapse | null;
  readonly outcome: Outcome | null;
  /** From another host's uploads: not part of the fold over this one's. */
  readonly otherEnd: OtherEnd | null;
}

/**
 * The same for the same contested thing of the same host, whatever the order of arrival. `~` is in no host name and unreserved in
 * URLs (RFC 3986 §2.3).
 */
export const caseId = (host: string, resourceKey: string, episode: number): string =>
  `${host}~${createHash('sha256').update(`${host}|${resourceKey}|${episode}`).digest('hex').slice(0, 10)}`;

const withoutVictims = (finding: Finding): Finding => ({ ...finding, victims: [] });

const outcomeFor = (finding: Finding, tallies: readonly VictimTally[], run: Run | null, sight: Sight): Outcome =>
  outcomeOf(finding, tallies, run?.most ?? null, sight.snapshots.at(-1) ?? null);

export const openCase = (finding: Finding, episode: number, sight: Sight = NOTHING_SEEN): Case => {
  const tallies = addVictims([], finding.victims);
  const run = runOf(finding, sight.snapshots);
  const isOver = finding.overAt !== null;
  return {
    id: caseId(finding.host, finding.resourceKey, episode),
    resourceKey: finding.resourceKey,
    episode,
    status: isOver ? 'resolved' : 'open',
    finding: withoutVictims(finding),
    openedAt: finding.since,
    updatedAt: finding.lastSeenAt,
    resolvedAt: finding.overAt,
    tallies,
    history: endedAt(firstEpisode(finding.since), finding.overAt),
    run: isOver ? null : run,
    relapse: null,
    outcome: isOver ? outcomeFor(finding, tallies, null, sight) : null,
    otherEnd: null,
  };
};

const later = (a: string, b: string): string => (a > b ? a : b);

const nextRun = (former: Run | null, next: Run | null, isAnew: boolean): Run | null => {
  // A pile that is not to be seen just now tells nothing new of its process.
  if (next === null || next.most === 0) return former;
  return former === null || isAnew || former.pid !== next.pid || former.command !== next.command ? next : continueRun(former, next);
};

const whileOpen = (former: Case, finding: Finding, sight: Sight): Pick<Case, 'history' | 'run' | 'relapse' | 'outcome'> => {
  const hasComeBack = former.status === 'resolved';
  const next = runOf(finding, sight.snapshots);
  const relapse = relapseOf(former, finding, next, sight.snapshots.at(-1), hasComeBack);
  const isAnew = hasComeBack || relapse !== former.relapse;
  return {
    history: hasComeBack ? cameBackAt(former.history, later(sight.at, former.resolvedAt ?? '')) : beganAt(former.history, finding.since),
    run: nextRun(former.run, next, isAnew),
    relapse,
    outcome: null,
  };
};

const whenOver = (
  former: Case,
  finding: Finding,
  tallies: readonly VictimTally[],
  sight: Sight,
): Pick<Case, 'history' | 'run' | 'relapse' | 'outcome'> => ({
  history: endedAt(former.history, finding.overAt),
  run: former.run,
  relapse: former.relapse,
  // What was seen at its end stands, however long the window shows it.
  outcome: former.resolvedAt === finding.overAt ? former.outcome : outcomeFor(finding, tallies, former.run, sight),
});

/** A case with a newer finding about the same thing. */
export const mergeFinding = (former: Case, finding: Finding, sight: Sight): Case => {
  const tallies = addVictims(former.tallies, finding.victims);
  // The window shows the same end again, with less and less around it: what was seen at the end stands.
  if (finding.overAt !== null && finding.overAt === former.resolvedAt && isDeepStrictEqual(tallies, former.tallies)) return former;
  const life = finding.overAt === null ? whileOpen(former, finding, sight) : whenOver(former, finding, tallies, sight);
  return {
    ...former,
    ...life,
    finding: withoutVictims(finding),
    status: finding.overAt === null ? 'open' : 'resolved',
    openedAt: finding.since < former.openedAt ? finding.since : former.openedAt,
    updatedAt: later(finding.lastSeenAt, former.updatedAt),
    resolvedAt: finding.overAt,
    tallies,
  };
};

/** A case that the newest snapshot no longer shows. */
export const closeUnseen = (former: Case, sight: Sight): Case => ({
  ...former,
  status: 'resolved',
  resolvedAt: sight.at,
  updatedAt: sight.at,
  history: endedAt(former.history, sight.at),
  outcome: outcomeFor(former.finding, former.tallies, former.run, sight),
});

/** A case that is closed for another reason than what a snapshot shows. */
export const closeBecause = (former: Case, at: string, outcome: Outcome): Case => ({
  ...former,
  status: 'resolved',
  resolvedAt: at,
  history: endedAt(former.history, at),
  outcome,
});

/** What people have said to it. */
export type Attention = Pick<Analysis, 'acknowledged' | 'silenced'>;

export const UNATTENDED: Attention = { acknowledged: null, silenced: null };

/** DESIGN.md's analysis (contract). */
export const toAnalysis = (
  { id, status, finding, openedAt, updatedAt, resolvedAt, tallies, history, relapse, outcome, otherEnd }: Case,
  { acknowledged, silenced }: Attention = UNATTENDED,
): Analysis => {
  const { since: _since, lastSeenAt: _lastSeenAt, overAt: _overAt, resourceKey: _resourceKey, ...rest } = finding;
  const setback = status === 'open' ? setbackOf(relapse, finding) : null;
  const victims = victimsIn(tallies);
  const evidence = [...rest.evidence, ...(otherEnd?.evidence ?? []), ...(outcome?.proof ? [outcome.proof] : [])];
  const alone = { hosts: [finding.host], hostCount: 1, fleet: null, members: [] };
  const life = { openedAt, updatedAt, resolvedAt, history, setback, otherEnd, outcome: outcome?.text ?? null, acknowledged, silenced };
  return { ...rest, id, status, victims, evidence, ...life, ...alone };
};
