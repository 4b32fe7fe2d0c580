import { stringify } from 'csv-stringify/sync';
import { plain } from '../text/plain.ts';
import type { Cell, Columns } from './csv-columns.ts';

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
