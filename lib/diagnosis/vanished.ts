import type { SnapshotDigest } from '../model/digest.ts';
import { number, program } from '../text/words.ts';

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
  /** The most CLOSE_WAIT that the process was ever seen with in the window. */
  readonly seenBefore: number;
}

/** Fewer may be files that were opened meanwhile. */
const MIN_VANISHED = 50;
/** What is hidden must have been seen as CLOSE_WAIT before, most of it, or it is something else (files, pipes). */
const SEEN_SHARE = 0.5;

const shownOf = (pid: number, { piles, listeners }: SnapshotDigest): number =>
  piles.reduce((sum, { holder, sockets }) => (holder.kind === 'process' && holder.pid === pid ? sum + sockets : sum), 0) +
  listeners.filter(({ holder }) => holder.kind === 'process' && holder.pid === pid).length;

const closeWaitOf = (pid: number, { piles }: SnapshotDigest): number =>
  piles.reduce(
    (sum, { holder, state, sockets }) => (state === 'close_wait' && holder.kind === 'process' && holder.pid === pid ? sum + sockets : sum),
    0,
  );

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
  const seenBefore = Math.max(0, ...looks.map(({ snapshot }) => closeWaitOf(pid, snapshot)));
  if (sockets < MIN_VANISHED || seenBefore < SEEN_SHARE * sockets) return null;
  return { sockets, ...last.descriptors, snapshot: last.snapshot, seenBefore };
};

export const vanishedSentence = (command: string, pid: number, { sockets, open, soft }: Vanished): string =>
  `About ${number(sockets)} sockets of ${program(command, pid)} are gone from the listing, but their descriptors are still open (${number(open)}${soft === null ? '' : ` of ${number(soft)}`}): keepalive ended the connections, and the program has not closed them.`;
