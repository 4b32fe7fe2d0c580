import { createHash } from 'node:crypto';
import type { Analysis, Cause } from '../model/analysis.ts';

/** For a time nothing is announced of what matches. It is recorded all the same. */
export interface Silence {
  readonly id: string;
  readonly match: SilenceMatch;
  /** Wall clock. */
  readonly from: string;
  readonly until: string;
  readonly by: string;
  readonly why: string;
  /** Who ended it before its time, and when. */
  readonly ended: { readonly by: string; readonly at: string } | null;
}

/** All that are given must match. */
export interface SilenceMatch {
  readonly host: string | null;
  /** The culprit's command, or the name of a program that fails. */
  readonly program: string | null;
  readonly cause: Cause | null;
}

/** All silences, one item: a handful, and whoever announces must see each of them. */
export interface Silences {
  /** 0 before the first write; each write adds one. */
  readonly version: number;
  readonly list: readonly Silence[];
}

export const noSilences: Silences = { version: 0, list: [] };

const DAY_MS = 24 * 60 * 60_000;
/** A silence that outlives everybody's memory of it is a blind spot; a longer one is set again. */
export const MAX_SILENCE_MS = 30 * DAY_MS;
/** Who was silenced by whom and why, for as long as somebody may ask. */
const KEEP_MS = 90 * DAY_MS;
/** Of some 600 bytes each: the item must not outgrow its 400 KB. */
const MAX_SILENCES = 400;

export const isRunning = ({ from, until, ended }: Silence, now: string): boolean => ended === null && from <= now && now < until;

export const newSilence = (match: SilenceMatch, from: string, until: string, by: string, why: string): Silence => ({
  id: createHash('sha256')
    .update(JSON.stringify([match, from, until, by, why]))
    .digest('hex')
    .slice(0, 12),
  match,
  from,
  until,
  by,
  why,
  ended: null,
});

const keepFrom = (now: string): string => new Date(Date.parse(now) - KEEP_MS).toISOString();

/** With one more; those that ended long ago are forgotten. `null` where there are too many that count. */
export const addSilence = ({ version, list }: Silences, silence: Silence, now: string): Silences | null => {
  const kept = list.filter(({ id, until }) => until > keepFrom(now) && id !== silence.id);
  const running = kept.filter((one) => isRunning(one, now));
  if (running.length >= MAX_SILENCES) return null;
  const over = kept.filter((one) => !running.includes(one)).slice(running.length - MAX_SILENCES + 1);
  return { version, list: [...over, ...running, silence] };
};

/** `null` where there is none of that id that still runs. */
export const endSilence = ({ version, list }: Silences, id: string, by: string, now: string): Silences | null => {
  if (!list.some((one) => one.id === id && isRunning(one, now))) return null;
  return { version, list: list.map((one) => (one.id === id ? { ...one, ended: { by, at: now } } : one)) };
};

type Silenceable = Pick<Analysis, 'host' | 'cause'> & {
  readonly culprit: { readonly command: string | null } | null;
  readonly victims: readonly { readonly app: string }[];
};

const matches = ({ host, program, cause }: SilenceMatch, of: Silenceable): boolean =>
  (host === null || host === of.host) &&
  (cause === null || cause === of.cause) &&
  (program === null || program === of.culprit?.command || of.victims.some(({ app }) => app === program));

/** The silence that holds an announcement back, the longest where there are several; `null` where nothing does. */
export const silenceFor = (of: Silenceable, silences: readonly Silence[], now: string): Silence | null =>
  silences
    .filter((one) => isRunning(one, now) && matches(one.match, of))
    .reduce<Silence | null>((longest, one) => (longest === null || one.until > longest.until ? one : longest), null);
