import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CATALOGUE } from '../../lib/knowledge/catalogue.ts';
import { type Clues, noLog } from '../../lib/knowledge/clues.ts';
import { explain } from '../../lib/knowledge/match.ts';
import { type Entry, entrySchema, LANGUAGES, QUEUES } from '../../lib/knowledge/schema.ts';

test('every entry has the form that the schema demands', () => {
  for (const entry of CATALOGUE) assert.deepEqual(entrySchema.parse(entry), entry, entry.id);
});

test('the schema refuses what must not be printed', () => {
  const [first] = CATALOGUE;
  const refused = [
    { fix: 'two\nlines' },
    { fix: 'echo `id`' },
    { mistake: 'a sentence.' },
    { mistake: 'a bell \u0007' },
    { source: 'http://example.org/' },
    { source: 'example.org' },
    { causes: [] },
    { causes: ['inconclusive'] },
    { id: 'Not An Id' },
    { unknown: 'field' },
  ];
  for (const change of refused) assert.equal(entrySchema.safeParse({ ...first, ...change }).success, false, JSON.stringify(change));
  const { frames, messages, warnings, programs, commandLine, ...patternless } = first ?? {};
  assert.equal(entrySchema.safeParse(patternless).success, false, 'an entry that nothing can find');
});

test('ids are unique, and there are at least thirty', () => {
  assert.equal(new Set(CATALOGUE.map(({ id }) => id)).size, CATALOGUE.length);
  assert.ok(CATALOGUE.length >= 30);
});

test('the libraries that people use are known', () => {
  const known = new Set(CATALOGUE.map(({ library }) => library));
  const wanted = [
    'Commons HttpClient 3',
    'Apache HttpClient 4',
    'Apache HttpClient 5',
    'OkHttp',
    'HttpURLConnection',
    "Java's own HttpClient",
    'Netty',
    'Jetty',
    "Jetty's HttpClient",
    'Tomcat',
    'Spring RestTemplate',
    'Spring WebClient',
    'HikariCP',
    'JDBC',
    'Jedis',
    'Lettuce',
    "Kafka's client",
    'http.client',
    'requests',
    'urllib3',
    'aiohttp',
    'httpx',
    'redis-py',
    "Go's net/http",
    "Node.js's http module",
    'fetch (undici)',
    'axios',
    ".NET's HttpClient",
    'PHP-FPM',
    "PHP's curl",
    'Net::HTTP',
    'nginx',
    'HAProxy',
    'Envoy',
    'gRPC for Java',
    'gRPC for Python',
    'gRPC for Go',
  ];
  assert.deepEqual(
    wanted.filter((library) => !known.has(library)),
    [],
  );
  assert.deepEqual(
    LANGUAGES.filter((language) => !CATALOGUE.some((entry) => entry.language === language)),
    [],
  );
});

/** All the clues that an entry's own patterns can give. */
const cluesFor = (entry: Entry): readonly Clues[] => {
  const base = { command: null, args: null, own: noLog, victim: noLog, isVictimCulprit: false };
  const given = [
    ...(entry.frames ?? []).map((frame) => ({ own: { frames: [frame], errors: [] } })),
    ...[...(entry.messages ?? []), ...(entry.warnings ?? [])].map((error) => ({ own: { frames: [], errors: [error] } })),
    ...(entry.programs ?? []).map((command) => ({ command })),
    ...(entry.commandLine ?? []).map((args) => ({ args: `run ${args}` })),
  ];
  const sides = entry.side === 'both' ? (['client', 'server'] as const) : ([entry.side] as const);
  return given.flatMap((one) =>
    entry.causes.flatMap((cause) =>
      sides.flatMap((side) => [...(entry.queues ?? QUEUES), null].map((queues): Clues => ({ ...base, ...one, cause, side, queues }))),
    ),
  );
};

test('no entry is hidden behind another: each is the best answer to something', () => {
  const hidden = CATALOGUE.filter((entry) => !cluesFor(entry).some((clues) => explain(clues)[0]?.entry === entry));
  assert.deepEqual(
    hidden.map(({ id }) => id),
    [],
  );
});

test('entries of one library with the same patterns differ in what they explain', () => {
  const patterns = ({ frames, messages, warnings, programs, commandLine }: Entry) =>
    JSON.stringify([frames, messages, warnings, programs, commandLine]);
  const explains = ({ library, causes, side, queues }: Entry) => JSON.stringify([library, [...causes].sort(), side, queues]);
  const keys = CATALOGUE.map((entry) => patterns(entry) + explains(entry));
  assert.equal(new Set(keys).size, keys.length);
});

test('a pattern belongs to one library only, unless one is built on the other', () => {
  const owners = new Map<string, Set<string>>();
  for (const { library, side, frames, messages, warnings, isSubstrate } of CATALOGUE) {
    if (isSubstrate === true) continue;
    for (const pattern of [...(frames ?? []), ...(messages ?? []), ...(warnings ?? [])]) {
      const key = `${side} ${pattern}`;
      owners.set(key, (owners.get(key) ?? new Set()).add(library));
    }
  }
  assert.deepEqual(
    [...owners].filter(([, libraries]) => libraries.size > 1).map(([pattern]) => pattern),
    [],
  );
});

test('nothing but the schema itself loads the validator: a cold start does not pay for it', () => {
  const root = new URL('../../lib/knowledge', import.meta.url).pathname;
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && name !== 'schema.ts');
  assert.ok(files.length > 8);
  const loading = files.filter((name) => /^import (?!type )[^;]*(?:schema\.ts|'zod')/m.test(readFileSync(join(root, name), 'utf8')));
  assert.deepEqual(loading, []);
});
