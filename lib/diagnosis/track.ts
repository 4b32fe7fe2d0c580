import { defaultRangeOf } from '../digest/default-range.ts';
import { isOfTuples, survival } from '../digest/sketch.ts';
import type { Holder, Pile, SnapshotDigest } from '../model/digest.ts';
import { type Point, type Slope, slopeOf } from './trend.ts';

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
  /** How many they are, of those that are known by more than their 4-tuple. */
  readonly survivors: number;
  readonly spanMs: number;
}

/** A share to trust: below, the difference between stuck and busy is within the sketch's error. */
export const STAYS_MIN_SHARE = 0.8;

const sameExceptPeer = (a: Pile, b: Pile): boolean =>
  a.state === b.state && a.localAddress === b.localAddress && a.localPort === b.localPort && sameHolder(a.holder, b.holder);

/** Which part of the ports toward a peer this pile has: so often a new connection has the 4-tuple of an old one by chance. */
const chance = (pile: Pile, { range, dialect }: SnapshotDigest): number => {
  const [low, high] = defaultRangeOf(dialect);
  const width = range === null ? high - low + 1 : range.to - range.from + 1;
  return pile.side === 'client' && isOfTuples(pile.sketch) ? Math.min(1, pile.sockets / width) : 0;
};

/**
 * What became of one pile. A pile that is gone has lost all; one whose later sketch was not kept is unknown (`null`). Cookies and inodes
 * identify a socket; a 4-tuple only its place, which a busy program soon takes again: as much as chance gives is taken off.
 */
const fate = (pile: Pile, later: Moment): number | null => {
  const kin = later.piles.filter((other) => sameExceptPeer(pile, other));
  // A client of many peers is one pile without a peer (`digest/piles.ts`): it holds what each had.
  const heir = kin.find(({ peer }) => peer === pile.peer) ?? kin.find(({ peer }) => peer === null);
  if (heir === undefined) return kin.length === 0 || pile.peer !== null ? 0 : null;
  const share = survival(pile.sketch, heir.sketch);
  const byChance = chance(heir, later.snapshot);
  if (share === null || byChance >= CROWDED) return null;
  return Math.max(0, (share - byChance) / (1 - byChance));
};

/** Where nearly every 4-tuple is taken, finding one taken again says nothing. */
const CROWDED = 0.9;

const followedPiles = (moment: Moment): readonly Pile[] =>
  moment.piles.filter((pile) => pile.state === 'close_wait' && pile.sketch !== null);

/** How the piles that one snapshot shows fared until another; `null` where that cannot be told. */
export const stayedUntil = (first: Moment, later: Moment): Staying | null => {
  const fates = followedPiles(first).flatMap((pile) => {
    const share = fate(pile, later);
    return share === null ? [] : [{ share, sockets: pile.sockets, isExact: !isOfTuples(pile.sketch) }];
  });
  const sockets = fates.reduce((sum, one) => sum + one.sockets, 0);
  if (sockets === 0) return null;
  const stayed = fates.reduce((sum, one) => sum + one.share * one.sockets, 0);
  const survivors = fates.reduce((sum, one) => (one.isExact ? sum + one.share * one.sockets : sum), 0);
  return { share: stayed / sockets, survivors, spanMs: Date.parse(later.snapshot.takenAt) - Date.parse(first.snapshot.takenAt) };
};

/**
 * Whether CLOSE_WAIT sockets stay: those that were followed first against the last snapshot that can tell. A leak's stay, a busy
 * program's go. `null` where no two snapshots can tell.
 */
export const closeWaitStays = (moments: Track): Staying | null => {
  const [first, ...others] = moments.filter((moment) => followedPiles(moment).length > 0);
  if (first === undefined) return null;
  for (const later of others.reverse()) {
    const staying = stayedUntil(first, later);
    if (staying !== null) return staying;
  }
  return null;
};

/** Held for good: CLOSE_WAIT, and what will become CLOSE_WAIT when the peer's idle timeout strikes (KERNEL.md: CLOSE_WAIT lags). */
export const held = (moment: Moment): number => moment.closeWait + moment.established;

/** A fall to less than this of what was there is a restart, or a mending: what was before does not tell how it goes on. */
const FELL_TO = 0.5;
/** Ups and downs of a handful are no fall. */
const FALL_MIN_SOCKETS = 10;

/** The moments since the set last fell: the growth that is still going on. */
const sinceFall = (moments: Track, value: (moment: Moment) => number): Track => {
  const start = moments.findLastIndex((moment, i) => {
    const before = moments[i - 1];
    return before !== undefined && value(before) - value(moment) >= FALL_MIN_SOCKETS && value(moment) < FELL_TO * value(before);
  });
  return start < 0 ? moments : moments.slice(start);
};

/** So many points have a slope of their own, which shows that a pile has stopped, or runs faster than before. */
const RECENT_POINTS = 6;

/** The slope of the whole run, unless the newest points contradict it. */
const presentSlope = (points: readonly Point[]): Slope | null => {
  const whole = slopeOf(points);
  const recent = slopeOf(points.slice(-RECENT_POINTS));
  if (whole === null || recent === null || points.length < RECENT_POINTS + 3) return whole;
  return whole.perMinute < recent.low || whole.perMinute > recent.high ? recent : whole;
};

/** Growth per minute since the last fall; zeros before the set existed are no part of it. */
export const growthOf = (moments: Track, value: (moment: Moment) => number = held): Slope | null => {
  const run = sinceFall(moments, value);
  const begins = run.findIndex((moment) => value(moment) > 0);
  const present = begins < 0 ? [] : run.slice(Math.max(0, begins - 1));
  return presentSlope(present.map((moment): Point => [Date.parse(moment.snapshot.takenAt), value(moment)]));
};

/** The first of the consecutive snapshots up to the last in which the set exists: since when, as far as the window shows. */
export const since = (moments: Track, value: (moment: Moment) => number = held): string | null => {
  const lastEmpty = moments.findLastIndex((moment) => value(moment) === 0);
  const present = moments.slice(lastEmpty + 1);
  const start = present.length > 0 ? present[0] : moments.find((moment) => value(moment) > 0);
  return start?.snapshot.takenAt ?? null;
};
