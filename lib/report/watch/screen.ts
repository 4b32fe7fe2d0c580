import type { Analysis } from '../../model/analysis.ts';
import type { HolderRow, LogView, Sample, WatchView } from '../../model/watching.ts';
import { columns, fit, pieces } from '../../text/columns.ts';
import { clock, count, duration, number, percent, program } from '../../text/words.ts';
import { safe, viewOf } from '../view.ts';
import { wrap } from '../wrap.ts';
import { bar, sparkline } from './marks.ts';
import { endWords, FAILURE_WORDS, growthWords, holderWords, outlookWords, placeWords, shareOf, usedWords } from './words.ts';

export interface ScreenOptions {
  readonly width: number;
  readonly height: number;
  readonly colour: boolean;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
}

/** Wider lines are hard to read, and the eye loses the row. */
const MAX_WIDTH = 118;
const MIN_WIDTH = 40;
const LABEL = 8;
/** Seven digits are the most that Linux gives (`pid_max`). */
const PID = 8;
const MIN_BAR = 6;
const MAX_HOLDERS = 10;
const MIN_HOLDERS = 4;
const FEWEST_HOLDERS = 2;
/** Rows of the screen that are not the table's: title, ports, logs, and room for a diagnosis. */
const OTHER_ROWS = 18;
/** Where a range begins to be worth a look, and where it is nearly gone. */
const BUSY = 0.6;
const NEARLY_FULL = 0.85;

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';
const CODES: Readonly<Record<Style, string>> = { bold: '1', dim: '2', red: '1;31', yellow: '33', green: '32', cyan: '36' };

interface Pen {
  readonly options: ScreenOptions;
  readonly width: number;
  readonly layout: Layout;
  style(text: string, style: Style): string;
}

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

const penOf = (options: ScreenOptions): Pen => ({
  options,
  width: Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, options.width)),
  layout: LAYOUTS.find(({ from }) => options.width >= from) ?? NARROWEST,
  style: (text, style) => (options.colour && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text),
});

const SEVERITY_STYLES: Readonly<Record<Analysis['severity'], Style>> = { critical: 'red', warning: 'yellow', info: 'cyan' };
const styleOf = ({ status, severity }: Analysis): Style => (status === 'resolved' ? 'green' : SEVERITY_STYLES[severity]);
const fillStyle = (share: number): Style => (share >= NEARLY_FULL ? 'red' : share >= BUSY ? 'yellow' : 'green');

const titleLine = (view: WatchView, pen: Pen): string => {
  const right = `${clock(view.at)}  every ${duration(view.everyMs)}  look ${number(view.looks)}`;
  const left = fit(`closewatch  ${placeWords(view)}`, Math.max(0, pen.width - columns(right) - 1));
  return `${pen.style(left, 'bold')} ${pen.style(right, 'dim')}`;
};

/** As many of the parts, the most important first, as there is room for. */
const joinedTo = (width: number, parts: readonly string[]): string =>
  parts
    .filter((part) => part !== '')
    .reduce((line, part) => {
      const longer = line === '' ? part : `${line}, ${part}`;
      return columns(longer) <= width ? longer : line;
    }, '');

/** With the space before it; nothing where there is no room. */
const courseOf = (series: readonly Sample[], top: number, { layout, options }: Pen): string =>
  layout.course === 0 ? '' : `  ${sparkline(series, layout.course, options.unicode, top)}`;

const portLines = ({ ports, at }: WatchView, pen: Pen): readonly string[] => {
  const used = fit(usedWords(ports), pen.width - LABEL).trimEnd();
  const share = shareOf(ports);
  const course = courseOf(ports.series, ports.range?.capacity ?? 0, pen);
  const width = pen.width - LABEL - columns(used) - 2 - columns(course);
  const gauge = width < MIN_BAR ? '' : `${pen.style(bar(share, width, pen.options.unicode), fillStyle(share))}  `;
  const outlook = fit(outlookWords(ports, at), pen.width - LABEL).trimEnd();
  const rest = [
    ports.perMinute === null || share >= 1 ? '' : `${growthWords(ports.perMinute)} a minute`,
    ports.address === null ? 'no connection of a client' : `fullest address ${ports.address}`,
    ports.range === null ? '' : `range ${ports.range.from}-${ports.range.to}${ports.range.isAssumed ? ' (assumed)' : ''}`,
  ];
  const room = pen.width - LABEL - columns(outlook) - (outlook === '' ? 0 : 2);
  const style = outlook !== '' && share >= BUSY ? 'red' : 'bold';
  const facts = joinedTo(room, rest);
  const second = `${' '.repeat(LABEL)}${pen.style(outlook, style)}${outlook === '' || facts === '' ? '' : ', '}${facts}`;
  return [`${fit('PORTS', LABEL)}${gauge}${used}${course}`, second];
};

const nameWidths = (pen: Pen): readonly [who: number, to: number] => {
  const figures = pen.layout.columns.reduce((sum, { width }) => sum + width, 0);
  const free = pen.width - PID - figures - (pen.layout.course === 0 ? 0 : pen.layout.course + 2);
  const to = Math.min(24, Math.floor(free / 2));
  return [free - to, to];
};

const headLine = ({ since }: WatchView, pen: Pen): string => {
  const [who, to] = nameWidths(pen);
  const titles = pen.layout.columns.map(({ title, width }) => fit(title, width, 'right'));
  const { course } = pen.layout;
  const title = course === 0 ? '' : `  ${fit(course < 15 ? since.slice(11, 16) : `SINCE ${since.slice(11, 16)} UTC`, course)}`;
  return pen.style(`${fit('PID', PID - 1, 'right')} ${fit('WHO', who)}${fit('WITH', to)}${titles.join('')}${title}`, 'dim');
};

