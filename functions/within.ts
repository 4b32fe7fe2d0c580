import { setTimeout } from 'node:timers/promises';

class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/**
 * Lambda takes a function that runs out of time to have failed with its whole batch: what was done would come again with what was not, and with
 * it go to the dead-letter queue in the end. What goes on after the answer does no harm: it is a delivery beside another.
 */
export const within = async (ms: number, work: Promise<void>): Promise<void> => {
  const timer = new AbortController();
  const late = setTimeout(ms, null, { signal: timer.signal }).then(() => {
    throw new OutOfTimeError('It was not done in the time that the function has.');
  });
  try {
    await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    timer.abort();
  }
};
