import type { Analysis } from '../../model/analysis.ts';
import type { LogView, WatchView } from '../../model/watching.ts';
import { columns, fit, pieces } from '../../text/columns.ts';
import { clock, count, duration, number, percent, program } from '../../text/words.ts';
import { safe, viewOf } from '../view.ts';
import { wrap } from '../wrap.ts';
import { bar } from './marks.ts';
import { BUSY, fillStyle, type Pen, penOf, type ScreenOptions, type Style } from './pen.ts';
import { courseOf, holderLines } from './table.ts';
import { FAILURE_WORDS, growthWords, outlookWords, placeWords, shareOf, usedWords } from './words.ts';

const LABEL = 8;
const MIN_BAR = 6;

const SEVERITY_STYLES: Readonly<Record<Analysis['severity'], Style>> = { critical: 'red', warning: 'yellow', info: 'cyan' };
const styleOf = ({ status, severity }: Analysis): Style => (status === 'resolved' ? 'green' : SEVERITY_STYLES[severity]);
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
