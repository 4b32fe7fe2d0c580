import { SEVERITIES } from '../model/analysis.ts';
import type { Board, LedgerEntry, OutboxEntry, Told, TransitionKind } from './board.ts';
import { type Case, toAnalysis } from './case.ts';

export interface AnnounceSettings {
  /** An inconclusive finding waits this long for the upload that explains it. */
  readonly settlingMs: number;
}

/** "Under an hour": somebody should get up now rather than in the morning. */
const SOON_MS = 60 * 60_000;

const appsOf = ({ tallies }: Case): readonly string[] =>
  [...new Set(tallies.flatMap(({ victim }) => (victim.isCulprit ? [] : [victim.app])))].sort();

const isSoon = ({ finding }: Case): boolean => {
  const { exhaustsAt } = finding.trend;
  return exhaustsAt !== null && Date.parse(exhaustsAt) - Date.parse(finding.lastSeenAt) < SOON_MS;
};

const toldOf = (current: Case): Told => ({
  status: current.status,
  cause: current.finding.cause,
  severity: current.finding.severity,
  apps: appsOf(current),
  isSoon: isSoon(current),
});

const isWorse = (told: Told, current: Case): boolean =>
  SEVERITIES.indexOf(current.finding.severity) < SEVERITIES.indexOf(told.severity) ||
  appsOf(current).some((app) => !told.apps.includes(app)) ||
  (isSoon(current) && !told.isSoon);

const isDecided = ({ finding }: Case): boolean => finding.cause !== 'inconclusive';

/** Which transition is due for a case, or `null`. `isSettled`: an inconclusive finding has waited long enough. */
const dueFor = (told: Told | null, current: Case, isSettled: boolean): TransitionKind | null => {
  // What never reached a warning is for queries only.
  if (told === null && current.finding.severity === 'info') return null;
  if (told === null) {
    // An incident that is over in the evidence is not announced as open.
    if (current.status === 'resolved') return isDecided(current) ? 'resolved' : null;
    return isDecided(current) || isSettled ? 'opened' : null;
  }
  if (current.status === 'resolved') return told.status === 'open' ? 'resolved' : null;
  if (told.status === 'resolved') return current.finding.severity !== 'info' && (isDecided(current) || isSettled) ? 'reopened' : null;
  if (current.finding.cause !== told.cause && isDecided(current)) return 'changed-cause';
  return isWorse(told, current) ? 'worse' : null;
};

const settle = (entry: LedgerEntry, current: Case, now: string): string | null => {
  const waits = current.status === 'open' && !isDecided(current);
  return waits ? (entry.unsettledSince ?? now) : null;
};

/** A worse state stays told, so that a case that swings between two states is announced once a state, not once a swing. */
const remember = (told: Told | null, current: Case, kind: TransitionKind): Told => {
  const next = toldOf(current);
  if (told === null || kind !== 'worse') return next;
  return { ...next, apps: [...new Set([...told.apps, ...next.apps])].sort(), isSoon: told.isSoon || next.isSoon };
};

interface Announced {
  readonly entry: LedgerEntry;
  readonly due: OutboxEntry | null;
}

const announceCase = (former: LedgerEntry | undefined, current: Case, now: string, settings: AnnounceSettings): Announced => {
  const entry = former ?? { caseId: current.id, told: null, unsettledSince: null, announced: 0 };
  const unsettledSince = settle(entry, current, now);
  const isSettled = unsettledSince !== null && Date.parse(now) - Date.parse(unsettledSince) >= settings.settlingMs;
  const kind = dueFor(entry.told, current, isSettled);
  if (kind === null) return { entry: { ...entry, unsettledSince }, due: null };
  const announced = entry.announced + 1;
  return {
    entry: { caseId: current.id, told: remember(entry.told, current, kind), unsettledSince, announced },
    due: { id: `${current.id}/${kind}/${announced}`, caseId: current.id, kind, analysis: toAnalysis(current), createdAt: now, lease: null },
  };
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
    .map((former) => ({
      ...former,
      status: 'resolved',
      resolvedAt: newestAt,
      finding: {
        ...former.finding,
        caveats: ['Uploads that came late no longer support this finding: it is withdrawn.', ...former.finding.caveats],
      },
    }));

/**
 * Puts what people must be told into the outbox: each transition once. Entries that are due and not yet published stay.
 *
 * @param now wall clock, for settling
 */
export const announce = (board: Board, cases: readonly Case[], newestAt: string, now: string, settings: AnnounceSettings): Board => {
  const all = [...cases, ...withdrawn(board, cases, newestAt)];
  const announced = all.map((current) =>
    announceCase(
      board.ledger.find(({ caseId }) => caseId === current.id),
      current,
      now,
      settings,
    ),
  );
  return {
    ...board,
    cases: all,
    ledger: announced.map(({ entry }) => entry),
    outbox: [...board.outbox, ...announced.flatMap(({ due }) => due ?? [])],
  };
};
