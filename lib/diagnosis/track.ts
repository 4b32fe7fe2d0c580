import { survival } from '../digest/sketch.ts';
import type { Holder, Pile, SnapshotDigest } from '../model/digest.ts';
import { type Point, slopePerMinute } from './trend.ts';

/** What one set of piles (a program's connections to one peer, a service's accepted connections) holds in one snapshot. */
export interface Moment {
  readonly snapshot: SnapshotDigest;
  readonly piles: readonly Pile[];
  readonly closeWait: number;
  readonly established: number;
  readonly timeWait: number;
  /** FIN_WAIT, LAST_ACK, CLOSING, SYN_SENT, …: on their way. */
  readonly passing: number;
}

/** The same set followed through the window. */
export type Track = readonly Moment[];

const sumOf = (piles: readonly Pile[], match: (pile: Pile) => boolean): number =>
  piles.reduce((sum, pile) => (match(pile) ? sum + pile.sockets : sum), 0);

const momentOf = (snapshot: SnapshotDigest, match: (pile: Pile) => boolean): Moment => {
  const piles = snapshot.piles.filter(match);
  const closeWait = sumOf(piles, ({ state }) => state === 'close_wait');
  const established = sumOf(piles, ({ state }) => state === 'established');
  const timeWait = sumOf(piles, ({ state }) => state === 'time_wait');
  return { snapshot, piles, closeWait, established, timeWait, passing: sumOf(piles, () => true) - closeWait - established - timeWait };
};

export const track = (snapshots: readonly SnapshotDigest[], match: (pile: Pile) => boolean): Track =>
  snapshots.map((snapshot) => momentOf(snapshot, match));

/** A PID that another program has got in the meantime is another holder. */
export const sameHolder = (a: Holder, b: Holder): boolean =>
  a.kind === 'process' && b.kind === 'process' ? a.pid === b.pid && a.command === b.command : a.kind === b.kind;

/** The client-side piles of a holder; those of nobody in particular are told apart by their peer. */
export const clientPilesOf =
  (holder: Holder, peer: string | null) =>
  (pile: Pile): boolean =>
    pile.side === 'client' && sameHolder(pile.holder, holder) && (holder.kind === 'process' || pile.peer === peer);

/** How the sockets of a state that are there at first fare until the last snapshot. */
export interface Staying {
  /** Which part is still there, 0 to 1 (`sketch.ts` states the error). */
  readonly share: number;
  readonly spanMs: number;
}

/** A share to trust: below, the difference between stuck and busy is within the sketch's error. */
export const STAYS_MIN_SHARE = 0.8;

const closeWaitSketch = (moment: Moment): string | null =>
  moment.piles.find((pile) => pile.state === 'close_wait' && pile.sketch !== null)?.sketch ?? null;

/**
 * Whether CLOSE_WAIT sockets stay: the earliest followed set against the latest. A leak's stay, a busy program's go. `null` where fewer
 * than two snapshots can tell.
 */
export const closeWaitStays = (moments: Track): Staying | null => {
  const followed = moments.filter((moment) => closeWaitSketch(moment) !== null);
  const [first, last] = [followed[0], followed.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  const share = survival(closeWaitSketch(first), closeWaitSketch(last));
  return share === null ? null : { share, spanMs: Date.parse(last.snapshot.takenAt) - Date.parse(first.snapshot.takenAt) };
};

/** Held for good: CLOSE_WAIT, and what will become CLOSE_WAIT when the peer's idle timeout strikes (KERNEL.md: CLOSE_WAIT lags). */
export const held = (moment: Moment): number => moment.closeWait + moment.established;

/** From the last snapshot before the set appeared: the empty ones before it say nothing of how fast it grows. */
const fromStart = (moments: Track, value: (moment: Moment) => number): Track => {
  const start = moments.findIndex((moment) => value(moment) > 0);
  return moments.slice(Math.max(0, start - 1));
};

export const growthPerMinute = (moments: Track, value: (moment: Moment) => number = held): number | null =>
  slopePerMinute(fromStart(moments, value).map((moment): Point => [Date.parse(moment.snapshot.takenAt), value(moment)]));

/** The first of the consecutive snapshots up to the last in which the set exists: since when, as far as the window shows. */
export const since = (moments: Track, value: (moment: Moment) => number = held): string | null => {
  const lastEmpty = moments.findLastIndex((moment) => value(moment) === 0);
  const present = moments.slice(lastEmpty + 1);
  const start = present.length > 0 ? present[0] : moments.find((moment) => value(moment) > 0);
  return start?.snapshot.takenAt ?? null;
};
