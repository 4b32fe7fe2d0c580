import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { closeWaitOf, digestOf } from './in-process.ts';
import { COMMANDS, type Dialect, listingOf, withNetid } from './listing.ts';
import { countsOf, runJc, runMawk, runProcess } from './peers.ts';
import { makeSockets } from './sockets.ts';

/**
 * A listing of 50,000 sockets to its digest, against `mawk` counting one thing in it and `jc` turning it into JSON:
 *
 *     node bench/snapshots/run.ts [--sockets 50000] [--runs 11]
 */
const option = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};

const SOCKETS = option('sockets', 50_000);
const RUNS = option('runs', 11);
/** V8 has compiled the hot functions for good after as many. */
const WARM_UP = 12;
/** jc takes seconds. */
const JC_RUNS = 3;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Contender {
  readonly name: string;
  readonly runs: number;
  /** One run; `null` where the program is not installed. */
  readonly run: () => { readonly milliseconds: number } | null;
}

/** Each in turn, round after round: whatever else the machine does meets all alike. */
const medians = (contenders: readonly Contender[]): readonly Measured[] => {
  const taken = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < RUNS; round += 1) {
    for (const contender of contenders) {
      const done = round < contender.runs ? contender.run() : null;
      if (done !== null) taken.get(contender)?.push(done.milliseconds);
    }
  }
  return [...taken].map(([{ name }, values]) => ({ name, milliseconds: values.length === 0 ? null : median(values) }));
};

/** A wrong answer has no speed. */
const check = async (dialect: Dialect, listing: Buffer, path: string, socketCount: number): Promise<void> => {
  const digest = await digestOf(listing);
  const states = Object.values(digest.states).reduce((sum, sockets) => sum + sockets, 0);
  assert.equal(states, socketCount, 'every socket is in the digest');
  const mawk = runMawk(dialect, path);
  if (mawk === null) return;
  const counts = countsOf(mawk.output);
  const { byPid, total } = closeWaitOf(digest);
  assert.equal(
    total,
    [...counts.values()].reduce((sum, sockets) => sum + sockets, 0),
  );
  assert.ok(byPid.size >= 3, 'the large piles are in the digest');
  for (const [pid, sockets] of byPid) assert.equal(sockets, counts.get(pid), `CLOSE_WAIT of PID ${pid}`);
};

interface Warm {
  /** Milliseconds, medians: by the clock, and what its thread got of a processor. They differ where the machine does other things. */
  readonly clock: number;
  readonly cpu: number;
}

const cpuMilliseconds = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const warm = async (listing: Buffer): Promise<Warm> => {
  const clock: number[] = [];
  const cpu: number[] = [];
  for (let i = 0; i < WARM_UP + RUNS; i += 1) {
    const [start, cpuStart] = [performance.now(), cpuMilliseconds()];
    await digestOf(listing);
    clock.push(performance.now() - start);
    cpu.push(cpuMilliseconds() - cpuStart);
  }
  return { clock: median(clock.slice(WARM_UP)), cpu: median(cpu.slice(WARM_UP)) };
};

interface Measured {
  readonly name: string;
  readonly milliseconds: number | null;
}

const print = (dialect: Dialect, bytes: number, measured: readonly Measured[]): void => {
  const mawk = measured.find(({ name }) => name.startsWith('mawk'))?.milliseconds ?? null;
  process.stdout.write(`\n${COMMANDS[dialect]}, ${SOCKETS} sockets, ${(bytes / 1e6).toFixed(1)} MB\n\n`);
  process.stdout.write('| | median | MB/s | times mawk |\n| --- | --: | --: | --: |\n');
  for (const { name, milliseconds } of measured) {
    const ratio = mawk === null || milliseconds === null ? '' : (milliseconds / mawk).toFixed(1);
    const cells =
      milliseconds === null
        ? ['not installed', '', '']
        : [`${milliseconds.toFixed(0)} ms`, (bytes / milliseconds / 1000).toFixed(0), ratio];
    process.stdout.write(`| ${[name, ...cells].join(' | ')} |\n`);
  }
};

const bundle = async (folder: string): Promise<string> => {
  const outfile = join(folder, 'whole.mjs');
  const entryPoints = [join(import.meta.dirname, 'whole.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', target: 'node24', minify: true, logLevel: 'error' });
  return outfile;
};

const measure = async (dialect: Dialect, folder: string, whole: string): Promise<void> => {
  const rows = makeSockets(SOCKETS);
  const listing = listingOf(dialect, rows);
  const path = join(folder, `${dialect}.txt`);
  writeFileSync(path, listing);
  await check(dialect, listing, path, rows.length);
  const cli = join(import.meta.dirname, '../../bin/closewatch.js');
  // jc reads `ss` with a Netid column only (`ss -tanp` makes it fail).
  const forJc = dialect === 'ss' ? withNetid(listing) : listing;
  const node = (...args: readonly string[]) => runProcess(process.execPath, args);
  const processes = medians([
    { name: 'digest, whole process (bundled)', runs: RUNS, run: () => node(whole, path) },
    { name: 'Node alone (`node -e 0`)', runs: RUNS, run: () => node('-e', '0') },
    { name: '`closewatch analyze FILE`, as a user runs it', runs: RUNS, run: () => node(cli, 'analyze', path) },
    { name: '`closewatch --help`', runs: RUNS, run: () => node(cli, '--help') },
    { name: 'mawk, CLOSE_WAIT per PID', runs: RUNS, run: () => runMawk(dialect, path) },
    { name: 'jc', runs: JC_RUNS, run: () => runJc(dialect, forJc) },
  ]);
  const { clock, cpu } = await warm(listing);
  print(dialect, listing.length, [
    { name: 'digest, in process, warm', milliseconds: clock },
    { name: 'the same, CPU time of its thread', milliseconds: cpu },
    ...processes,
  ]);
};

const [cpu] = cpus();
process.stdout.write(
  `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.versions.node}, medians of ${RUNS}, load ${loadavg()[0]?.toFixed(1)}\n`,
);
const folder = mkdtempSync(join(tmpdir(), 'closewatch-bench-'));
// Of its own, so that the first of its runs finds nothing kept, and the others what that one has kept.
process.env.XDG_CACHE_HOME = folder;
try {
  const whole = await bundle(folder);
  for (const dialect of ['ss', 'netstat'] as const) await measure(dialect, folder, whole);
} finally {
  rmSync(folder, { recursive: true });
}
