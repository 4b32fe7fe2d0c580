import { plain } from '../text/plain.ts';

/** A column: its title, and what stands in it. */
export type Column<T> = readonly [title: string, cell: (item: T) => string | number | null];

/** Longer cells would push the next column off the screen. */
const MAX_WIDTH = 44;

const cellText = (value: string | number | null): string => {
  const text = plain(String(value ?? '–'));
  return text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH - 1)}…` : text;
};

/** For people in a terminal: columns as wide as what stands in them, figures to the right. */
export const renderTable = <T>(items: readonly T[], columns: readonly Column<T>[]): string => {
  const titles = columns.map(([title]) => title.toUpperCase());
  const rows = items.map((item) => columns.map(([, cell]) => cell(item)));
  const texts = rows.map((row) => row.map(cellText));
  const widths = titles.map((title, i) => Math.max(title.length, ...texts.map((row) => row[i]?.length ?? 0)));
  const isFigure = titles.map((_, i) => rows.every((row) => typeof row[i] === 'number' || row[i] === null));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isFigure[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [titles, ...texts].map(line).join('\n');
};
