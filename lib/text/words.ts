import type { Holder } from '../model/digest.ts';

/** How figures and names are written wherever people read them, so that one thing has one form. */

/** `27,913`. Not by `Intl`: making its first formatter takes 8 ms of each cold start. */
export const number = (value: number): string => {
  const digits = String(Math.round(Math.abs(value)));
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return `${value < 0 ? '-' : ''}${groups.join(',')}`;
};

/** `61 %`; below one per cent, "under 1 %" rather than 0. */
export const percent = (part: number, whole: number): string => {
  if (whole <= 0) return 'unknown';
  const share = (100 * part) / whole;
  return share > 0 && share < 1 ? 'under 1 %' : `${Math.round(share)} %`;
};

/** `1 socket`, `27,913 sockets` */
export const count = (value: number, noun: string, plural = `${noun}s`): string => `${number(value)} ${value === 1 ? noun : plural}`;

/** Somebody else's name in a sentence: commands to copy stand between backquotes, so it may not bring its own. */
export const unquoted = (name: string): string => name.replaceAll('`', "'");

/** `python3 (pid 4312)` */
export const program = (command: string | null, pid: number | null): string => {
  if (command === null) return pid === null ? 'an unknown program' : `pid ${pid}`;
  return pid === null ? unquoted(command) : `${unquoted(command)} (pid ${pid})`;
};

export const holderName = (holder: Holder): string =>
  holder.kind === 'process' ? program(holder.command, holder.pid) : 'an unknown program';

/** `10:39:05 UTC`, for sentences beside others of the same day. */
export const clock = (at: string): string => `${at.slice(11, 19)} UTC`;

/** A time beside others: with its date where that is not the day of `reference`. */
export const when = (at: string, reference: string): string =>
  at.slice(0, 10) === reference.slice(0, 10) ? clock(at) : `${at.slice(0, 10)} ${clock(at)}`;

/** A forecast: no seconds, since nobody knows them. `16:44 UTC` */
export const about = (at: string, reference: string): string => {
  const time = `${at.slice(11, 16)} UTC`;
  return at.slice(0, 10) === reference.slice(0, 10) ? time : `${at.slice(0, 10)} ${time}`;
};

/** `1st`, `2nd`, `3rd`, `11th` */
export const ordinal = (value: number): string => {
  const tens = value % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${number(value)}${ending}`;
};

/** `2.5 s`, `4 min`, `3 h 20 min` */
export const duration = (ms: number): string => {
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** `1,380 a minute`, `4.2 a minute` */
export const rate = (perMinute: number): string => `${perMinute >= 10 ? number(perMinute) : Number(perMinute.toFixed(1))} a minute`;
