import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle, FUNCTIONS } from '../../infra/bundle.ts';
import { machine, median } from '../fleet/measure.ts';

/**
 * How long each true bundle takes to load in a fresh process, and what it weighs, against one that is bundled in the same way and
 * imports only the SDK clients that the function itself imports.
 */

const OUT = '.build/cold-start';
const RUNS = 15;
const MAX_KB = 150;
const MAX_MS = 50;

/** What each function's bundle has of the SDK (`infra/bundle.ts`'s metafile says so; checked below). */
const CLIENTS: Readonly<Record<(typeof FUNCTIONS)[number], readonly string[]>> = {
  ingest: ['dynamodb', 's3', 'sns', 'secrets-manager'],
  sweep: ['dynamodb', 's3', 'sns', 'secrets-manager'],
  query: ['dynamodb'],
  attend: ['dynamodb', 'secrets-manager'],
  pages: ['dynamodb', 's3', 'secrets-manager'],
  uploads: ['dynamodb', 's3'],
  rotate: ['secrets-manager'],
};

const NAMES: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDBClient',
  s3: 'S3Client',
  sns: 'SNSClient',
  'secrets-manager': 'SecretsManagerClient',
};

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

const controlFor = async (name: string, clients: readonly string[]): Promise<string> => {
  const entry = `${OUT}/${name}-control.ts`;
  const imports = clients.map((client) => `import { ${NAMES[client]} } from '@aws-sdk/client-${client}';`).join('\n');
  const uses = clients.map((client) => `new ${NAMES[client]}({})`).join(', ');
  await writeFile(entry, `${imports}\nexport const handler = () => [${uses}];\n`);
  const path = `${OUT}/${name}-control.cjs`;
  await bundle(entry, path);
  return path;
};

const kb = (path: string): number => statSync(path).size / 1024;

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
process.stdout.write(
  `${machine()}\n\n| function | KB | control | adds | CPU ms | control | adds | wall ms | control |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n`,
);
const failed: string[] = [];
for (const name of FUNCTIONS) {
  const ours = `${OUT}/${name}.cjs`;
  const inputs = await bundle(`functions/${name}.ts`, ours);
  const clients = Object.keys(NAMES).filter((client) => inputs.some((input) => input.includes(`@aws-sdk/client-${client}/`)));
  assert.deepEqual(clients.toSorted(), [...CLIENTS[name]].toSorted(), `${name}'s clients`);
  const control = await controlFor(name, clients);
  assert.ok(existsSync(control));
  // By turns, so that what else the machine does meets both.
  const runs = Array.from({ length: RUNS }, () => ({ ours: load(ours), control: load(control) }));
  const of = (which: 'ours' | 'control', what: keyof Loading): number => median(runs.map((run) => run[which][what]));
  const added = { kb: kb(ours) - kb(control), cpuMs: of('ours', 'cpuMs') - of('control', 'cpuMs') };
  if (added.kb > MAX_KB || added.cpuMs > MAX_MS) failed.push(name);
  const times = [of('ours', 'cpuMs'), of('control', 'cpuMs'), added.cpuMs, of('ours', 'ms'), of('control', 'ms')];
  const cells = [kb(ours), kb(control), added.kb, ...times].map((value) => value.toFixed(0));
  process.stdout.write(`| ${name} | ${cells.join(' | ')} |\n`);
}
process.stdout.write(failed.length === 0 ? `each adds at most ${MAX_KB} KB and ${MAX_MS} ms\n` : `too much: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
