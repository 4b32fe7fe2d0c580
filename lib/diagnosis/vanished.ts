import type { Pile, SnapshotDigest } from '../model/digest.ts';
import { number, program } from '../text/words.ts';
import { stayedUntil, type Track, track } from './track.ts';

/**
 * Sockets that a listing no longer shows although their descriptors are still open: where a program set SO_KEEPALIVE, a probe ends its
 * forgotten CLOSE_WAIT, and the descriptor stays leaked; one that was bound to a port keeps that too, unseen (KERNEL.md). So a falling
 * count is no mending while `fds` say otherwise.
 */
export interface Vanished {
  readonly sockets: number;
  readonly open: number;
  readonly soft: number | null;
  readonly snapshot: SnapshotDigest;
  /** What they were connected to, as far as the window shows. */
  readonly peer: string | null;
}

/** Fewer may be files that were opened meanwhile. */
const MIN_VANISHED = 50;
/** The listing and `fds` are read one after the other: what a busy program opens in between is a few per cent. */
const MIN_SHARE = 0.2;
/** What is hidden must have been seen as CLOSE_WAIT before, most of it, or it is something else (files, pipes). */
const SEEN_SHARE = 0.5;
/** Where far more sockets went than descriptors stayed, most of them were closed: that is traffic, and the descriptors are others. */
const TRAFFIC_FACTOR = 3;

const isOf =
  (pid: number) =>
  ({ holder }: Pick<Pile, 'holder'>): boolean =>
    holder.kind === 'process' && holder.pid === pid;

const shownOf = (pid: number, { piles, listeners }: SnapshotDigest): number =>
  piles.filter(isOf(pid)).reduce((sum, { sockets }) => sum + sockets, 0) + listeners.filter(({ holder }) => isOf(pid)({ holder })).length;

/** How many CLOSE_WAIT sockets went from one snapshot to the next, summed over all. Where they cannot be followed, the fall is the least. */
const gone = (moments: Track): number =>
  moments.reduce((sum, moment, i) => {
    const next = moments[i + 1];
    if (next === undefined) return sum;
    const staying = stayedUntil(moment, next);
    const fall = Math.max(0, moment.closeWait - next.closeWait);
    return sum + (staying === null ? fall : moment.closeWait * (1 - staying.share));
  }, 0);

/** CLOSE_WAIT sockets that went from the listing over the window, closed or not. Without owners any may be its own. */
export const closeWaitGone = (pid: number, snapshots: readonly SnapshotDigest[]): number => {
  const moments = track(snapshots, ({ holder }) => holder.kind === 'unknown' || isOf(pid)({ holder }));
  return gone(moments);
};

/** What of a process's open descriptors at the newest of these snapshots are sockets that have vanished; `null` where none have. */
export const vanishedOf = (pid: number, snapshots: readonly SnapshotDigest[]): Vanished | null => {
  const looks = snapshots.flatMap((snapshot) => {
    const descriptors = snapshot.processes.find((process) => process.pid === pid)?.descriptors ?? null;
    return descriptors === null ? [] : [{ snapshot, descriptors, others: descriptors.open - shownOf(pid, snapshot) }];
  });
  const last = looks.at(-1);
  if (last === undefined) return null;
  const ordinary = looks.reduce((least, { others }) => Math.min(least, others), last.others);
  const sockets = last.others - ordinary;
  if (sockets < MIN_VANISHED || sockets < MIN_SHARE * last.descriptors.open) return null;
  const moments = track(
    looks.map(({ snapshot }) => snapshot),
    isOf(pid),
  );
  const went = gone(moments);
  const seen = Math.max(0, ...moments.map(({ closeWait }) => closeWait)) + went;
  if (seen < SEEN_SHARE * sockets || went > TRAFFIC_FACTOR * sockets) return null;
  const peers = moments.flatMap(({ piles }) => piles.flatMap(({ side, peer }) => (side === 'client' && peer !== null ? [peer] : [])));
  return { sockets, ...last.descriptors, snapshot: last.snapshot, peer: peers.at(-1) ?? null };
};

export const vanishedSentence = (command: string | null, pid: number | null, { sockets, open, soft }: Vanished): string =>
  `About ${number(sockets)} sockets of ${program(command, pid)} are gone from the listing, but their descriptors are still open (${number(open)}${soft === null ? '' : ` of ${number(soft)}`}): keepalive ended the connections, and the program has not closed them.`;
