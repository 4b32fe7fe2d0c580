import { createHash } from 'node:crypto';
import type { Analysis, Finding, Victim } from '../model/analysis.ts';

/** The life of one analysis about one contested thing, as the evidence tells it: a function of the uploads, not of their arrival. */
export interface Case {
  readonly id: string;
  readonly resourceKey: string;
  /** Counts the times that the thing was contested anew, from 1. */
  readonly episode: number;
  readonly status: 'open' | 'resolved';
  /** The newest finding; its victims are those of the window. */
  readonly finding: Finding;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly resolvedAt: string | null;
  /** Failures over the whole life of the case, which the window forgets. */
  readonly tallies: readonly VictimTally[];
}

export interface VictimTally {
  /** The victim as last seen. */
  readonly victim: Victim;
  readonly firstAt: string;
  readonly lastAt: string;
  /** The sum of minutes that were folded away. */
  readonly before: number;
  readonly minutes: readonly (readonly [minute: number, failures: number])[];
}

/**
 * The same for the same contested thing of the same host, whatever the order of arrival. `~` is in no host name and unreserved in
 * URLs (RFC 3986 §2.3).
 */
export const caseId = (host: string, resourceKey: string, episode: number): string =>
  `${host}~${createHash('sha256').update(`${host}|${resourceKey}|${episode}`).digest('hex').slice(0, 10)}`;

/** Minutes that may still change by a late upload stay apart; older ones become a sum. */
const MAX_MINUTES = 120;

const victimKey = ({ app, kind }: Victim): string => `${app} ${kind}`;

/** Per minute, the larger count stands: the same lines seen in two windows count once. */
const mergeMinutes = (a: VictimTally['minutes'], b: VictimTally['minutes']): VictimTally['minutes'] => {
  const merged = new Map(a);
  for (const [minute, failures] of b) merged.set(minute, Math.max(merged.get(minute) ?? 0, failures));
  return [...merged].sort(([m], [n]) => m - n);
};

const foldMinutes = (before: number, minutes: VictimTally['minutes']): Pick<VictimTally, 'before' | 'minutes'> => {
  const surplus = Math.max(0, minutes.length - MAX_MINUTES);
  return { before: before + minutes.slice(0, surplus).reduce((sum, [, failures]) => sum + failures, 0), minutes: minutes.slice(surplus) };
};

const newTally = (victim: Victim): VictimTally => ({
  victim,
  firstAt: victim.firstAt,
  lastAt: victim.lastAt,
  before: 0,
  minutes: victim.minutes,
});

const addToTally = (tally: VictimTally, victim: Victim): VictimTally => {
  // Minutes before the oldest kept one are in the sum already.
  const oldest = tally.before > 0 ? (tally.minutes[0]?.[0] ?? 0) : Number.NEGATIVE_INFINITY;
  const fresh = victim.minutes.filter(([minute]) => minute >= oldest);
  return {
    victim,
    firstAt: victim.firstAt < tally.firstAt ? victim.firstAt : tally.firstAt,
    lastAt: victim.lastAt > tally.lastAt ? victim.lastAt : tally.lastAt,
    ...foldMinutes(tally.before, mergeMinutes(tally.minutes, fresh)),
  };
};

export const addVictims = (tallies: readonly VictimTally[], victims: readonly Victim[]): readonly VictimTally[] => {
  const byKey = new Map(tallies.map((tally) => [victimKey(tally.victim), tally]));
  for (const victim of victims) {
    const tally = byKey.get(victimKey(victim));
    byKey.set(victimKey(victim), tally === undefined ? newTally(victim) : addToTally(tally, victim));
  }
  return [...byKey.values()];
};

const toVictim = (tally: VictimTally): Victim => ({
  ...tally.victim,
  failures: tally.before + tally.minutes.reduce((sum, [, failures]) => sum + failures, 0),
  firstAt: tally.firstAt,
  lastAt: tally.lastAt,
  minutes: [],
});

const byHardship = (a: Victim, b: Victim): number =>
  Number(a.isCulprit) - Number(b.isCulprit) || b.failures - a.failures || (a.app < b.app ? -1 : 1);

export const openCase = (finding: Finding, episode: number): Case => ({
  id: caseId(finding.host, finding.resourceKey, episode),
  resourceKey: finding.resourceKey,
  episode,
  status: finding.overAt === null ? 'open' : 'resolved',
  finding,
  openedAt: finding.since,
  updatedAt: finding.lastSeenAt,
  resolvedAt: finding.overAt,
  tallies: addVictims([], finding.victims),
});

/** DESIGN.md's analysis (contract). */
export const toAnalysis = ({ id, status, finding, openedAt, updatedAt, resolvedAt, tallies }: Case): Analysis => {
  const { since: _since, lastSeenAt: _lastSeenAt, overAt: _overAt, resourceKey: _resourceKey, ...rest } = finding;
  const victims = tallies.map(toVictim).sort(byHardship);
  const alone = { hosts: [finding.host], hostCount: 1, fleet: null, members: [] };
  return { ...rest, id, status, victims, openedAt, updatedAt, resolvedAt, ...alone };
};
