import type { Board, OutboxEntry } from './board.ts';

/** Announcing in three steps, each of which may be the last before a death: claim (with a lease), publish, confirm. */

const isFree = (entry: OutboxEntry, now: string): boolean => entry.lease === null || entry.lease.until <= now;

/** Takes all entries that nobody else is publishing. `null` where there are none. */
export const claim = (
  board: Board,
  owner: string,
  now: string,
  leaseMs: number,
): { readonly board: Board; readonly claimed: readonly OutboxEntry[] } | null => {
  const until = new Date(Date.parse(now) + leaseMs).toISOString();
  const claimed = board.outbox.filter((entry) => isFree(entry, now));
  if (claimed.length === 0) return null;
  const leased = board.outbox.map((entry) => (isFree(entry, now) ? { ...entry, lease: { owner, until } } : entry));
  return { board: { ...board, outbox: leased }, claimed };
};

/** SNS has them: they leave the outbox. Another owner's lease does not matter, since what is published is published. */
export const confirm = (board: Board, ids: readonly string[]): Board => ({
  ...board,
  outbox: board.outbox.filter(({ id }) => !ids.includes(id)),
});

/** Publishing failed: whoever comes next may try at once. What else the owner has claimed may be being published this moment. */
export const release = (board: Board, owner: string, ids: readonly string[]): Board => ({
  ...board,
  outbox: board.outbox.map((entry) => (entry.lease?.owner === owner && ids.includes(entry.id) ? { ...entry, lease: null } : entry)),
});
