import type { Victim } from '../model/analysis.ts';

/** Failures of one program over the whole life of a case, which the window forgets. */
export interface VictimTally {
  /** The victim as last seen; its minutes are in the tally. */
  readonly victim: Victim;
  readonly firstAt: string;
  readonly lastAt: string;
  /** The sum of minutes that were folded away. */
  readonly before: number;
  readonly minutes: readonly (readonly [minute: number, failures: number])[];
}

/** Minutes that may still change by a late upload (window and lateness are half an hour each) stay apart; older ones become a sum. */
const MAX_MINUTES = 60;
/** Programs that fail for one reason on one host; more share the fate of the first, and need not be named. */
const MAX_TALLIES = 12;

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
  victim: { ...victim, minutes: [] },
  firstAt: victim.firstAt,
  lastAt: victim.lastAt,
  ...foldMinutes(0, victim.minutes),
});

const addToTally = (tally: VictimTally, victim: Victim): VictimTally => {
  // Minutes before the oldest kept one are in the sum already.
  const oldest = tally.before > 0 ? (tally.minutes[0]?.[0] ?? 0) : Number.NEGATIVE_INFINITY;
  const fresh = victim.minutes.filter(([minute]) => minute >= oldest);
  return {
    victim: { ...victim, minutes: [] },
    firstAt: victim.firstAt < tally.firstAt ? victim.firstAt : tally.firstAt,
    lastAt: victim.lastAt > tally.lastAt ? victim.lastAt : tally.lastAt,
    ...foldMinutes(tally.before, mergeMinutes(tally.minutes, fresh)),
  };
};

export const addVictims = (tallies: readonly VictimTally[], victims: readonly Victim[]): readonly VictimTally[] => {
  const byKey = new Map(tallies.map((tally) => [victimKey(tally.victim), tally]));
  for (const victim of victims) {
    const tally = byKey.get(victimKey(victim));
    if (tally === undefined && byKey.size >= MAX_TALLIES) continue;
    byKey.set(victimKey(victim), tally === undefined ? newTally(victim) : addToTally(tally, victim));
  }
  return [...byKey.values()];
};

const toVictim = (tally: VictimTally): Victim => ({
  ...tally.victim,
  failures: tally.before + tally.minutes.reduce((sum, [, failures]) => sum + failures, 0),
  firstAt: tally.firstAt,
  lastAt: tally.lastAt,
});

const byHardship = (a: Victim, b: Victim): number =>
  Number(a.isCulprit) - Number(b.isCulprit) || b.failures - a.failures || (a.app < b.app ? -1 : 1);

export const victimsIn = (tallies: readonly VictimTally[]): readonly Victim[] => tallies.map(toVictim).sort(byHardship);

/** `null` where nothing failed. */
export const lastFailureIn = (tallies: readonly VictimTally[]): string | null =>
  tallies.reduce<string | null>((last, { lastAt }) => (last === null || lastAt > last ? lastAt : last), null);
