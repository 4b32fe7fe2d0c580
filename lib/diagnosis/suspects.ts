import type { Holder, PortShare, PortUse, SnapshotDigest } from '../model/digest.ts';
import { clientPilesOf, type Moment, type Track, track } from './track.ts';

/** One who takes ephemeral ports: what it holds at the decisive snapshot, what would return without it, and how it came to that. */
export interface Suspect {
  readonly holder: Holder;
  readonly peer: string | null;
  readonly ports: number;
  /** The counterfactual: distinct ports that nobody else has. */
  readonly returns: number;
  readonly moment: Moment;
  readonly track: Track;
}

const toSuspect = (share: PortShare, snapshot: SnapshotDigest, snapshots: readonly SnapshotDigest[]): Suspect | null => {
  const moments = track(snapshots, clientPilesOf(share.holder, share.peer));
  const moment = moments.find((candidate) => candidate.snapshot === snapshot);
  if (moment === undefined || moment.piles.length === 0) return null;
  return { holder: share.holder, peer: share.peer, ports: share.ports, returns: share.exclusivePorts, moment, track: moments };
};

/** Everyone with client-side ports in one snapshot, by what would return without them, most first. */
export const suspectsIn = (use: PortUse, snapshot: SnapshotDigest, snapshots: readonly SnapshotDigest[]): readonly Suspect[] =>
  use.shares.flatMap((share) => toSuspect(share, snapshot, snapshots) ?? []);
