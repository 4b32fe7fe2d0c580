import { strict as assert } from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Planted, writeLog } from './log.ts';

/**
 * A long log from a pipe to its digest (all failures of all runtimes, with their times, threads and traces), against `rg` and `grep` counting the
 * lines that have one of a few needles, and against Node that reads the same and does nothing with it:
 *
 *     node bench/logs/run.ts [--megabytes 500] [--runs 5]
 */
const option = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};

const RUNS = option('runs', 5);
const NEEDLES =
  'Address already in use|Cannot assign requested address|Too many open files|BindException|EADDRINUSE|EMFILE|Timeout waiting for connection';

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const isThere = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

interface Contender {
  readonly name: string;
  readonly needs: readonly string[];
  readonly command: string;
  readonly check: (output: string) => void;
}

const measure = ({ name, needs, command, check }: Contender, bytes: number): string => {
  const missing = needs.filter((program) => !isThere(program));
  if (missing.length > 0) return `| ${name} | ${missing.join(', ')} not installed | |`;
  const times: number[] = [];
  for (let i = 0; i < RUNS; i += 1) {
    const start = performance.now();
    const output = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
    times.push(performance.now() - start);
    check(output);
  }
  return `| ${name} | ${Math.round(median(times))} ms | ${Math.round(bytes / 1000 / median(times))} |`;
};

const READ = "let bytes = 0; from.on('data', (chunk) => { bytes += chunk.length; }).on('end', () => console.log(bytes));";

const folder = mkdtempSync(join(tmpdir(), 'closewatch-bench-'));
const [plain, zipped, bundle] = [join(folder, 'app.log'), join(folder, 'app.log.gz'), join(folder, 'digest.mjs')];
try {
  const planted: Planted = await writeLog(plain, option('megabytes', 500) * 1e6);
  execFileSync('sh', ['-c', `gzip -1 -c ${plain} > ${zipped}`]);
  await build({
    entryPoints: ['bench/logs/digest-stdin.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
    logLevel: 'error',
  });
  let memory = 0;
  const ours = (output: string): void => {
    const { failures, lines, megabytes } = JSON.parse(output) as { failures: number; lines: number; megabytes: number };
    assert.deepEqual([failures, lines], [planted.failures, planted.lines], 'each failure and each line');
    memory = Math.max(memory, megabytes);
  };
  const theirs = (output: string): void => assert.equal(Number(output), planted.failures, 'each failure');
  const read = (output: string): void => assert.equal(Number(output), planted.bytes, 'each byte');
  const node = process.execPath;
  const contenders: readonly Contender[] = [
    { name: 'digest, plain', needs: [], command: `cat ${plain} | ${node} ${bundle}`, check: ours },
    {
      name: 'Node reading only, plain',
      needs: [],
      command: `cat ${plain} | ${node} -e "const from = process.stdin; ${READ}"`,
      check: read,
    },
    { name: 'rg, plain', needs: ['rg'], command: `cat ${plain} | rg -c '${NEEDLES}'`, check: theirs },
    { name: 'grep -E, plain', needs: [], command: `cat ${plain} | LC_ALL=C grep -cE '${NEEDLES}'`, check: theirs },
    { name: 'digest, gzip', needs: [], command: `cat ${zipped} | ${node} ${bundle}`, check: ours },
    {
      name: 'Node inflating only, gzip',
      needs: [],
      command: `cat ${zipped} | ${node} -e "const from = process.stdin.pipe(require('zlib').createGunzip({ chunkSize: 2 ** 20 })); ${READ}"`,
      check: read,
    },
    { name: 'zcat alone, gzip', needs: [], command: `zcat ${zipped} | wc -c`, check: read },
    { name: 'zcat and rg, gzip', needs: ['rg'], command: `zcat ${zipped} | rg -c '${NEEDLES}'`, check: theirs },
  ];
  process.stdout.write(
    `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}, medians of ${RUNS}\n${(planted.bytes / 1e6).toFixed(0)} MB, ${planted.lines} lines, ${planted.failures} failures\n\n| | median | MB/s of plain text |\n| --- | --: | --: |\n`,
  );
  for (const contender of contenders) process.stdout.write(`${measure(contender, planted.bytes)}\n`);
  process.stdout.write(`\nMost memory of the digest: ${memory} MB.\n`);
} finally {
  rmSync(folder, { recursive: true });
}
