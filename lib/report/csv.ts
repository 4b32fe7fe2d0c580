import { stringify } from 'csv-stringify/sync';
import type { Silence } from '../cases/silence.ts';
import type { Analysis } from '../model/analysis.ts';
import { plain } from '../text/plain.ts';
import { safe } from './view.ts';

type Cell = string | number | boolean | null;
export type Columns<T> = Readonly<Record<string, (item: T) => Cell>>;

const text = (cell: Cell): Cell => (typeof cell === 'string' ? plain(cell) : cell);

/**
 * RFC 4180, with a byte order mark, without which Excel reads UTF-8 as something else. A cell that a spreadsheet would run (it begins with
 * `=`, `+`, `-`, `@`, a tab or their full-width forms) gets an apostrophe in front: a process on a host may be named `=HYPERLINK(…)`.
 */
export const renderCsv = <T>(items: readonly T[], columns: Columns<T>): string =>
  stringify(
    items.map((item) => Object.values(columns).map((cell) => text(cell(item)))),
    {
      header: true,
      columns: Object.keys(columns),
      bom: true,
      escape_formulas: true,
      record_delimiter: 'windows',
      cast: { boolean: String },
    },
  );

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
