import { setTimeout } from 'node:timers/promises';

/** What was left is asked for again so often; then the caller is told, and comes again. */
const MAX_TRIES = 8;
/** Before the first time that something is asked for again; then twice as long each time, three seconds in all. */
const PAUSE_MS = 25;

class ThrottledError extends Error {
  override readonly name = 'ThrottledError';
}

/**
 * Acts on all, then again on what an answer says is left (it ends at 16 MB, or where the table is throttled): the SDK does not.
 *
 * @throws ThrottledError
 */
export const insist = async <T>(all: readonly T[], undone: string, act: (left: readonly T[]) => Promise<readonly T[]>): Promise<void> => {
  let left = all;
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries >= MAX_TRIES) throw new ThrottledError(`The table left ${left.length} of ${all.length} items ${undone} ${tries} times.`);
    if (tries > 0) await setTimeout(PAUSE_MS * 2 ** (tries - 1));
    left = await act(left);
  }
};
