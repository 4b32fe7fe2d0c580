import { isAlike, membersOf } from '../digest/sketch.ts';
import type { Pile, SnapshotDigest } from '../model/digest.ts';

/** How long after a connection was opened the other end closes it, as the snapshots bracket it: milliseconds. */
export interface ClosedAfter {
  readonly from: number;
  readonly to: number;
}

/** A few sockets may be closed for reasons of their own. */
const MIN_CONNECTIONS = 5;
/** One in ten may be out of the ordinary: a connection that was used again, a look that came late. */
const OUTLIERS = 0.1;

/** Which of a state's sockets are known in one snapshot, and up to which hash it can tell that one is not there. */
interface Known {
  readonly members: ReadonlySet<number>;
  readonly horizon: number;
}

interface Look {
  readonly at: number;
  readonly established: Known;
  readonly closeWait: Known;
}

/** @param like a sketch: those that know sockets by something else say nothing of its own */
const knownOf = (piles: readonly Pile[], state: Pile['state'], like: string): Known => {
  const sketches = piles
    .filter((pile) => pile.state === state)
    .map(({ sketch }) => (sketch === null || !isAlike(sketch, like) ? null : membersOf(sketch)));
  // A pile without a sketch may hold anything.
  const horizon = Math.min(...sketches.map((one) => one?.horizon ?? -1));
  return { members: new Set(sketches.flatMap((one) => one?.hashes ?? [])), horizon };
};

const isAbsent = (hash: number, { members, horizon }: Known): boolean => hash <= horizon && !members.has(hash);

/** From when to when a connection was seen to be opened, and to be closed by the other end. */
const lifeOf = (hash: number, looks: readonly Look[]): ClosedAfter | null => {
  const opened = looks.findIndex(({ established }) => established.members.has(hash));
  const closed = looks.findIndex(({ closeWait }) => closeWait.members.has(hash));
  const [before, first, last, after] = [looks[opened - 1], looks[opened], looks[closed - 1], looks[closed]];
  if (before === undefined || first === undefined || last === undefined || after === undefined) return null;
  const isNew = isAbsent(hash, before.established) && isAbsent(hash, before.closeWait);
  if (!isNew || !last.established.members.has(hash)) return null;
  return { from: last.at - first.at, to: after.at - before.at };
};

const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(part * values.length))] ?? 0;

/**
 * What the connections that were seen to come and to be closed have in common. An idle timeout closes each after the same time: the
 * brackets of all then overlap. `null` where they don't, or too few were followed from one state to the other.
 */
export const closedAfter = (snapshots: readonly SnapshotDigest[], match: (pile: Pile) => boolean): ClosedAfter | null => {
  const matched = snapshots.map(({ takenAt, piles }) => ({ at: Date.parse(takenAt), piles: piles.filter(match) }));
  const like = matched.flatMap(({ piles }) => piles.flatMap(({ sketch }) => sketch ?? [])).at(-1);
  if (like === undefined) return null;
  const looks = matched.map(
    ({ at, piles }): Look => ({ at, established: knownOf(piles, 'established', like), closeWait: knownOf(piles, 'close_wait', like) }),
  );
  const hashes = new Set(looks.flatMap(({ established }) => [...established.members]));
  const lives = [...hashes].flatMap((hash) => lifeOf(hash, looks) ?? []);
  if (lives.length < MIN_CONNECTIONS) return null;
  const bracket = {
    from: quantile(
      lives.map(({ from }) => from),
      1 - OUTLIERS,
    ),
    to: quantile(
      lives.map(({ to }) => to),
      OUTLIERS,
    ),
  };
  return bracket.from <= bracket.to ? bracket : null;
};
