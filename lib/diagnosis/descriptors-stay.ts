import type { SnapshotDigest } from '../model/digest.ts';

/**
 * Where a program enabled keepalive, its leaked CLOSE_WAIT sockets vanish from the listing and free their ports, but their descriptors
 * stay open (KERNEL.md): a falling count is no fix as long as the descriptors do not fall with it.
 */

/** What one snapshot shows of one process. */
export interface Reading {
  readonly pid: number;
  readonly command: string | null;
  readonly startedAt: string | null;
  readonly closeWait: number;
  /** All of its sockets that the snapshot's piles show. */
  readonly listed: number;
  readonly open: number;
  readonly soft: number | null;
}

/** Fewer than this may be files and pipes that were opened in the meantime. */
const MIN_FALL = 20;
/** The pile has fallen by so much of itself: less is its own coming and going. */
const FALL_SHARE = 0.5;
/** So many of the sockets that went must still be open as descriptors: connections that were closed leave none. */
const STAY_SHARE = 0.5;
/** `ps` counts whole seconds. */
const START_TOLERANCE_MS = 5_000;

/** `null` where the snapshot does not say how many descriptors the process has open. */
export const readingOf = (pid: number | null, command: string | null, snapshot: SnapshotDigest): Reading | null => {
  const process = snapshot.processes.find((other) => other.pid === pid && other.command === command);
  if (process === undefined || process.descriptors === null) return null;
  const piles = snapshot.piles.filter(({ holder }) => holder.kind === 'process' && holder.pid === pid && holder.command === command);
  const sum = (state: string | null): number =>
    piles.reduce((total, pile) => (state === null || pile.state === state ? total + pile.sockets : total), 0);
  return {
    pid: process.pid,
    command: process.command,
    startedAt: process.startedAt,
    closeWait: sum('close_wait'),
    listed: sum(null),
    open: process.descriptors.open,
    soft: process.descriptors.soft,
  };
};

/** Whether a process has been started anew between two times at which its start was read. */
export const startedAnew = (before: string | null, now: string | null): boolean =>
  before !== null && now !== null && Date.parse(now) - Date.parse(before) > START_TOLERANCE_MS;

const isSameProcess = (before: Reading, now: Reading): boolean =>
  before.pid === now.pid && before.command === now.command && !startedAnew(before.startedAt, now.startedAt);

/** Whether CLOSE_WAIT sockets went from the listing while their descriptors stayed open: the leak is still there. */
export const descriptorsStay = (before: Reading | null, now: Reading | null): boolean => {
  if (before === null || now === null || !isSameProcess(before, now)) return false;
  const fell = before.closeWait - now.closeWait;
  // Other connections come and go meanwhile: what counts is open descriptors without a socket in the listing.
  const unlisted = now.open - now.listed - (before.open - before.listed);
  return fell >= MIN_FALL && fell >= FALL_SHARE * before.closeWait && unlisted >= STAY_SHARE * fell;
};
