import { isDeepStrictEqual } from 'node:util';
import { emptyBoard, isBusy } from '../cases/board.ts';
import type { Arrival } from './arrival.ts';
import { ContentionError, MAX_ROUNDS } from './contention.ts';
import { type Deliver, deliver } from './deliver.ts';
import type { Deps } from './deps.ts';
import { changedCases, project, showForgotten, showRest, withdraw } from './projection.ts';

/**
 * Brings a host's cases up to date with all that is known of it, and tells people what changed (DESIGN.md, "Order never matters").
 * Safe to run at any time, any number of times, by several at once: whoever comes last sees all.
 *
 * @throws ContentionError where other writers were always first
 */
export const settleHost = async (
  host: string,
  deps: Deps,
  options: {
    readonly isSilent?: boolean;
    readonly silentSince?: string | null;
    /** What came can neither open a case nor end one: the window, nine in ten of an upload's cost, is read only where one is open. */
    readonly isUneventful?: boolean;
    /** The snapshots that came, where nothing else did. */
    readonly arrival?: Arrival | null;
    readonly deliver?: Deliver;
  } = {},
): Promise<void> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const board = (await deps.records.readBoard(host)) ?? emptyBoard(host);
    if (options.isUneventful === true && !isBusy(board)) return;
    // What judges is a third of our code: neither a log without failures nor the sweep of a calm fleet loads it.
    if (options.arrival != null) {
      const { isCalm } = await import('./calm.ts');
      if (await isCalm(host, board, options.arrival, deps)) return;
    }
    const { decide } = await import('./decide.ts');
    const quiet = { isSilent: options.isSilent === true, silentSince: options.silentSince ?? null };
    const next = await decide(host, board, quiet, deps);
    if (isDeepStrictEqual(board, next.board)) return showRest(board, deps);
    const changed = changedCases(board, next.board);
    await showForgotten(board, next.board, deps);
    await withdraw(board, next.board, deps);
    const unshown = changed.map(({ id }) => id);
    if ((await deps.records.writeBoard({ ...next.board, unshown })) === 'conflict') continue;
    await project(changed, next.board, board.version + 1, deps);
    await (options.deliver ?? deliver)(host, next.claimed, deps);
    return;
  }
  throw new ContentionError(`The board of ${host} changed ${MAX_ROUNDS} times while it was being judged.`);
};
