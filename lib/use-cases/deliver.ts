import type { Board } from '../cases/board.ts';
import { emptyBoard, type OutboxEntry } from '../cases/board.ts';
import { confirm, release } from '../cases/outbox.ts';
import { ContentionError, MAX_ROUNDS } from './contention.ts';
import type { Deps } from './deps.ts';
import { type Parcel, publishParcels } from './publish.ts';
import { speaksForItself } from './voice.ts';

/** What is done with the entries that a settling has claimed. */
export type Deliver = (host: string, claimed: readonly OutboxEntry[], deps: Deps) => Promise<void>;

/** Applies a change to a host's board, again from the stored one whenever another writer was first. */
const updateBoard = async (host: string, change: (board: Board) => Board, { records }: Deps): Promise<void> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const board = (await records.readBoard(host)) ?? emptyBoard(host);
    if ((await records.writeBoard(change(board))) === 'written') return;
  }
  throw new ContentionError(`The board of ${host} changed ${MAX_ROUNDS} times while it was being written.`);
};

/** A host's claimed entries, as far as they are to be published: what the host leaves to its fleet counts as told. */
export const parcelOf = async (host: string, claimed: readonly OutboxEntry[], deps: Deps): Promise<Parcel> => {
  const ids = claimed.map(({ id }) => id);
  const settle = (done: readonly string[]): Promise<void> =>
    updateBoard(host, (board) => release(confirm(board, done), deps.owner, ids), deps);
  const speaking: OutboxEntry[] = [];
  try {
    for (const entry of claimed) if (await speaksForItself(entry, deps)) speaking.push(entry);
  } catch (error) {
    await settle([]);
    throw error;
  }
  const silent = claimed.filter((entry) => !speaking.includes(entry)).map(({ id }) => id);
  if (silent.length > 0) deps.journal.info('left to the fleet', { host, transitions: silent.length });
  return { host, entries: speaking, silent, settle };
};

/**
 * Publishes claimed entries, then records it. A death between the two is the one case in which people are told twice: the lease runs
 * out, and the sweep publishes again under the same transition id.
 */
export const deliver: Deliver = async (host, claimed, deps) => {
  if (claimed.length === 0) return;
  const [failure] = await publishParcels([await parcelOf(host, claimed, deps)], 'upload', deps);
  if (failure !== undefined) throw failure.error;
};
