import type { Analysis } from '../model/analysis.ts';
import { about, rate } from '../text/words.ts';

/** How long it lasts, in the words of every medium. */

const day = (at: string): string => at.slice(0, 10);

const minute = (at: string, reference: string): string => `${day(at) === day(reference) ? '' : `${day(at)} `}${at.slice(11, 16)}`;

const RUNS_OUT: Readonly<Record<Analysis['resource']['kind'], string>> = {
  'ephemeral-ports': 'the ports',
  destination: 'the ports toward that peer',
  'fixed-port': 'the port',
  descriptors: "the program's descriptors",
  uploads: 'uploads',
  'accept-queue': 'the queue',
};

/** `about 17:10 UTC (16:40–17:55)`; `null` where there is no forecast. */
const untilWhen = ({ trend, updatedAt }: Analysis): string | null => {
  if (trend.exhaustsAt === null) return null;
  const when = `about ${about(trend.exhaustsAt, updatedAt)}`;
  if (trend.exhaustsBetween === null) return when;
  const [earliest, latest] = trend.exhaustsBetween;
  const from = minute(earliest, updatedAt);
  if (latest === null) return `${when} (${from} at the earliest)`;
  const to = minute(latest, updatedAt);
  // Within one minute there is nothing more to say.
  return from === to ? when : `${when} (${from}–${to})`;
};

/** "at 41 a minute the ports last until about 17:10 UTC (16:40–17:55)"; empty where there is no forecast. */
export const outlookWords = (analysis: Analysis): string => {
  const { trend } = analysis;
  const until = untilWhen(analysis);
  if (until === null) return '';
  const pace = trend.perMinute === null ? 'at this rate' : `at ${rate(trend.perMinute)}`;
  return `${pace} ${RUNS_OUT[trend.runsOut ?? 'ephemeral-ports']} last until ${until}`;
};

export const lastsUntil = (analysis: Analysis): readonly (readonly [name: string, value: string])[] => {
  const until = untilWhen(analysis);
  if (until === null) return [];
  return [['Lasts until', `${until}${analysis.trend.runsOut === 'descriptors' ? ', its own descriptors' : ''}`]];
};
