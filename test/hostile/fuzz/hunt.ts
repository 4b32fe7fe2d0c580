import { Coverage } from './coverage.ts';
import { type Dice, mutate } from './mutate.ts';
import type { Target } from './targets.ts';

export interface Hunt {
  readonly runs: number;
  readonly coverage: number;
  /** Inputs that reached what none before them did. */
  readonly corpus: readonly Uint8Array[];
  readonly crash: { readonly input: Uint8Array; readonly error: unknown } | null;
}

/** Coverage is asked for so many inputs at once, since asking takes longer than a run. */
const BATCH = 64;
const MAX_CORPUS = 2000;

/** Runs mutated inputs until told to stop, or until a promise breaks. `beat` hears of each input before it is run. */
export const hunt = async (
  target: Target,
  seeds: readonly Uint8Array[],
  dice: Dice,
  { isOver, beat }: { readonly isOver: () => boolean; readonly beat: (input: Uint8Array) => void },
): Promise<Hunt> => {
  const coverage = new Coverage();
  await coverage.start();
  const corpus: Uint8Array[] = seeds.length > 0 ? [...seeds] : [new Uint8Array(1)];
  const pick = (): Uint8Array => corpus[dice(corpus.length)] ?? new Uint8Array(1);
  let runs = 0;
  const run = async (input: Uint8Array): Promise<void> => {
    beat(input);
    runs += 1;
    await target(input);
  };
  let input: Uint8Array = new Uint8Array(0);
  try {
    for (input of corpus) await run(input);
    await coverage.learn();
    while (!isOver()) {
      const batch = Array.from({ length: BATCH }, () => mutate(pick(), pick(), dice));
      for (input of batch) await run(input);
      if (!(await coverage.hasNews())) continue;
      for (input of batch) {
        await run(input);
        if ((await coverage.learn()) && corpus.length < MAX_CORPUS) corpus.push(input);
      }
    }
  } catch (error) {
    return { runs, coverage: coverage.size, corpus, crash: { input, error } };
  } finally {
    await coverage.stop();
  }
  return { runs, coverage: coverage.size, corpus, crash: null };
};
