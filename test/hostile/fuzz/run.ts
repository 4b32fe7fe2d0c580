import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { seedsOf } from './seeds.ts';
import { targets } from './targets.ts';
import type { Task } from './worker.ts';

/**
 * Coverage-guided fuzzing of every parser: `npm run fuzz -- [--minutes 10] [--seed 1] [TARGET…]`. Own, since jazzer.js 4 is built for
 * glibc 2.38 and does not load below; what it would do is small where V8 counts the coverage.
 */
const HANG_MS = 10_000;
const LONGEST = 1 << 20;
const OUT = '.closewatch/fuzz';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
});

interface Told {
  readonly runs: number;
  readonly coverage: number;
  readonly corpus: readonly Uint8Array[];
  readonly crash: { readonly input: Uint8Array; readonly error: string } | null;
}

const keep = (name: string, inputs: readonly Uint8Array[], kind: string): void => {
  mkdirSync(join(OUT, name), { recursive: true });
  for (const [i, input] of inputs.entries()) writeFileSync(join(OUT, name, `${kind}-${i}`), input);
};

const kept = (name: string): readonly Uint8Array[] => {
  try {
    return readdirSync(join(OUT, name)).map((file) => readFileSync(join(OUT, name, file)));
  } catch {
    return [];
  }
};

const run = (name: string, minutes: number, seed: number): Promise<boolean> => {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const input = new Uint8Array(new SharedArrayBuffer(LONGEST));
  const began = Date.now();
  const task: Task = { target: name, seeds: [...seedsOf(name), ...kept(name)], seed, untilMs: began + minutes * 60_000, beats, input };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task });
  return new Promise((resolve) => {
    let last = -1;
    const watch = setInterval(() => {
      if (beats[0] === last) end({ input: Uint8Array.from(input.subarray(0, beats[1])), error: `hangs for ${HANG_MS / 1000} s` });
      last = beats[0] ?? 0;
    }, HANG_MS);
    const end = (crash: Told['crash'], told?: Told): void => {
      clearInterval(watch);
      if (crash !== null) keep(name, [crash.input], 'crash');
      const seconds = Math.round((Date.now() - began) / 1000);
      const what = crash === null ? 'no crash, no hang, no lost line' : `CRASH: ${crash.error.slice(0, 400)}`;
      process.stdout.write(`${name}: ${beats[0]} runs in ${seconds} s, ${told?.coverage ?? '?'} characters of lib/ covered: ${what}\n`);
      void worker.terminate().then(() => resolve(crash === null));
    };
    worker.on('message', (told: Told) => {
      keep(name, told.corpus.slice(task.seeds.length), `found-${seed}`);
      end(told.crash, told);
    });
    worker.on('error', (error) => end({ input: Uint8Array.from(input.subarray(0, beats[1])), error: String(error) }));
  });
};

const names = positionals.length > 0 ? positionals : Object.keys(targets);
for (const name of names) if (!(await run(name, Number(values.minutes), Number(values.seed)))) process.exitCode = 1;
