import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { type Bundle, bundle, FUNCTIONS } from '../../infra/bundle.ts';
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

/** What an event loads beside its handler, where that is more than nothing. */
const FIRST_EVENTS: readonly (readonly [what: string, name: (typeof FUNCTIONS)[number], modules: readonly string[]])[] = [
  ['ingest: a log without failures', 'ingest', ['lib/digest/digest-logs.ts']],
  ["ingest: a calm host's snapshot", 'ingest', ['lib/digest/digest-snapshots.ts', 'lib/use-cases/calm.ts']],
  [
    'ingest: a snapshot that opens a case',
    'ingest',
    ['lib/digest/digest-snapshots.ts', 'lib/use-cases/calm.ts', 'lib/use-cases/decide.ts', 'lib/adapters/announcer.ts'],
  ],
  ['sweep: a host has something open', 'sweep', ['lib/use-cases/decide.ts']],
];

/** Loads modules in a fresh process, the first of which has the handler, and prints the CPU's time and the wall's. */
const LOAD = `const [began, cpu] = [performance.now(), process.cpuUsage()];
const [, first, ...later] = process.argv;
const { handler } = await import(first);
const require = process.getBuiltinModule('node:module').createRequire(first);
for (const path of later) require(path);
const [ms, used] = [performance.now() - began, process.cpuUsage(cpu)];
if (typeof handler !== 'function') throw new Error('no handler');
process.stdout.write(ms + ' ' + (used.user + used.system) / 1000);`;

interface Loading {
  readonly ms: number;
  /** Of all threads: what a busy machine does not blur. */
  readonly cpuMs: number;
}

const load = (...paths: readonly string[]): Loading => {
  const absolute = paths.map((path) => join(process.cwd(), path));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', LOAD, ...absolute], {
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
const large: string[] = [];
const slow: string[] = [];
const bundles = new Map<string, { readonly ours: Bundle; readonly control: Bundle }>();

/** By turns, so that what else the machine does meets both. */
const compared = (ours: readonly string[], control: string): Readonly<Record<'ours' | 'control', Loading>> => {
  const runs = Array.from({ length: RUNS }, () => ({ ours: load(...ours), control: load(control) }));
  const of = (which: 'ours' | 'control'): Loading => ({
    ms: median(runs.map((run) => run[which].ms)),
    cpuMs: median(runs.map((run) => run[which].cpuMs)),
  });
  return { ours: of('ours'), control: of('control') };
};

const row = (cells: readonly (string | number)[]): void => {
  process.stdout.write(`| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(0) : cell)).join(' | ')} |\n`);
};

for (const name of FUNCTIONS) {
  const ours = await bundle(`functions/${name}.ts`, `${OUT}/${name}`);
  assert.deepEqual(clientsOf(ours), CLIENTS[name], `${name}'s clients`);
  const control = await bundleControl(CLIENTS[name], `${OUT}/${name}-control`);
  bundles.set(name, { ours, control });
  const took = compared([`${OUT}/${name}/index.cjs`], `${OUT}/${name}-control/out/index.cjs`);
  const added = { kb: inKb(ours.first.bytes - control.first.bytes), cpuMs: took.ours.cpuMs - took.control.cpuMs };
  if (added.kb > MAX_KB) large.push(name);
  if (added.cpuMs > MAX_MS) slow.push(name);
  const later = [...ours.later].map(([module, { bytes }]) => `${basename(module, '.ts')} ${inKb(bytes).toFixed(0)}`);
  const times = [took.ours.cpuMs, took.control.cpuMs, added.cpuMs, took.ours.ms, took.control.ms];
  row([name, inKb(ours.first.bytes), inKb(control.first.bytes), added.kb, ...times, later.join(', ')]);
}

process.stdout.write('\n| first event | KB | adds | CPU ms | control | adds |\n|---|--:|--:|--:|--:|--:|\n');
for (const [what, name, modules] of FIRST_EVENTS) {
  const found = bundles.get(name);
  assert.ok(found !== undefined);
  const parts = modules.map((module) => found.ours.later.get(module)?.files ?? []);
  assert.ok(
    parts.every(([file]) => file !== undefined),
    `${name} has no part ${modules.join(' or ')}`,
  );
  const files = new Set([...found.ours.first.files, ...parts.flat()]);
  const bytes = [...files].reduce((sum, file) => sum + statSync(`${OUT}/${name}/${file}`).size, 0);
  const paths = ['index.cjs', ...parts.map(([file]) => file)].map((file) => `${OUT}/${name}/${file}`);
  const took = compared(paths, `${OUT}/${name}-control/out/index.cjs`);
  row([
    what,
    inKb(bytes),
    inKb(bytes - found.control.first.bytes),
    took.ours.cpuMs,
    took.control.cpuMs,
    took.ours.cpuMs - took.control.cpuMs,
  ]);
}
const verdict = (names: readonly string[], limit: string): string =>
  names.length === 0 ? `none adds more than ${limit}` : `more than ${limit}: ${names.join(', ')}`;
process.stdout.write(`${verdict(large, `${MAX_KB} KB`)}; ${verdict(slow, `${MAX_MS} ms`)} on this machine\n`);
// Sizes are the same everywhere; how fast a machine is says nothing of a bundle.
process.exitCode = large.length === 0 ? 0 : 1;
