import type { Analysis } from '../../model/analysis.ts';
import type { LogView, WatchView } from '../../model/watching.ts';
import { clock, count, duration, number } from '../../text/words.ts';
import { safe, viewOf } from '../view.ts';
import { FAILURE_WORDS, growthWords, outlookWords, placeWords, shareOf, usedWords } from './words.ts';

/** What is new since the last look, a line each: for pipes, files and journals. */

/** The use of the range is told at each tenth of it. */
const STEPS = 10;

const step = (view: WatchView): number => Math.floor(shareOf(view.ports) * STEPS);

const portsLine = (before: WatchView | null, view: WatchView): readonly string[] => {
  if (before !== null && step(before) === step(view)) return [];
  const { ports, at } = view;
  const growth = ports.perMinute === null ? '' : `, ${growthWords(ports.perMinute)} a minute`;
  const outlook = outlookWords(ports, at);
  return [
    `ports: ${usedWords(ports)}${ports.address === null ? '' : ` on ${ports.address}`}${growth}${outlook === '' ? '' : `, ${outlook}`}`,
  ];
};

const logLine = (log: LogView, before: LogView | undefined): readonly string[] => {
  const more = log.failures - (before?.failures ?? 0);
  if (more <= 0 || log.kind === null) return [];
  const all = more === log.failures ? '' : `, ${number(log.failures)} in all`;
  return [`${safe(log.app)}: ${count(more, 'failure')}${before === undefined ? '' : ' more'} (${FAILURE_WORDS[log.kind]})${all}`];
};

/** What of an analysis is worth a line when it changes; its figures change with every look. */
const gist = ({ status, severity, cause, culprit, victims }: Analysis): string =>
  [status, severity, cause, culprit?.pid, culprit?.peer, ...victims.map(({ app }) => app)].join(' ');

const analysisLines = (analysis: Analysis, before: Analysis | undefined): readonly string[] => {
  if (before !== undefined && gist(before) === gist(analysis)) return [];
  const { title, who, now } = viewOf(analysis, null);
  if (analysis.status === 'resolved') return [title, `  ${now}`];
  return [title, `  ${who}`, `  Do now: ${now}`];
};

export const renderChanges = (before: WatchView | null, view: WatchView): readonly string[] => {
  const begins = before === null ? [`watching ${placeWords(view)} every ${duration(view.everyMs)}`] : [];
  const notes = view.notes.filter((note) => before?.notes.includes(note) !== true).map(safe);
  const logs = view.logs.flatMap((log) =>
    logLine(
      log,
      before?.logs.find(({ app }) => app === log.app),
    ),
  );
  const analyses = view.analyses.flatMap((analysis) =>
    analysisLines(
      analysis,
      before?.analyses.find(({ id }) => id === analysis.id),
    ),
  );
  return [...begins, ...notes, ...portsLine(before, view), ...logs, ...analyses].map((line) => `${clock(view.at)}  ${line}`);
};
