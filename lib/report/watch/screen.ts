import type { Analysis } from '../../model/analysis.ts';
import type { HolderRow, LogView, WatchView } from '../../model/watching.ts';
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
const SPARK = 16;
const MAX_HOLDERS = 10;
const MIN_HOLDERS = 4;
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
  style(text: string, style: Style): string;
}

const penOf = (options: ScreenOptions): Pen => ({
  options,
  width: Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, options.width)),
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

const portLines = ({ ports, at }: WatchView, pen: Pen): readonly string[] => {
  const used = usedWords(ports);
  const share = shareOf(ports);
  const width = Math.max(8, pen.width - LABEL - columns(used) - SPARK - 4);
  const top = ports.range?.capacity ?? 0;
  const curve = sparkline(ports.series, SPARK, pen.options.unicode, top);
  const first = `${fit('PORTS', LABEL)}${pen.style(bar(share, width, pen.options.unicode), fillStyle(share))}  ${used}  ${curve}`;
  const range = ports.range === null ? '' : `range ${ports.range.from}-${ports.range.to}${ports.range.isAssumed ? ' (assumed)' : ''}`;
  const where = ports.address === null ? 'no connection of a client' : `fullest address ${ports.address}`;
  const outlook = outlookWords(ports, at);
  const growth = ports.perMinute === null || share >= 1 ? '' : `${growthWords(ports.perMinute)} a minute`;
  const isUrgent = outlook !== '' && share >= BUSY;
  const rest = [where, range, growth].filter((part) => part !== '').join(', ');
  const second = fit(outlook === '' ? rest : `${rest}, `, Math.min(columns(rest) + 2, pen.width - LABEL));
  return [first, `${' '.repeat(LABEL)}${second}${pen.style(outlook, isUrgent ? 'red' : 'bold')}`];
};

interface Widths {
  readonly who: number;
  readonly to: number;
}

const FIGURES = 8 + 12 + 11 + 9;

const widthsOf = (pen: Pen): Widths => {
  const free = Math.max(20, pen.width - FIGURES - SPARK - 2);
  const to = Math.min(24, Math.floor(free / 2));
  return { who: free - to, to };
};

const headLine = ({ since }: WatchView, pen: Pen): string => {
  const { who, to } = widthsOf(pen);
  const figures = `${fit('ESTAB', 8, 'right')}${fit('CLOSE_WAIT', 12, 'right')}${fit('TIME_WAIT', 11, 'right')}${fit('A MIN', 9, 'right')}`;
  return pen.style(`${fit('WHO', who)}${fit('WITH', to)}${figures}  ${fit(`SINCE ${since.slice(11, 16)} UTC`, SPARK)}`, 'dim');
};

const holderLine = (row: HolderRow, pen: Pen): string => {
  const { who, to } = widthsOf(pen);
  const figure = (value: number, width: number): string => fit(value === 0 ? '·' : number(value), width, 'right');
  const closeWait = figure(row.closeWait, 12);
  const isLeaking = row.closeWait > row.established && row.closeWait > 10;
  const cells = [
    fit(`${holderWords(row)} `, who - 1),
    ' ',
    fit(endWords(row), to),
    figure(row.established, 8),
    isLeaking ? pen.style(closeWait, 'yellow') : closeWait,
    figure(row.timeWait, 11),
    fit(growthWords(row.perMinute), 9, 'right'),
    `  ${sparkline(row.series, SPARK, pen.options.unicode)}`,
  ];
  return cells.join('');
};

/** By fours, so that what is below seldom moves. */
const holderLines = (view: WatchView, pen: Pen): readonly string[] => {
  const { holders } = view;
  const wanted = MIN_HOLDERS * Math.max(1, Math.ceil(holders.length / MIN_HOLDERS));
  const rows = Math.min(MAX_HOLDERS, wanted, Math.max(MIN_HOLDERS, pen.options.height - OTHER_ROWS));
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

const analysisLines = (analysis: Analysis, isFirst: boolean, pen: Pen): readonly string[] => {
  const { title, what, who, now } = viewOf(analysis, null);
  const head = pen.style(fit(title, pen.width).trimEnd(), styleOf(analysis));
  if (!isFirst) return [head];
  if (analysis.status === 'resolved') return [head, ...paragraph(now, pen)];
  return [head, ...paragraph(what, pen), ...paragraph(who, pen), ...paragraph(`Do now: ${now}`, pen)];
};

const diagnosisLines = ({ analyses, looks }: WatchView, pen: Pen): readonly string[] => {
  if (analyses.length > 0) return analyses.flatMap((analysis, i) => analysisLines(analysis, i === 0, pen));
  const why = looks < 3 ? ' Growth can be told from the third look on.' : '';
  return [`Nothing found so far.${why}`];
};

const cutTo = (lines: readonly string[], room: number): readonly string[] =>
  lines.length <= room ? lines : [...lines.slice(0, Math.max(0, room - 1)), '…'];

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
  const diagnosis = cutTo(diagnosisLines(view, pen), room - shownNotes.length);
  const body = [...fixed, ...diagnosis];
  const gap = Array.from({ length: Math.max(0, options.height - 1 - shownNotes.length - body.length) }, () => '');
  return [...body, ...gap, ...shownNotes].slice(0, options.height - 1).concat(footer);
};
