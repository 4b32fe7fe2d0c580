import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

/** Waits for what happens by itself; generous, since it only ends a test that fails anyway. */
export const until = async (what: string, isSo: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> => {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > end) assert.fail(`${what} did not happen within ${ms / 1000} s`);
    await pause(50);
  }
};
