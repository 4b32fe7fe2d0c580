import { parentPort, workerData } from 'node:worker_threads';
import { hunt } from './hunt.ts';
import { diceOf } from './mutate.ts';
import { targets } from './targets.ts';

/** The hunt, apart from whoever looks whether it still moves: what is being run stands in shared memory, should it hang. */
export interface Task {
  readonly target: string;
  readonly seeds: readonly Uint8Array[];
  readonly seed: number;
  readonly untilMs: number;
  /** [runs, length of the input being run] and its bytes. */
  readonly beats: Int32Array;
  readonly input: Uint8Array;
}

const isTask = (data: unknown): data is Task => typeof data === 'object' && data !== null && 'beats' in data;

if (parentPort !== null && isTask(workerData)) {
  const { target, seeds, seed, untilMs, beats, input } = workerData;
  const chosen = targets[target];
  if (chosen === undefined) throw new Error(`There is no target "${target}".`);
  const result = await hunt(chosen, seeds, diceOf(seed), {
    isOver: () => Date.now() >= untilMs,
    beat: (bytes) => {
      input.set(bytes.subarray(0, input.length));
      Atomics.store(beats, 1, Math.min(bytes.length, input.length));
      Atomics.add(beats, 0, 1);
    },
  });
  parentPort.postMessage({ ...result, crash: result.crash === null ? null : { ...result.crash, error: String(result.crash.error) } });
}
