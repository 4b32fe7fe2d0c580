import type { Silence } from '../cases/silence.ts';
import type { Analysis } from '../model/analysis.ts';
import { safe } from './view.ts';

/** What a spreadsheet shows of each. Apart from what writes it (`csv.ts`), which few ask for. */

export type Cell = string | number | boolean | null;
export type Columns<T> = Readonly<Record<string, (item: T) => Cell>>;

const failuresOf = ({ victims }: Analysis): number => victims.reduce((sum, { failures }) => sum + failures, 0);

export const analysisColumns: Columns<Analysis> = {
  id: ({ id }) => id,
  host: ({ host }) => host,
  hosts: ({ hostCount }) => hostCount,
  status: ({ status }) => status,
  severity: ({ severity }) => severity,
  cause: ({ cause }) => cause,
  confidence: ({ confidence }) => confidence,
  mechanism: ({ mechanism }) => mechanism,
  culprit: ({ culprit }) => (culprit?.command == null ? null : safe(culprit.command)),
  pid: ({ culprit }) => culprit?.pid ?? null,
  peer: ({ culprit }) => culprit?.peer ?? null,
  localPort: ({ culprit }) => culprit?.localPort ?? null,
  resource: ({ resource }) => resource.kind,
  used: ({ resource }) => resource.used,
  capacity: ({ resource }) => resource.capacity,
  victims: ({ victims }) => [...new Set(victims.map(({ app }) => safe(app)))].join(' '),
  failures: failuresOf,
  openedAt: ({ openedAt }) => openedAt,
  updatedAt: ({ updatedAt }) => updatedAt,
  resolvedAt: ({ resolvedAt }) => resolvedAt,
  acknowledgedBy: ({ acknowledged }) => acknowledged?.by ?? null,
  silencedUntil: ({ silenced }) => silenced?.until ?? null,
  summary: ({ summary }) => safe(summary),
};

export const silenceColumns: Columns<Silence> = {
  id: ({ id }) => id,
  host: ({ match }) => match.host,
  program: ({ match }) => match.program,
  cause: ({ match }) => match.cause,
  from: ({ from }) => from,
  until: ({ until }) => until,
  by: ({ by }) => by,
  why: ({ why }) => why,
  endedAt: ({ ended }) => ended?.at ?? null,
  endedBy: ({ ended }) => ended?.by ?? null,
};
