import type { Digest, SnapshotDigest } from '../model/digest.ts';

/** What a step of the fold knows: the window's snapshots that list sockets, ascending, up to `at`. */
export interface Sight {
  readonly at: string;
  readonly snapshots: readonly SnapshotDigest[];
}

export const NOTHING_SEEN: Sight = { at: '', snapshots: [] };

/** A bare listing may be empty; sections of which none lists a socket are more likely those of a command that failed. */
const listsSockets = ({ dialect, account }: SnapshotDigest): boolean => dialect !== null || account.understood === 0;

/** What a snapshot without a table of sockets does not show is unknown: it testifies on nothing. */
export const sightOf = (at: string, digests: readonly Digest[]): Sight => ({
  at,
  snapshots: digests
    .flatMap((digest) => (digest.kind === 'snapshot' && listsSockets(digest) ? [digest] : []))
    .sort((a, b) => (a.takenAt !== b.takenAt ? (a.takenAt < b.takenAt ? -1 : 1) : a.contentId < b.contentId ? -1 : 1)),
});