const holderLine = (row: HolderRow, pen: Pen): string => {
  const [who, to] = nameWidths(pen);
  const figures = pen.layout.columns.map((column) => {
    const cell = fit(column.text(row, pen), column.width, 'right');
    const style = column.style?.(row) ?? null;
    return style === null ? cell : pen.style(cell, style);
  });
  const pid = row.holder.kind === 'process' ? String(row.holder.pid) : '';
  return `${fit(pid, PID - 1, 'right')} ${fit(holderWords(row), who - 1)} ${fit(endWords(row), to)}${figures.join('')}${courseOf(row.series, 0, pen)}`;
};

/** By fours, so that what is below seldom moves. */
const holderLines = (view: WatchView, pen: Pen): readonly string[] => {
  const { holders } = view;
  const wanted = MIN_HOLDERS * Math.max(1, Math.ceil(holders.length / MIN_HOLDERS));
  const rows = Math.min(MAX_HOLDERS, wanted, Math.max(FEWEST_HOLDERS, pen.options.height - OTHER_ROWS));
  const shown = holders.slice(0, rows).map((row) => holderLine(row, pen));
  const left = holders.length - shown.length;
  const rest = left > 0 ? pen.style(`and ${number(left)} more`, 'dim') : '';
  return [headLine(view, pen), ...shown, ...Array.from({ length: rows - shown.length }, () => ''), rest];
};

const descriptorLines = ({ descriptors }: WatchView, pen: Pen): readonly string[] =>
  descriptors.slice(0, 2).map(({ pid, command, open, soft }) => {
    const text = `${safe(program(command, pid))}: ${number(open)} of ${number(soft)} descriptors (${percent(open, soft)})`;
    return `${fit('FILES', LABEL)}${pen.style(fit(text, pen.width - LABEL).trimEnd(), fillStyle(open / soft))}`;
  });

const logWords = ({ app, failures, kind, lastAt }: LogView): string =>
  kind === null || lastAt === null
    ? `${safe(app)}: no failure`
    : `${safe(app)}: ${count(failures, 'failure')}, last ${clock(lastAt)} (${FAILURE_WORDS[kind]})`;

const logLines = ({ logs }: WatchView, pen: Pen): readonly string[] =>
  logs.slice(0, 4).map((log, i) => {
    const text = fit(logWords(log), pen.width - LABEL).trimEnd();
    return `${fit(i === 0 ? 'LOGS' : '', LABEL)}${log.failures > 0 ? pen.style(text, 'yellow') : text}`;
  });

/** A command is kept whole by `wrap`, and may be longer than the screen is wide. */
const paragraph = (text: string, pen: Pen): readonly string[] =>
  wrap(text, '  ', '  ', pen.width)
    .split('\n')
    .flatMap((line) => pieces(line, pen.width));

/** @param isShort who and what to do matter more than the figures of what fails, which the title sums up */
const analysisLines = (analysis: Analysis, isFirst: boolean, isShort: boolean, pen: Pen): readonly string[] => {
  const { title, what, who, now } = viewOf(analysis, null);
  const head = pen.style(fit(title, pen.width).trimEnd(), styleOf(analysis));
  if (!isFirst) return [head];
  if (analysis.status === 'resolved') return [head, ...paragraph(now, pen)];
  return [head, ...(isShort ? [] : paragraph(what, pen)), ...paragraph(who, pen), ...paragraph(`Do now: ${now}`, pen)];
};

const diagnosisLines = ({ analyses, looks }: WatchView, room: number, pen: Pen): readonly string[] => {
  const all = (isShort: boolean) => analyses.flatMap((analysis, i) => analysisLines(analysis, i === 0, isShort, pen));
  const whole = all(false);
  if (analyses.length > 0) return whole.length <= room ? whole : all(true);
  const why = looks < 3 ? ' Growth can be told from the third look on.' : '';
  return [`Nothing found so far.${why}`];
};

const cutTo = (lines: readonly string[], room: number): readonly string[] =>
  lines.length <= room ? lines : [...lines.slice(0, Math.max(0, room - 1)), '…'];

/** For terminals that show nothing else. */
const ascii = (line: string): string =>
  line
    .replaceAll('…', '~')
    .replaceAll('–', '-')
    .replaceAll(/[^\u0020-\u007e\u001b]/gu, (char) => '?'.repeat(columns(char)));

/** The screen, a line a row, none wider than the terminal; the last one is for the bottom. */
export const renderScreen = (view: WatchView, options: ScreenOptions): readonly string[] => {
  const pen = penOf(options);
  const fixed = [
    titleLine(view, pen),
    '',
    ...portLines(view, pen),
    ...descriptorLines(view, pen),
    '',
    ...holderLines(view, pen),
    ...logLines(view, pen),
    ...(view.logs.length > 0 ? [''] : []),
  ];
  const notes = view.notes.flatMap((note) => paragraph(safe(note), pen)).map((line) => pen.style(line, 'dim'));
  const footer = pen.style(fit('q or Ctrl-C ends it and prints the whole diagnosis', pen.width).trimEnd(), 'dim');
  const room = Math.max(1, options.height - fixed.length - 1);
  const shownNotes = notes.slice(0, Math.max(0, Math.min(notes.length, room - 4)));
  const left = room - shownNotes.length;
  const diagnosis = cutTo(diagnosisLines(view, left, pen), left);
  const body = [...fixed, ...diagnosis];
  const gap = Array.from({ length: Math.max(0, options.height - 1 - shownNotes.length - body.length) }, () => '');
  const lines = [...body, ...gap, ...shownNotes].slice(0, options.height - 1).concat(footer);
  return options.unicode ? lines : lines.map(ascii);
};
