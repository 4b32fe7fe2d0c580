import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** Which folder may import which: dependencies point inward (functions and bin → use cases → pure core). */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'lib/model': [],
  'lib/text': ['lib/model'],
  'lib/access': [],
  'lib/parsers': ['lib/model', 'lib/text'],
  'lib/digest': ['lib/model', 'lib/parsers', 'lib/text'],
  'lib/knowledge': ['lib/model', 'lib/text'],
  'lib/diagnosis': ['lib/model', 'lib/digest', 'lib/text', 'lib/knowledge'],
  'lib/cases': ['lib/model', 'lib/diagnosis', 'lib/knowledge', 'lib/text'],
  'lib/fleet': ['lib/model', 'lib/cases', 'lib/text'],
  'lib/timeline': ['lib/model', 'lib/diagnosis', 'lib/text'],
  'lib/report': ['lib/model', 'lib/access', 'lib/cases', 'lib/fleet', 'lib/text'],
  'lib/use-cases': [
    'lib/model',
    'lib/access',
    'lib/digest',
    'lib/diagnosis',
    'lib/cases',
    'lib/fleet',
    'lib/knowledge',
    'lib/text',
    'lib/timeline',
  ],
  'lib/api': ['lib/model', 'lib/use-cases'],
  'lib/adapters': ['lib/model', 'lib/access', 'lib/digest', 'lib/cases', 'lib/fleet', 'lib/report', 'lib/text', 'lib/use-cases'],
  functions: ['lib/access', 'lib/adapters', 'lib/api', 'lib/use-cases', 'lib/report', 'lib/text', 'lib/model'],
  'lib/local': ['functions', 'infra'],
  bin: ['lib/adapters', 'lib/api', 'lib/local', 'lib/model', 'lib/report', 'lib/text', 'lib/use-cases'],
};

const PURE = [
  'lib/model',
  'lib/text',
  'lib/access',
  'lib/parsers',
  'lib/digest',
  'lib/knowledge',
  'lib/diagnosis',
  'lib/cases',
  'lib/fleet',
  'lib/timeline',
  'lib/report',
  'lib/use-cases',
  'lib/api',
];
const PURE_MODULES = new Set([
  'node:buffer',
  'node:crypto',
  'node:util',
  'node:zlib',
  'node:stream',
  'zod/mini',
  'zod/v4/locales/en.js',
  'csv-stringify/sync',
]);
const IMPURE = [/\bDate\.now\(/, /\bnew Date\(\)/, /\bMath\.random\(/, /\bprocess\.(?:env|exit|cwd)\b/];
const MAX_LINES = 300;

const sources = ['lib', 'functions', 'bin']
  .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const folderOf = (path: string): string =>
  Object.keys(MAY_IMPORT).find((folder) => path.startsWith(`${folder}/`)) ?? dirname(path).split('/')[0] ?? '';

const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^|\n)(?:import|export)\s[^;]*?from '([^']+)'/g), ...text.matchAll(/\bimport\('([^']+)'\)/g)].map(
    (match) => match[1] ?? '',
  );

const localImports = ({ path, text }: { path: string; text: string }): readonly string[] =>
  importsOf(text)
    .filter((target) => target.startsWith('.'))
    .map((target) => normalize(join(dirname(path), target)));

test('imports point inward', () => {
  const wrong = sources.flatMap((source) =>
    localImports(source)
      .filter(
        (target) => folderOf(target) !== folderOf(source.path) && !(MAY_IMPORT[folderOf(source.path)] ?? []).includes(folderOf(target)),
      )
      .map((target) => `${source.path} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('only adapters, the functions that compose them and the embedded stack import an SDK', () => {
  const allowed = (path: string): boolean =>
    path.startsWith('lib/adapters/') || path.startsWith('lib/local/') || path.startsWith('functions/compose/');
  const wrong = sources.filter(({ path, text }) => !allowed(path) && importsOf(text).some((target) => target.startsWith('@aws-sdk/')));
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});

test('the core is pure: no file system, network, clock, randomness or environment', () => {
  const wrong = sources
    .filter(({ path }) => PURE.includes(folderOf(path)))
    .flatMap(({ path, text }) => [
      ...importsOf(text)
        .filter((target) => !target.startsWith('.') && !PURE_MODULES.has(target))
        .map((target) => `${path} imports ${target}`),
      ...IMPURE.filter((pattern) => pattern.test(text)).map((pattern) => `${path} uses ${pattern.source}`),
    ]);
  assert.deepEqual(wrong, []);
});

test('no imports run in a circle', () => {
  const graph = new Map(sources.map((source) => [source.path, localImports(source)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (trail.includes(path) || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  assert.deepEqual(circles, []);
});

test('files stay small, and export by name', () => {
  const long = sources
    .filter(({ text }) => text.split('\n').length > MAX_LINES + 1)
    .map(({ path, text }) => `${path}: ${text.split('\n').length} lines`);
  const defaults = sources.filter(({ text }) => /^export default /m.test(text)).map(({ path }) => path);
  assert.deepEqual([...long, ...defaults], []);
});

test('every function is an entry of at most 40 lines', () => {
  const long = sources
    .filter(({ path }) => /^functions\/(ingest|sweep|query|attend|uploads)\.ts$/.test(path))
    .filter(({ text }) => text.split('\n').length > 41);
  assert.deepEqual(
    long.map(({ path }) => path),
    [],
  );
});
