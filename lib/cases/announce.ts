import { SEVERITIES, type Severity } from '../model/analysis.ts';
import { ackOf, afterAck } from './acknowledge.ts';
import type { Board, LedgerEntry, OutboxEntry, Told, TransitionKind } from './board.ts';
import { type Case, closeBecause, toAnalysis, UNATTENDED } from './case.ts';
import { holdMs } from './history.ts';
import { WITHDRAWN } from './outcome.ts';
import { setbackOf } from './relapse.ts';
import { type Silence, silenceFor } from './silence.ts';
import { isAboutSilence, MAX_SILENT_REMINDERS } from './silent.ts';

export interface AnnounceSettings {
  /** An inconclusive finding waits this long for the upload that explains it. */
  readonly settlingMs: number;
  /** How long after the last announcement an open case is announced again, reminder by reminder; the last one repeats. */
  readonly remindersMs: readonly number[];
}

/** "Under an hour": somebody should get up now rather than in the morning. */
const SOON_MS = 60 * 60_000;

const appsOf = ({ tallies }: Case): readonly string[] =>
  [...new Set(tallies.flatMap(({ victim }) => (victim.isCulprit ? [] : [victim.app])))].sort();

const isSoon = ({ finding }: Case): boolean => {
  const { exhaustsAt } = finding.trend;
  return exhaustsAt !== null && Date.parse(exhaustsAt) - Date.parse(finding.lastSeenAt) < SOON_MS;
};

const isSetBack = ({ relapse, finding }: Case): boolean => setbackOf(relapse, finding) !== null;

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

const toldOf = (current: Case): Told => ({
  status: current.status,
  causes: [current.finding.cause],
  severity: current.finding.severity,
  apps: appsOf(current),
  isSoon: isSoon(current),
  isSetBack: isSetBack(current),
});

const isWorse = (told: Told, current: Case): boolean =>
  rank(current.finding.severity) < rank(told.severity) ||
  appsOf(current).some((app) => !told.apps.includes(app)) ||
  (isSoon(current) && !told.isSoon) ||
  (isSetBack(current) && !told.isSetBack);

const isDecided = ({ finding }: Case): boolean => finding.cause !== 'inconclusive';

/** What time alone decides. */
interface Clock {
  /** An inconclusive finding has waited long enough. */
  readonly isSettled: boolean;
  /** What is over has stayed away long enough to be believed. */
  readonly isOverForGood: boolean;
  readonly isReminderDue: boolean;
}

/** What has not been told of yet. An incident that is over in the evidence is not announced as open. */
const firstDue = (current: Case, clock: Clock): TransitionKind | null => {
  // What never reached a warning is for queries only.
  if (current.finding.severity === 'info') return null;
  if (current.status === 'resolved') return isDecided(current) ? 'resolved' : null;
  return isDecided(current) || clock.isSettled ? 'opened' : null;
};

const dueWhileOpen = (told: Told, current: Case, clock: Clock): TransitionKind | null => {
  if (current.finding.severity === 'info') return null;
  if (told.status === 'resolved') return isDecided(current) || clock.isSettled ? 'reopened' : null;
  if (!told.causes.includes(current.finding.cause) && isDecided(current)) return 'changed-cause';
  if (isWorse(told, current)) return 'worse';
  return clock.isReminderDue ? 'still-open' : null;
};

/** Which transition is due for a case, or `null`. */
const dueFor = (told: Told | null, current: Case, clock: Clock): TransitionKind | null => {
  if (told === null) return firstDue(current, clock);
  if (current.status === 'open') return dueWhileOpen(told, current, clock);
  return told.status === 'open' && clock.isOverForGood ? 'resolved' : null;
};

const settle = (entry: LedgerEntry, current: Case, now: string): string | null => {
  const waits = current.status === 'open' && !isDecided(current);
  return waits ? (entry.unsettledSince ?? now) : null;
};

/** While a case stays open, what is worse stays told: one that swings between two states is announced once a state, not once a swing. */
const remember = (told: Told | null, current: Case, kind: TransitionKind): Told => {
  const next = toldOf(current);
  if (told === null || kind === 'reopened' || kind === 'resolved') return next;
  return {
    status: next.status,
    causes: [...new Set([...told.causes, ...next.causes])],
    severity: rank(told.severity) < rank(next.severity) ? told.severity : next.severity,
    apps: [...new Set([...told.apps, ...next.apps])].sort(),
    isSoon: told.isSoon || next.isSoon,
    isSetBack: told.isSetBack || next.isSetBack,
  };
};

const NEVER_TOLD: Omit<LedgerEntry, 'caseId'> = {
  told: null,
  unsettledSince: null,
  announced: 0,
  toldAt: null,
  reminders: 0,
  ...UNATTENDED,
};

const since = (at: string | null, now: string): number => (at === null ? 0 : Date.parse(now) - Date.parse(at));

const isReminderDue = ({ toldAt, reminders }: LedgerEntry, current: Case, now: string, { remindersMs }: AnnounceSettings): boolean => {
  if (isAboutSilence(current) && reminders >= MAX_SILENT_REMINDERS) return false;
  const wait = remindersMs[Math.min(reminders, remindersMs.length - 1)];
  return wait !== undefined && toldAt !== null && since(toldAt, now) >= wait;
};

