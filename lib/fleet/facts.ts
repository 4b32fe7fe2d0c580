import { type Analysis, SEVERITIES, type Severity, type Victim } from '../model/analysis.ts';

/** What a fleet needs of each member's analysis: small enough that those of ten thousand hosts fit into memory. */
export type Facts = Pick<
  Analysis,
  | 'id'
  | 'host'
  | 'cause'
  | 'mechanism'
  | 'confidence'
  | 'status'
  | 'severity'
  | 'openedAt'
  | 'updatedAt'
  | 'resolvedAt'
  | 'culprit'
  | 'ports'
  | 'trend'
  | 'victims'
>;

const slim = (victim: Victim): Victim => ({ ...victim, frame: null, error: '', minutes: [] });

export const factsOf = (analysis: Analysis): Facts => {
  const { id, host, cause, mechanism, confidence, status, severity, openedAt, updatedAt, resolvedAt, culprit, ports, trend } = analysis;
  const victims = analysis.victims.map(slim);
  return { id, host, cause, mechanism, confidence, status, severity, openedAt, updatedAt, resolvedAt, culprit, ports, trend, victims };
};

export const isOpen = ({ status }: Pick<Facts, 'status'>): boolean => status === 'open';

/** The order of onset, the same whatever the order of arrival. */
export const byOnset = (a: Facts, b: Facts): number =>
  a.openedAt < b.openedAt || (a.openedAt === b.openedAt && a.id < b.id) ? -1 : a.id === b.id ? 0 : 1;

export const isMoreSevere = (a: Severity, b: Severity): boolean => SEVERITIES.indexOf(a) < SEVERITIES.indexOf(b);

/** The worst of those that are open, of all where none is; the first of equals. */
export const worstOf = (all: readonly Facts[]): Facts | null => {
  const open = all.filter(isOpen);
  return (open.length === 0 ? all : open).reduce<Facts | null>(
    (worst, one) => (worst === null || isMoreSevere(one.severity, worst.severity) ? one : worst),
    null,
  );
};

export const worstSeverity = (all: readonly Facts[]): Severity => worstOf(all)?.severity ?? 'info';

/** Programs that fail beside the culprit itself. */
export const appsOf = ({ victims }: Pick<Facts, 'victims'>): readonly string[] =>
  victims.flatMap(({ app, isCulprit }) => (isCulprit ? [] : [app]));

/** "Under an hour": somebody should get up now rather than in the morning (as for a single host). */
const SOON_MS = 60 * 60_000;

export const isSoon = ({ trend, updatedAt }: Pick<Facts, 'trend' | 'updatedAt'>): boolean =>
  trend.exhaustsAt !== null && Date.parse(trend.exhaustsAt) - Date.parse(updatedAt) < SOON_MS;

/** One member a host, the newest where an older case of it is in the same fleet. */
export const onePerHost = (members: readonly Facts[]): readonly Facts[] => {
  const newest = new Map<string, Facts>();
  for (const member of members.toSorted(byOnset)) newest.set(member.host, member);
  return [...newest.values()].sort(byOnset);
};
