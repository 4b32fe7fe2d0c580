import { type Board, emptyBoard } from '../cases/board.ts';
import {
  addSilence,
  endSilence as endIn,
  isRunning,
  MAX_SILENCE_MS,
  newSilence,
  type Silence,
  type SilenceMatch,
} from '../cases/silence.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { idOf } from '../fleet/fleet.ts';
import type { Acknowledgement, Analysis } from '../model/analysis.ts';
import { ContentionError, MAX_ROUNDS } from './contention.ts';
import type { Clock, Records } from './ports.ts';
import { analysisOn } from './projection.ts';

/** What people say to an analysis: that they are on it, or that they want to hear nothing of it for a time. */

export interface AttentionDeps {
  readonly records: Records;
  readonly clock: Clock;
}

/** Who says so: a user of IAM, of a session, or of the terminal. */
export interface Word {
  readonly by: string;
  readonly why: string;
}

export type AckOutcome =
  | { readonly kind: 'done'; readonly analysis: Analysis }
  /** There is nothing left to be on. */
  | { readonly kind: 'over' };

const homeOf = (id: string): string => id.slice(0, id.lastIndexOf('~'));

const setOn = (board: Board, caseId: string, acknowledged: Acknowledgement | null): Board => ({
  ...board,
  ledger: board.ledger.map((entry) => (entry.caseId === caseId ? { ...entry, acknowledged } : entry)),
});

const acknowledgeCase = async (
  seen: Analysis,
  acknowledged: Acknowledgement | null,
  { records }: AttentionDeps,
): Promise<AckOutcome | 'conflict'> => {
  const host = homeOf(seen.id);
  const board = (await records.readBoard(host)) ?? emptyBoard(host);
  const current = board.cases.find(({ id }) => id === seen.id);
  if (current === undefined || current.status === 'resolved') return { kind: 'over' };
  const next = { ...setOn(board, seen.id, acknowledged), unshown: [...new Set([...board.unshown, seen.id])] };
  if ((await records.writeBoard(next)) === 'conflict') return 'conflict';
  const analysis = analysisOn(next, current);
  await records.putAnalysis(analysis, board.version + 1);
  return { kind: 'done', analysis: (await records.getAnalysis(seen.id)) ?? analysis };
};

const acknowledgeFleet = async (
  seen: Analysis,
  acknowledged: Acknowledgement | null,
  { records }: AttentionDeps,
): Promise<AckOutcome | 'conflict'> => {
  const [member] = seen.members;
  const key = member === undefined ? null : ((await records.membership(member.analysisId))?.key ?? null);
  const fleet: Fleet | null = key === null ? null : await records.readFleet(key);
  if (fleet === null || fleet.status === 'resolved' || idOf(fleet) !== seen.id) return { kind: 'over' };
  const next = { ...fleet, acknowledged };
  if ((await records.writeFleet(next)) === 'conflict') return 'conflict';
  const analysis = { ...seen, acknowledged };
  await records.putAnalysis(analysis, fleet.version + 1);
  return { kind: 'done', analysis };
};

const untilWritten = async (id: string, attempt: () => Promise<AckOutcome | 'conflict'>): Promise<AckOutcome> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const outcome = await attempt();
    if (outcome !== 'conflict') return outcome;
  }
  throw new ContentionError(`${id} changed ${MAX_ROUNDS} times while it was being acknowledged.`);
};

const set = async (seen: Analysis, acknowledged: Acknowledgement | null, deps: AttentionDeps): Promise<AckOutcome> =>
  untilWritten(seen.id, () =>
    seen.members.length > 0 ? acknowledgeFleet(seen, acknowledged, deps) : acknowledgeCase(seen, acknowledged, deps),
  );

/**
 * Somebody is on it: reminders and word of its spreading stop. What they saw is what they acknowledge: should it be critical by now and was
 * not then, the acknowledgement ends at once.
 *
 * @param seen the analysis as it was shown to whoever acknowledges it
 */
export const acknowledge = async (seen: Analysis, { by, why }: Word, deps: AttentionDeps): Promise<AckOutcome> =>
  set(seen, { by, why, at: deps.clock.now(), severity: seen.severity }, deps);

/** Nobody is on it any more: reminders go on. */
export const withdrawAcknowledgement = async (seen: Analysis, deps: AttentionDeps): Promise<AckOutcome> => set(seen, null, deps);

export type SilenceOutcome =
  | { readonly kind: 'done'; readonly silence: Silence }
  /** `until` is past, or too far off; nothing is named; there are too many. */
  | { readonly kind: 'refused'; readonly parameter: 'until' | 'match' | null; readonly reason: string };

const refused = (parameter: 'until' | 'match' | null, reason: string): SilenceOutcome => ({ kind: 'refused', parameter, reason });

const objection = (match: SilenceMatch, until: string, now: string): SilenceOutcome | null => {
  if (match.host === null && match.program === null && match.cause === null)
    return refused('match', 'A silence names a host, a program or a cause: one of everything would hide everything.');
  if (until <= now) return refused('until', 'A silence ends in the future.');
  if (Date.parse(until) - Date.parse(now) > MAX_SILENCE_MS)
    return refused('until', 'A silence lasts 30 days at most: a longer one is a blind spot that nobody remembers.');
  return null;
};

/** For a time nothing is announced of what matches; it is recorded all the same, and announced when the silence ends, if it is still so. */
export const silence = async (match: SilenceMatch, until: string, { by, why }: Word, deps: AttentionDeps): Promise<SilenceOutcome> => {
  const now = deps.clock.now();
  const wrong = objection(match, until, now);
  if (wrong !== null) return wrong;
  const made = newSilence(match, now, until, by, why);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = addSilence(await deps.records.readSilences(), made, now);
    if (next === null) return refused(null, 'There are too many silences. End some of them first.');
    if ((await deps.records.writeSilences(next)) === 'written') return { kind: 'done', silence: made };
  }
  throw new ContentionError(`The silences changed ${MAX_ROUNDS} times while one was being added.`);
};

/** Ends a silence before its time; `null` where none of that id runs. What is still so is announced by the next sweep. */
export const endSilence = async (id: string, by: string, deps: AttentionDeps): Promise<Silence | null> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = endIn(await deps.records.readSilences(), id, by, deps.clock.now());
    if (next === null) return null;
    if ((await deps.records.writeSilences(next)) === 'written') return next.list.find((one) => one.id === id) ?? null;
  }
  throw new ContentionError(`The silences changed ${MAX_ROUNDS} times while one was being ended.`);
};

/** The longest to come first; with `all`, those that are over too. */
export const listSilences = async (all: boolean, { records, clock }: AttentionDeps): Promise<readonly Silence[]> => {
  const { list } = await records.readSilences();
  const now = clock.now();
  return list.filter((one) => all || isRunning(one, now)).toSorted((a, b) => (a.until > b.until ? -1 : 1));
};