interface Announced {
  readonly entry: LedgerEntry;
  readonly due: OutboxEntry | null;
}

/** What is due, after those who are on it already have been spared. */
const dueNow = (entry: LedgerEntry, current: Case, clock: Clock, now: string): TransitionKind | null => {
  const due = dueFor(entry.told, current, clock);
  // Who is on it may know, but nobody else does before the first announcement.
  if (entry.told === null) return due;
  const ack = ackOf(entry.acknowledged, { status: current.status, severity: current.finding.severity }, now);
  return afterAck(due, ack, isSetBack(current) && !entry.told.isSetBack);
};

const silencing = ({ finding, tallies }: Case, silences: readonly Silence[], now: string): Silence | null =>
  silenceFor({ ...finding, victims: tallies.map(({ victim }) => victim) }, silences, now);

/** A silence holds back alarms; people (and pagers) still hear that what they were told of is over. */
const isAllClear = (told: Told | null, kind: TransitionKind): boolean => kind === 'resolved' && told?.status === 'open';

/** Nothing is announced; what is still so when the silence ends is announced then. What began and ended in it is nobody's news. */
const holdBack = (entry: LedgerEntry, current: Case, kind: TransitionKind, { id, by, why, until }: Silence): Announced => {
  const told = kind === 'resolved' ? toldOf(current) : entry.told;
  return { entry: { ...entry, told, silenced: { id, by, why, until } }, due: null };
};

const say = (entry: LedgerEntry, current: Case, kind: TransitionKind, now: string): Announced => {
  const announced = entry.announced + 1;
  const reminders = kind === 'still-open' ? entry.reminders + 1 : 0;
  const { acknowledged } = entry;
  const analysis = toAnalysis(current, { acknowledged, silenced: null });
  return {
    entry: { ...entry, told: remember(entry.told, current, kind), announced, toldAt: now, reminders, silenced: null },
    due: { id: `${current.id}/${kind}/${announced}`, caseId: current.id, kind, analysis, createdAt: now, lease: null },
  };
};

/** An acknowledgement ends with what was acknowledged. */
const stillAcknowledged = ({ acknowledged }: LedgerEntry, { status, finding }: Case, now: string): LedgerEntry['acknowledged'] =>
  ackOf(acknowledged, { status, severity: finding.severity }, now).kind === 'holds' ? acknowledged : null;

const announceCase = (
  former: LedgerEntry | undefined,
  current: Case,
  times: Times,
  settings: AnnounceSettings,
  silences: readonly Silence[],
): Announced => {
  const { now, newestAt } = times;
  const known = { caseId: current.id, ...NEVER_TOLD, ...former };
  const unsettledSince = settle(known, current, now);
  const entry = { ...known, unsettledSince };
  const clock = {
    isSettled: unsettledSince !== null && since(unsettledSince, now) >= settings.settlingMs,
    // The end of a silence is no evidence's, but the wall clock's.
    isOverForGood: since(current.resolvedAt, isAboutSilence(current) ? now : newestAt) >= holdMs(current.history),
    isReminderDue: isReminderDue(entry, current, now, settings),
  };
  const kind = dueNow(entry, current, clock, now);
  const silence = kind === null || isAllClear(entry.told, kind) ? null : silencing(current, silences, now);
  if (kind !== null && silence !== null) return holdBack(entry, current, kind, silence);
  const awake = { ...entry, acknowledged: stillAcknowledged(entry, current, now) };
  return kind === null ? { entry: { ...awake, silenced: null }, due: null } : say(awake, current, kind, now);
};

/** People were told of a case that later evidence, taken before, no longer supports: it is closed, and says so. */
const withdrawn = (board: Board, cases: readonly Case[], newestAt: string): readonly Case[] =>
  board.cases
    .filter(
      ({ id, status }) =>
        status === 'open' &&
        !cases.some((other) => other.id === id) &&
        board.ledger.some(({ caseId, told }) => caseId === id && told?.status === 'open'),
    )
    .map((former) => closeBecause(former, newestAt, WITHDRAWN));

interface Times {
  /** Wall clock: for settling and reminders. */
  readonly now: string;
  /** The newest evidence: for how long something has stayed away. */
  readonly newestAt: string;
}

/** Puts what people must be told into the outbox: each transition once. Entries that are due and not yet published stay. */
export const announce = (
  board: Board,
  cases: readonly Case[],
  times: Times,
  settings: AnnounceSettings,
  silences: readonly Silence[] = [],
): Board => {
  const all = [...cases, ...withdrawn(board, cases, times.newestAt)];
  const entries = new Map(board.ledger.map((entry) => [entry.caseId, entry]));
  const announced = all.map((current) => announceCase(entries.get(current.id), current, times, settings, silences));
  return {
    ...board,
    cases: all,
    ledger: announced.map(({ entry }) => entry),
    outbox: [...board.outbox, ...announced.flatMap(({ due }) => due ?? [])],
  };
};
