import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { bundleControl, CLIENTS, clientsOf } from '../../bench/cold-start/control.ts';
import { type Bundle, bundle, FUNCTIONS } from '../../infra/bundle.ts';
import { openApi } from '../../lib/api/openapi.ts';

/**
 * KB that each function may add to its SDK clients before its handler can be called (bench/cold-start/RESULTS.md): a little above what it does.
 * A new import that goes beyond is needed by the first event, or is imported when it is needed.
 */
const MAX_KB: Readonly<Record<(typeof FUNCTIONS)[number], number>> = {
  ingest: 142,
  sweep: 142,
  query: 150,
  attend: 114,
  pages: 150,
  uploads: 91,
  rotate: 21,
};

const bundles = new Map<string, Bundle>();
let folder = '';

before(async () => {
  mkdirSync('.closewatch', { recursive: true });
  folder = mkdtempSync('.closewatch/bundles-');
  await Promise.all(FUNCTIONS.map(async (name) => bundles.set(name, await bundle(`functions/${name}.ts`, `${folder}/${name}`))));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const bundleOf = (name: string): Bundle => {
  const found = bundles.get(name);
  assert.ok(found !== undefined);
  return found;
};

test('each function has the SDK clients that it needs, and loads first those that most events need', () => {
  for (const name of FUNCTIONS) assert.deepEqual(clientsOf(bundleOf(name)), CLIENTS[name], name);
});

test('each function adds little to its SDK clients before its first event', async () => {
  for (const name of FUNCTIONS) {
    const control = await bundleControl(CLIENTS[name], `${folder}/${name}-control`);
    const added = (bundleOf(name).first.bytes - control.first.bytes) / 1024;
    assert.ok(added <= MAX_KB[name], `${name} adds ${added.toFixed(1)} KB of ${MAX_KB[name]}`);
  }
});

/** By file, since esbuild splits by file: one that is imported for a constant brings along all that it imports. */
test('what most events do not need is not loaded for them', () => {
  const { first, later } = bundleOf('ingest');
  const foldersOf = (modules: readonly string[]): ReadonlySet<string> => new Set(modules.map((module) => module.replace(/[^/]+$/, '')));
  const judging = later.get('lib/use-cases/calm.ts');
  const log = later.get('lib/digest/digest-logs.ts');
  const snapshot = later.get('lib/digest/digest-snapshots.ts');
  assert.ok(judging !== undefined && log !== undefined && snapshot !== undefined);
  for (const folder of ['lib/parsers/', 'lib/parsers/logs/', 'lib/diagnosis/rules/', 'lib/knowledge/entries/', 'lib/report/'])
    assert.ok(!foldersOf(first.modules).has(folder), `the handler loads ${folder}`);
  assert.ok(!foldersOf(judging.modules).has('lib/knowledge/entries/'), 'a calm host needs no advice');
  assert.ok(!foldersOf(snapshot.modules).has('lib/parsers/logs/'), 'a snapshot is no log');
  assert.ok(!log.modules.includes('lib/parsers/ss.ts'), 'a log is no snapshot');
});

const load = (path: string): unknown => createRequire(join(process.cwd(), 'package.json'))(`./${folder}/${path}`);

const entry = z.object({ handler: z.function({ input: [z.unknown(), z.unknown()], output: z.promise(z.unknown()) }) });
const answer = z.object({ statusCode: z.number(), body: z.string() });

test('whatever is loaded later can be loaded', () => {
  for (const name of FUNCTIONS) {
    assert.ok(entry.safeParse(load(`${name}/index.cjs`)).success, name);
    for (const file of readdirSync(`${folder}/${name}`)) assert.equal(typeof load(`${name}/${file}`), 'object', file);
  }
});

test('a bundle answers with what it loads when it is asked for', async () => {
  Object.assign(process.env, { TABLE: 'none', AWS_REGION: 'eu-central-1' });
  const event = {
    version: '2.0',
    rawPath: '/openapi.json',
    headers: {},
    requestContext: { http: { method: 'GET', path: '/openapi.json' } },
  };
  const { statusCode, body } = answer.parse(await entry.parse(load('query/index.cjs')).handler(event, {}));
  assert.equal(statusCode, 200);
  assert.deepEqual(JSON.parse(body), JSON.parse(JSON.stringify(openApi())));
});
