import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { bundle, FUNCTIONS } from '../../infra/bundle.ts';
import { machine, median } from '../fleet/measure.ts';
import { bundleControl, CLIENTS, clientsOf } from './control.ts';

/**
 * How long each true bundle takes to load in a fresh process, and what it weighs, against one that is bundled in the same way and
 * imports only the SDK clients that the function itself imports. Both are what is loaded before the handler can be called.
 */

const OUT = '.build/cold-start';
const RUNS = 15;
const MAX_KB = 150;
const MAX_MS = 50;

const ENVIRONMENT = {
  TABLE: 't',
  BUCKET: 'b',
  TOPIC_ARN: 'arn:aws:sns:eu-central-1:000000000000:t',
  AWS_REGION: 'eu-central-1',
  POWERTOOLS_SERVICE_NAME: 'closewatch',
};

/** Loads a module in a fresh process and prints the CPU's time and the wall's; fails where it has no handler. */
const LOAD = `const [began, cpu] = [performance.now(), process.cpuUsage()];
const { handler } = await import(process.argv[1]);
const [ms, used] = [performance.now() - began, process.cpuUsage(cpu)];
if (typeof handler !== 'function') throw new Error('no handler');
process.stdout.write(ms + ' ' + (used.user + used.system) / 1000);`;

interface Loading {
  readonly ms: number;
  /** Of all threads: what a busy machine does not blur. */
  readonly cpuMs: number;
}

const load = (path: string): Loading => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', LOAD, join(process.cwd(), path)], {
    encoding: 'utf8',
    env: { ...process.env, ...ENVIRONMENT },
  });
  assert.equal(status, 0, stderr);
  const [ms = Number.NaN, cpuMs = Number.NaN] = stdout.split(' ').map(Number);
  return { ms, cpuMs };
};

const inKb = (bytes: number): number => bytes / 1024;

await rm(OUT, { recursive: true, force: true });
process.stdout.write(
  `${machine()}, load ${loadavg()[0]?.toFixed(1)}\n\n| function | KB | control | adds | CPU ms | control | adds | wall ms | control | when needed, KB |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n`,
);
const failed: string[] = [];
for (const name of FUNCTIONS) {
  const bundled = await bundle(`functions/${name}.ts`, `${OUT}/${name}`);
  assert.deepEqual(clientsOf(bundled), CLIENTS[name], `${name}'s clients`);
  const bare = await bundleControl(CLIENTS[name], `${OUT}/${name}-control`);
  const [ours, control] = [`${OUT}/${name}/index.cjs`, `${OUT}/${name}-control/out/index.cjs`];
  // By turns, so that what else the machine does meets both.
  const runs = Array.from({ length: RUNS }, () => ({ ours: load(ours), control: load(control) }));
  const of = (which: 'ours' | 'control', what: keyof Loading): number => median(runs.map((run) => run[which][what]));
  const added = { kb: inKb(bundled.first.bytes - bare.first.bytes), cpuMs: of('ours', 'cpuMs') - of('control', 'cpuMs') };
  if (added.kb > MAX_KB || added.cpuMs > MAX_MS) failed.push(name);
  const times = [of('ours', 'cpuMs'), of('control', 'cpuMs'), added.cpuMs, of('ours', 'ms'), of('control', 'ms')];
  const cells = [inKb(bundled.first.bytes), inKb(bare.first.bytes), added.kb, ...times].map((value) => value.toFixed(0));
  const later = [...bundled.later].map(([module, { bytes }]) => `${basename(module, '.ts')} ${inKb(bytes).toFixed(0)}`);
  process.stdout.write(`| ${name} | ${cells.join(' | ')} | ${later.join(', ')} |\n`);
}
process.stdout.write(failed.length === 0 ? `each adds at most ${MAX_KB} KB and ${MAX_MS} ms\n` : `too much: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
