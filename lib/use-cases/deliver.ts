import type { Board } from '../cases/board.ts';
import { emptyBoard, type OutboxEntry } from '../cases/board.ts';
import { confirm, release } from '../cases/outbox.ts';
import type { Deps } from './deps.ts';

/** Writers of one board at once are a handful of uploads of one host; each of them wins within a few rounds. */
export const MAX_ROUNDS = 20;

/** Others kept writing the board first: the upload is put back into the queue. */
export class ContentionError extends Error {
  override readonly name = 'ContentionError';
}

/** Applies a change to a host's board, again from the stored one whenever another writer was first. */
export const updateBoard = async (host: string, change: (board: Board) => Board, { records }: Deps): Promise<void> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const board = (await records.readBoard(host)) ?? emptyBoard(host);
    if ((await records.writeBoard(change(board))) === 'written') return;
  }
  throw new ContentionError(`The board of ${host} changed ${MAX_ROUNDS} times while it was being written.`);
};

/**
 * Publishes claimed entries, then records it. A death between the two is the one case in which people are told twice: the lease runs
 * out, and the sweep publishes again under the same transition id.
 */
export const deliver = async (host: string, claimed: readonly OutboxEntry[], deps: Deps): Promise<void> => {
  const published: string[] = [];
  try {
    for (const entry of claimed) {
      await deps.announcer.publish(entry);
      published.push(entry.id);
      deps.journal.info('announced', { host, transition: entry.id });
    }
  } finally {
    const isDone = published.length === claimed.length;
    if (published.length > 0 || !isDone)
      await updateBoard(host, (board) => settleEntries(board, published, isDone ? null : deps.owner), deps);
  }
};

const settleEntries = (board: Board, published: readonly string[], releaseOwner: string | null): Board => {
  const confirmed = confirm(board, published);
  return releaseOwner === null ? confirmed : release(confirmed, releaseOwner);
};
