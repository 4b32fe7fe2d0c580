import type { ResourceKind, Trend } from '../model/analysis.ts';
import { about, number, rate } from '../text/words.ts';
import type { EphemeralContest } from './contest.ts';
import type { Suspect } from './suspects.ts';
import { type Forecast, forecast, type Slope } from './trend.ts';

/** What runs out first if somebody goes on as now, and when. */
export interface Outlook extends Forecast {
  readonly runsOut: ResourceKind;
  readonly used: number;
  readonly capacity: number;
}

export const trendOf = (slope: Slope | null, since: string | null, outlook: Outlook | null = null): Trend => ({
  perMinute: slope?.perMinute ?? null,
  since,
  exhaustsAt: outlook?.at ?? null,
  exhaustsBetween: outlook === null ? null : [outlook.earliest, outlook.latest],
  runsOut: outlook?.runsOut ?? null,
});

export const outlookOf = (runsOut: ResourceKind, at: string, used: number, slope: Slope | null, capacity: number): Outlook | null => {
  const ahead = forecast([Date.parse(at), used], slope, capacity);
  return ahead === null ? null : { ...ahead, runsOut, used, capacity };
};

/** All ports of the range, whoever has them: what a call that binds port 0 will miss first. */
const portsOutlook = (contest: EphemeralContest, suspect: Suspect, slope: Slope | null): Outlook | null => {
  const last = suspect.track.at(-1);
  if (contest.capacity === null || contest.use === null || last === undefined) return null;
  const used = last.snapshot.ports.find(({ address }) => address === contest.use?.address)?.used ?? contest.use.used;
  return outlookOf('ephemeral-ports', last.snapshot.takenAt, used, slope, contest.capacity.ports);
};

/** The program's own descriptors: at their limit it fails itself, and takes no more ports. */
const descriptorsOutlook = (suspect: Suspect, slope: Slope | null): Outlook | null => {
  const { holder } = suspect;
  const last = suspect.track.at(-1);
  if (last === undefined || holder.kind !== 'process') return null;
  const fds = last.snapshot.processes.find(({ pid }) => pid === holder.pid)?.descriptors ?? null;
  return fds === null || fds.soft === null ? null : outlookOf('descriptors', last.snapshot.takenAt, fds.open, slope, fds.soft);
};

/** Whichever breaks first. */
export const firstToBreak = (contest: EphemeralContest, suspect: Suspect, slope: Slope | null): Outlook | null => {
  if (contest.isExhausted === true) return null;
  const ports = portsOutlook(contest, suspect, slope);
  const descriptors = descriptorsOutlook(suspect, slope);
  if (ports === null || descriptors === null) return ports ?? descriptors;
  return descriptors.at < ports.at ? descriptors : ports;
};

const span = ({ earliest, latest }: Forecast): string => {
  const from = earliest.slice(11, 16);
  return latest === null ? `${from} at the earliest` : `${from}–${latest.slice(11, 16)}`;
};

/** "at 41 a minute the ports last until about 17:10 UTC (16:40–17:55)" */
export const outlookSentence = (now: string, perMinute: number, outlook: Outlook): string => {
  const until = `last until about ${about(outlook.at, now)} (${span(outlook)})`;
  if (outlook.runsOut !== 'descriptors') return `At ${rate(perMinute)} the ports ${until}.`;
  return `At ${rate(perMinute)} its own descriptors (${number(outlook.used)} of ${number(outlook.capacity)} open) ${until}; from then on it fails itself.`;
};
