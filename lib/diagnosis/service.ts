import type { Culprit, Resource } from '../model/analysis.ts';
import type { Listener, Pile } from '../model/digest.ts';
import { program } from '../text/words.ts';
import type { ServiceContest } from './contest.ts';
import { limitFor, standsAt } from './limit.ts';
import type { Moment } from './track.ts';
import { culpritWith, identityOf, resourceWith, unitNameIn } from './verdict.ts';

/** What causes share that show on one listening port. */

/** Fewer connections in CLOSE_WAIT than this on a port are a busy minute, not a pile. */
const MIN_SOCKETS = 50;
/** The queue holds its limit + 1 (KERNEL.md); near it, SYNs are dropped already. */
const FULL_SHARE = 0.9;

/** How many it takes just now: an open case is left at fewer than it was entered with. */
export const minSockets = ({ open }: ServiceContest): number => limitFor(MIN_SOCKETS, open !== null);

export const latest = (contest: ServiceContest): Moment | null => contest.track.at(-1) ?? null;

export const serviceName = ({ listener, port }: ServiceContest): string =>
  listener !== null && listener.holder.kind === 'process'
    ? program(listener.holder.command, listener.holder.pid)
    : `the service on port ${port}`;

export const listenerIn = (moment: Moment, port: number): Listener | null =>
  moment.snapshot.listeners.find((listener) => listener.port === port) ?? null;

export const closeWaitPiles = (moment: Moment): readonly Pile[] => moment.piles.filter(({ state }) => state === 'close_wait');

export const closeWaitSockets = (moment: Moment): number => closeWaitPiles(moment).reduce((sum, { sockets }) => sum + sockets, 0);

/**
 * Of CLOSE_WAIT sockets, those that no program has accepted: without an inode where inodes are shown, else without an owner where
 * owners are, else unknown (`null`), and then the accept queue's length must tell.
 */
export const neverAccepted = (moment: Moment): number | null => {
  const piles = closeWaitPiles(moment);
  if (piles.some(({ withoutInode }) => withoutInode !== null)) return piles.reduce((sum, pile) => sum + (pile.withoutInode ?? 0), 0);
  if (!moment.snapshot.knows.owners) return null;
  return piles.reduce((sum, pile) => (pile.holder.kind === 'process' ? sum : sum + pile.sockets), 0);
};

/** What the queue may hold: the dialect's word, else `somaxconn`, which bounds it. */
export const queueLimit = (listener: Listener, moment: Moment): { readonly limit: number; readonly assumed: boolean } | null => {
  if (listener.acceptLimit !== null && listener.acceptLimit > 0) return { limit: listener.acceptLimit, assumed: false };
  const { somaxconn } = moment.snapshot.sysctls;
  return somaxconn === null ? null : { limit: somaxconn, assumed: true };
};

export const isQueueFull = (listener: Listener, moment: Moment, { open }: ServiceContest): boolean => {
  const limit = queueLimit(listener, moment);
  return limit !== null && (listener.acceptQueue ?? 0) >= limitFor(FULL_SHARE, standsAt(open, 'critical')) * limit.limit;
};

export const culpritOf = ({ listener, port }: ServiceContest): Culprit =>
  culpritWith({ ...identityOf(listener?.holder), localPort: port, unit: unitNameIn(listener?.cgroup) });

export const queueResource = (contest: ServiceContest, used: number | null, capacity: number | null, assumed: boolean): Resource =>
  resourceWith('accept-queue', contest, { localPort: contest.port, used, capacity, assumed });
