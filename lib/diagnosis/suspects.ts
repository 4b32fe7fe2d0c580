import type { DestinationUse, Holder, PortUse, SnapshotDigest } from '../model/digest.ts';
import { clientPilesOf, type Moment, sameHolder, type Track, track } from './track.ts';
import { type Vanished, vanishedOf } from './vanished.ts';

/** One who takes ephemeral ports: what it holds at the decisive snapshot, what would return without it, and how it came to that. */
export interface Suspect {
  readonly holder: Holder;
  readonly peer: string | null;
  readonly ports: number;
  /** The counterfactual: distinct ports that nobody else has; toward one destination, those that it has there. */
  readonly returns: number;
  /** PIDs that share its sockets: they return only when these are gone too. */
  readonly sharedWith: readonly number[];
  readonly moment: Moment;
  readonly track: Track;
  /** Of its sockets, those that the newest listing no longer shows although they are not closed. */
  readonly vanished: Vanished | null;
  /** Processes of the same program beside it (workers of one parent), largest first. */
  readonly kin: readonly number[];
  /** What would return without it and its kin together. */
  readonly returnsWithKin: number;
}

type Loner = Omit<Suspect, 'kin' | 'returnsWithKin'>;

interface Share {
  readonly holder: Holder;
  readonly peer: string | null;
  readonly ports: number;
  readonly returns: number;
  readonly sharedWith: readonly number[];
}

/** `ps` tells whole seconds, rounded down, and is read a moment before or after the sockets. */
const START_TOLERANCE_MS = 2000;

/** When the process with this PID began, as the newest snapshot that knows says: what was there before is a namesake's. */
const startedAt = (holder: Holder, snapshots: readonly SnapshotDigest[]): number => {
  if (holder.kind !== 'process') return Number.NEGATIVE_INFINITY;
  const facts = snapshots.flatMap(
    ({ processes }) => processes.find(({ pid, command }) => pid === holder.pid && command === holder.command) ?? [],
  );
  const known = facts.findLast((fact) => fact.startedAt !== null)?.startedAt ?? null;
  return known === null ? Number.NEGATIVE_INFINITY : Date.parse(known) - START_TOLERANCE_MS;
};

const toSuspect = (share: Share, snapshot: SnapshotDigest, snapshots: readonly SnapshotDigest[]): Loner | null => {
  // A successor with the same PID must not hide what its namesake held when it counted.
  const began = startedAt(
    share.holder,
    snapshots.filter(({ takenAt }) => takenAt <= snapshot.takenAt),
  );
  const own = snapshots.filter(({ takenAt }) => Date.parse(takenAt) >= began);
  const moments = track(own, clientPilesOf(share.holder, share.peer));
  const moment = moments.find((candidate) => candidate.snapshot === snapshot);
  const vanished = share.holder.kind === 'process' ? vanishedOf(share.holder.pid, own) : null;
  if (moment === undefined || (moment.piles.length === 0 && vanished === null)) return null;
  return { ...share, moment, track: moments, vanished };
};

const sharesToward = ({ peer, shares }: DestinationUse, use: PortUse): readonly Share[] =>
  shares.map(({ holder, ports }) => ({
    holder,
    peer,
    ports,
    returns: ports,
    sharedWith: use.shares.find((share) => sameHolder(share.holder, holder))?.sharedWith ?? [],
  }));

const sharesOf = (use: PortUse): readonly Share[] =>
  use.shares.map(({ holder, peer, ports, exclusivePorts, sharedWith }) => ({ holder, peer, ports, returns: exclusivePorts, sharedWith }));

/** Processes that hold nothing any more that the snapshot shows, and yet have not closed what they had. */
const vanishedShares = (known: readonly Share[], snapshot: SnapshotDigest, snapshots: readonly SnapshotDigest[]): readonly Share[] =>
  snapshot.processes
    .filter(
      ({ pid }) => known.every(({ holder }) => holder.kind !== 'process' || holder.pid !== pid) && vanishedOf(pid, snapshots) !== null,
    )
    .flatMap(({ pid, command }) => {
      const pile = snapshots
        .flatMap(({ piles }) => piles)
        .findLast(({ holder, side }) => side === 'client' && holder.kind === 'process' && holder.pid === pid);
      return pile === undefined
        ? []
        : [{ holder: { kind: 'process', pid, command } as const, peer: pile.peer, ports: 0, returns: 0, sharedWith: [] }];
    });

/** Those that init has adopted have nothing in common. */
const INIT = 1;

const parentOf = ({ holder, moment }: Loner): number | null => {
  const ppid = holder.kind === 'process' ? (moment.snapshot.processes.find(({ pid }) => pid === holder.pid)?.ppid ?? null) : null;
  return ppid === INIT ? null : ppid;
};

/** Whether two suspects are one program's processes: workers of one parent with the same name and peer. */
const areKin = (a: Loner, b: Loner): boolean => {
  if (a === b || a.peer !== b.peer || a.holder.kind !== 'process' || b.holder.kind !== 'process') return false;
  const parent = parentOf(a);
  return a.holder.command === b.holder.command && parent !== null && parent === parentOf(b);
};

const withKin = (suspect: Loner, all: readonly Loner[]): Suspect => {
  const kin = all.filter((other) => areKin(suspect, other));
  return {
    ...suspect,
    kin: kin.flatMap(({ holder }) => (holder.kind === 'process' ? holder.pid : [])),
    returnsWithKin: kin.reduce((sum, { returns }) => sum + returns, suspect.returns),
  };
};

/**
 * Everyone with client-side ports in one snapshot, by what would return without them (and their kin), most first.
 *
 * @param destination where only connects to one peer fail: the ports toward it are what is contested
 */
export const suspectsIn = (
  use: PortUse,
  destination: DestinationUse | null,
  snapshot: SnapshotDigest,
  snapshots: readonly SnapshotDigest[],
): readonly Suspect[] => {
  const shares = destination === null ? sharesOf(use) : sharesToward(destination, use);
  const all = [...shares, ...vanishedShares(shares, snapshot, snapshots)].flatMap((share) => toSuspect(share, snapshot, snapshots) ?? []);
  return all.map((suspect) => withKin(suspect, all)).sort((a, b) => b.returnsWithKin - a.returnsWithKin || b.returns - a.returns);
};
