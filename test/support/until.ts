import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for what happens by itself; generous, since it only ends a test that fails anyway.
 *
 * @returns how many milliseconds it took
 */
export const until = async (what: string, isSo: () => boolean | Promise<boolean>, ms = 20_000): Promise<number> => {
  const began = Date.now();
  while (!(await isSo())) {
    if (Date.now() - began > ms) assert.fail(`${what} did not happen within ${ms / 1000} s`);
    await pause(20);
  }
  return Date.now() - began;
};
