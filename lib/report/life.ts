import { acrossHosts } from '../fleet/merge.ts';
import type { Analysis, Victim } from '../model/analysis.ts';
import { clock, count, duration, number, ordinal, when } from '../text/words.ts';
import { isFleet } from './fleet.ts';

/** The life of a case in sentences: how long it has lasted, what it caused, how often it came back. */

const HOUR_MS = 60 * 60_000;

const present = ({ history, openedAt }: Analysis): { readonly from: string; readonly to: string | null } =>
  history.episodes.at(-1) ?? { from: openedAt, to: null };

/** Those that failed since the thing was last seen to be over (all, while it never was), of a fleet over all hosts. */
export const presentVictims = ({ victims: each, history, hostCount }: Analysis): readonly Victim[] => {
  const victims = hostCount > 1 ? acrossHosts(each) : each;
  const before = history.episodes.at(-2)?.to ?? null;
  return before === null ? victims : victims.filter(({ lastAt }) => lastAt > before);
};

/** `9 h`: whole hours once there are two. */
export const openFor = (analysis: Analysis, at: string): string => {
  const ms = Math.max(0, Date.parse(at) - Date.parse(present(analysis).from));
  return ms < 2 * HOUR_MS ? duration(ms) : `${Math.floor(ms / HOUR_MS)} h`;
};

/** That it is over, since when, how long it lasted, what it caused, and what shows it. */
export const over = (analysis: Analysis): string => {
  const { history, outcome, victims } = analysis;
  const endedAt = analysis.resolvedAt ?? analysis.updatedAt;
  const { from } = present(analysis);
  const lasted = duration(Date.parse(endedAt) - Date.parse(from));
  const isOver = `It is over since ${when(endedAt, from)}`;
  if (analysis.cause === 'host-silent') return [`${isOver}: it lasted ${lasted}.`, ...(outcome === null ? [] : [outcome])].join(' ');
  const failures = count(
    victims.reduce((sum, victim) => sum + victim.failures, 0),
    'failure',
  );
  const what =
    history.times === 1
      ? `it lasted ${lasted} and caused ${failures}.`
      : `it lasted ${lasted} this time (the ${ordinal(history.times)} since ${history.since.slice(0, 10)}) and caused ${failures} in all.`;
  const where = isFleet(analysis) ? ` on all ${number(analysis.hostCount)} hosts` : '';
  return [`It is over${where} since ${when(endedAt, from)}: ${what}`, ...(outcome === null ? [] : [outcome])].join(' ');
};

/** A line for the facts of what came back. */
export const againSince = ({ history }: Analysis): readonly (readonly [string, string])[] => {
  const from = history.episodes.at(-1)?.from;
  return history.times === 1 || from === undefined
    ? []
    : [['Again since', `${from.slice(0, 10)} ${clock(from)} (${ordinal(history.times)} time)`]];
};

/** "It was resolved at 17:14:00 UTC and came back at 21:03:00 UTC (3rd time since 2026-11-22)." */
export const comeBack = ({ status, history }: Analysis): readonly string[] => {
  const [before, now] = history.episodes.slice(-2);
  if (status === 'resolved' || before === undefined || before.to === null || now === undefined) return [];
  const times = `${ordinal(history.times)} time since ${history.since.slice(0, 10)}`;
  return [`It was resolved at ${when(before.to, now.from)} and came back at ${when(now.from, now.from)} (${times}).`];
};
