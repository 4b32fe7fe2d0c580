import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { check, type Diagnostics } from 'recheck';
import { alternativesOf, expressionsIn } from './literals.ts';

/**
 * Everything uploaded is hostile, so no regular expression may backtrack worse than linearly. What is asked is `recheck` (an automaton
 * proves it where it can, else attacks are searched for by fuzzing, from a fixed seed).
 */
const ROOTS = ['lib', 'functions', 'bin'];
/** These read nothing that was uploaded, and start servers or programs when imported. */
const NOT_LOADED = /^lib\/(?:local|adapters)\//;
const SEED = 7;
/** The harness's limit only: what recheck judges, it judges by steps. */
const TIMEOUT_MS = 120_000;

interface Expression {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** What is written beside each: why it may stay. None, so far. */
const ACCEPTED: Readonly<Record<string, string>> = {};

const ask = (source: string, flags: string): Promise<Diagnostics> => check(source, flags, { randomSeed: SEED, timeout: TIMEOUT_MS });

/** A true attack takes minutes on what recheck proposes; what is none takes milliseconds. */
const ATTACK_MS = 1000;
/** Of the clock, where ATTACK_MS are of the processor: a machine that others load gives it late. */
const PATIENCE_MS = 60_000;

/** An automaton proves; the fuzzer guesses from few steps, and its attacks must hold in the engine that runs here. */
const isProved = ({ source, flags, checker, attack }: Extract<Diagnostics, { status: 'vulnerable' }>): boolean => {
  if (checker === 'automaton') return true;
  const before = process.cpuUsage();
  try {
    runInNewContext('text.replace(pattern, "")', { pattern: new RegExp(source, flags), text: attack.string }, { timeout: PATIENCE_MS });
  } catch {
    return true;
  }
  return process.cpuUsage(before).user > ATTACK_MS * 1000;
};

const told = (result: Diagnostics): string | null => {
  if (result.status === 'safe' || result.source in ACCEPTED) return null;
  const what = `/${result.source}/${result.flags}`;
  if (result.status === 'unknown') return `${what} could not be judged (${result.error.kind})`;
  return isProved(result) ? `${what} is ${result.complexity.summary}, attacked by ${result.attack.pattern}` : null;
};

/** What is wrong, if anything. What an alternation costs is no more than its alternatives cost one by one: where they are safe, it is. */
const faultsOf = async ({ place, source, flags }: Expression): Promise<readonly string[]> => {
  if (told(await ask(source, flags)) === null) return [];
  const results = await inTurn(alternativesOf(source), (one) => ask(one, flags));
  return results.flatMap((result) => told(result) ?? []).map((fault) => `${place}: ${fault}`);
};

const inTurn = async <T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
};

const allFaults = async (expressions: readonly Expression[]): Promise<readonly string[]> =>
  (await inTurn([...new Map(expressions.map((one) => [`${one.source} ${one.flags}`, one])).values()], faultsOf)).flat();

const made: Expression[] = [];

/** Patterns that are put together from parts are caught where they are made: as the modules load. */
before(async () => {
  const places = new Set(expressionsIn(ROOTS).constructed.map(({ place }) => place.split(':')[0] ?? ''));
  const Native = globalThis.RegExp;
  const recording = new Proxy(Native, {
    construct: (target, [pattern, flags]: [string | RegExp, string?]) => {
      const one = new target(pattern, flags);
      made.push({ place: 'made at run time', source: one.source, flags: one.flags });
      return one;
    },
  });
  globalThis.RegExp = recording;
  for (const place of places) await import(join(process.cwd(), place));
  globalThis.RegExp = Native;
});

test('the analyser finds what is to be found', async () => {
  const bad = ['^(a+)+$', '(?:\\w+\\s?)*$', 'x*x*y', '\\d+(?:ms|s)?\\b', '(?:a|b)[\\w-]*(?:secret|token)["\']?[:=]'];
  for (const source of bad) assert.notDeepEqual(await faultsOf({ place: 'here', source, flags: '' }), [], source);
});

test('every literal is read by a parser, and there are many', () => {
  const { literals } = expressionsIn(ROOTS);
  const files = ROOTS.flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)));
  assert.ok(literals.length > files.filter((name) => name.endsWith('.ts')).length / 4);
  assert.ok(literals.some(({ place }) => place.startsWith('lib/parsers/logs/frames.ts')));
  assert.ok(literals.some(({ place }) => place.startsWith('bin/')));
});

test('no literal can be made to backtrack worse than linearly', async () => {
  assert.deepEqual(await allFaults(expressionsIn(ROOTS).literals), []);
});

test('nor can one that is put together from parts', async () => {
  const { constructed } = expressionsIn(ROOTS);
  assert.deepEqual(
    constructed.filter(({ place }) => NOT_LOADED.test(place)),
    [],
  );
  assert.ok(made.length >= constructed.length);
  assert.deepEqual(await allFaults(made), []);
});
