import type { HolderRow, Sample, WatchView } from '../../model/watching.ts';
import { fit, fitEnd } from '../../text/columns.ts';
import { number } from '../../text/words.ts';
import { sparkline } from './marks.ts';
import type { Pen, Style } from './pen.ts';
import { endWords, growthWords, holderWords } from './words.ts';

/** Who holds connections: a row each. */

/** Seven digits are the most that Linux gives (`pid_max`). */
const PID = 8;
const MAX_HOLDERS = 10;
const MIN_HOLDERS = 4;
const FEWEST_HOLDERS = 2;
/** Rows of the screen that are not the table's: title, ports, logs, and room for a diagnosis. */
const OTHER_ROWS = 18;

interface Column {
  readonly title: string;
  readonly width: number;
  readonly text: (row: HolderRow, pen: Pen) => string;
  readonly style?: (row: HolderRow) => Style | null;
}

const figure = (value: number, pen: Pen): string => (value === 0 ? (pen.options.unicode ? '·' : '.') : number(value));

/** More connections that their peers have closed than others: worth a colour before any rule says so. */
const leakStyle = ({ closeWait, established }: HolderRow): Style | null => (closeWait > 10 && closeWait > established ? 'yellow' : null);

type Figures = (title: string, width: number) => Column;
const established: Figures = (title, width) => ({ title, width, text: (row, pen) => figure(row.established, pen) });
const closeWait: Figures = (title, width) => ({ title, width, text: (row, pen) => figure(row.closeWait, pen), style: leakStyle });
const timeWait: Figures = (title, width) => ({ title, width, text: (row, pen) => figure(row.timeWait, pen) });
const growth: Figures = (title, width) => ({ title, width, text: ({ perMinute }) => growthWords(perMinute) });

/** What a row shows on screens of this width and more; a course of 0 columns is none. */
interface Layout {
  readonly from: number;
  readonly columns: readonly Column[];
  readonly course: number;
}

/** The smallest shows what a leak shows by. */
const NARROWEST: Layout = { from: 0, columns: [closeWait('CLOSE_WAIT', 12), growth('A MIN', 9)], course: 0 };
const LAYOUTS: readonly Layout[] = [
  { from: 96, columns: [established('ESTAB', 8), closeWait('CLOSE_WAIT', 12), timeWait('TIME_WAIT', 11), growth('A MIN', 9)], course: 16 },
  { from: 76, columns: [established('ESTAB', 7), closeWait('CLOSEW', 8), timeWait('TIMEW', 7), growth('A MIN', 8)], course: 8 },
  NARROWEST,
];

const layoutOf = (pen: Pen): Layout => LAYOUTS.find(({ from }) => pen.options.width >= from) ?? NARROWEST;

/** With the space before it; nothing where there is no room. */
export const courseOf = (series: readonly Sample[], top: number, pen: Pen): string => {
  const { course } = layoutOf(pen);
  return course === 0 ? '' : `  ${sparkline(series, course, pen.options.unicode, top)}`;
};

const nameWidths = (pen: Pen): readonly [who: number, to: number] => {
  const figures = layoutOf(pen).columns.reduce((sum, { width }) => sum + width, 0);
  const free = pen.width - PID - figures - (layoutOf(pen).course === 0 ? 0 : layoutOf(pen).course + 2);
  const to = Math.min(24, Math.floor(free / 2));
  return [free - to, to];
};

const headLine = ({ since }: WatchView, pen: Pen): string => {
  const [who, to] = nameWidths(pen);
  const titles = layoutOf(pen).columns.map(({ title, width }) => fit(title, width, 'right'));
  const { course } = layoutOf(pen);
  const title = course === 0 ? '' : `  ${fit(course < 15 ? since.slice(11, 16) : `SINCE ${since.slice(11, 16)} UTC`, course)}`;
  return pen.style(`${fit('PID', PID - 1, 'right')} ${fit('WHO', who)}${fit('WITH', to)}${titles.join('')}${title}`, 'dim');
};

const holderLine = (row: HolderRow, pen: Pen): string => {
  const [who, to] = nameWidths(pen);
  const figures = layoutOf(pen).columns.map((column) => {
    const cell = fit(column.text(row, pen), column.width, 'right');
    const style = column.style?.(row) ?? null;
    return style === null ? cell : pen.style(cell, style);
  });
  const pid = row.holder.kind === 'process' ? String(row.holder.pid) : '';
  return `${fit(pid, PID - 1, 'right')} ${fit(holderWords(row), who - 1)} ${fitEnd(endWords(row), to - 1)} ${figures.join('')}${courseOf(row.series, 0, pen)}`;
};

/** By fours, so that what is below seldom moves. */
export const holderLines = (view: WatchView, pen: Pen): readonly string[] => {
  const { holders } = view;
  const wanted = MIN_HOLDERS * Math.max(1, Math.ceil(holders.length / MIN_HOLDERS));
  const rows = Math.min(MAX_HOLDERS, wanted, Math.max(FEWEST_HOLDERS, pen.options.height - OTHER_ROWS));
  const shown = holders.slice(0, rows).map((row) => holderLine(row, pen));
  const left = holders.length - shown.length;
  const rest = left > 0 ? pen.style(`and ${number(left)} more`, 'dim') : '';
  return [headLine(view, pen), ...shown, ...Array.from({ length: rows - shown.length }, () => ''), rest];
};
