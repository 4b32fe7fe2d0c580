import type { FailureKind } from '../../model/failure.ts';
import type { HolderRow, PortsView, WatchView } from '../../model/watching.ts';
import { count, duration, number, percent } from '../../text/words.ts';
import { safe } from '../view.ts';

/** The figures of a look in words, for the screen and for lines alike. */

export const FAILURE_WORDS: Readonly<Record<FailureKind, string>> = {
  'address-in-use': 'Address already in use',
  'address-not-available': 'Cannot assign requested address',
  'too-many-open-files': 'Too many open files',
  'pool-exhausted': 'no pooled connection',
  'leak-warning': 'leaked connections',
};

export const holderWords = ({ holder, timeWait, established, closeWait }: HolderRow): string => {
  if (holder.kind === 'process') {
    const name = safe(holder.command ?? '').trim();
    return name === '' ? 'unnamed' : name;
  }
  if (holder.kind === 'unknown') return 'not shown';
  return timeWait > established + closeWait ? 'nobody (closed)' : 'hidden, or nobody yet';
};

export const endWords = ({ side, peer, localPort }: HolderRow): string =>
  side === 'server' ? `serves :${localPort ?? '?'}` : (peer ?? 'many peers');

/** `+380`, `-12`, `0`; a dash where it is not known yet. */
export const growthWords = (perMinute: number | null): string => {
  if (perMinute === null) return '-';
  const rounded = Math.round(perMinute);
  return rounded > 0 ? `+${number(rounded)}` : number(rounded === 0 ? 0 : rounded);
};

export const shareOf = ({ used, range }: PortsView): number => (range === null || range.capacity === 0 ? 0 : used / range.capacity);

export const usedWords = ({ used, range }: PortsView): string =>
  range === null
    ? `${count(used, 'port')}, of an unknown range`
    : `${number(used)} of ${number(range.capacity)} (${percent(used, range.capacity)})`;

/** Seconds in full, since nobody knows their parts, and up to two minutes, since they matter then. */
const wait = (ms: number): string => (ms < 120_000 ? `${Math.max(0, Math.round(ms / 1000))} s` : duration(ms));

/** `full in about 93 s (80 s to 2 min)`; empty where nobody can tell. */
export const outlookWords = ({ fullAt, used, range }: PortsView, at: string): string => {
  if (range !== null && used >= range.capacity) return 'none is left';
  if (fullAt === null) return '';
  const until = (time: string): string => wait(Date.parse(time) - Date.parse(at));
  const [about, earliest] = [until(fullAt.about), until(fullAt.earliest)];
  if (fullAt.latest === null) return `full in about ${about} (${earliest} at the earliest)`;
  const latest = until(fullAt.latest);
  return earliest === latest ? `full in about ${about}` : `full in about ${about} (${earliest} to ${latest})`;
};

export const placeWords = ({ host, netns }: WatchView): string => (netns === null ? host : `${host}, namespace ${safe(netns)}`);
