import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Failure } from '../../../lib/model/failure.ts';
import { LineSplitter } from '../../../lib/parsers/lines.ts';
import { HintedText, hasHint } from '../../../lib/parsers/logs/hints.ts';
import { kindOfLine, SIGNATURES } from '../../../lib/parsers/logs/kind.ts';
import { LogReader } from '../../../lib/parsers/logs/reader.ts';
import { LogSkimmer, type SkimSink, type SkimSizes } from '../../../lib/parsers/logs/skim.ts';

const OPTIONS = { uploadedAt: '2026-11-23T12:00:00.000Z', zone: null };

/** What is only looked at around a wording is no part of it: fast-check cannot make texts for it, nor must it. */
const bare = (source: string): string =>
  source
    .replaceAll(/\(\?<!(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, '')
    .replaceAll('\\b', '')
    .replaceAll('(?:^|[:(.] ?)', '');

const hintsIn = (bytes: Buffer): readonly number[] => {
  const text = new HintedText(bytes.length);
  text.bytes.set(bytes);
  return text.hints(0, bytes.length);
};

test('each wording of a failure has a hint, in a text and in its bytes', () => {
  let tried = 0;
  for (const { pattern } of SIGNATURES) {
    const texts = fc.stringMatching(new RegExp(`^(?:${bare(pattern.source)})$`));
    fc.assert(
      fc.property(texts, (text) => {
        tried += 1;
        assert.ok(hasHint(text), text);
        assert.ok(hintsIn(Buffer.from(`a line\n${text.replaceAll('\n', ' ')}\nanother\n`)).length >= 1, text);
      }),
      { numRuns: 2000 },
    );
  }
  assert.ok(tried >= 5 * 2000);
});

test('each line of the recorded logs that tells a failure has a hint', () => {
  let told = 0;
  for (const name of readdirSync('test/fixtures', { recursive: true, encoding: 'utf8' })) {
    if (!name.includes('logs')) continue;
    const path = join('test/fixtures', name);
    let text = '';
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      continue;
    }
    for (const line of text.split('\n')) {
      if (kindOfLine(line) === null) continue;
      told += 1;
      assert.ok(hasHint(line), line);
    }
  }
  assert.ok(told > 50, `${told} lines`);
});

const wholly = (bytes: Buffer): readonly Failure[] => {
  const failures: Failure[] = [];
  const reader = new LogReader(OPTIONS, (failure) => failures.push(failure));
  const lines = new LineSplitter((text, line) => reader.line(text, line));
  lines.push(bytes);
  lines.end();
  reader.end();
  return failures;
};

interface Skimmed {
  readonly failures: readonly Failure[];
  readonly handed: number;
  readonly total: number;
}

const skimmed = (bytes: Buffer, chunk: number, sizes?: SkimSizes): Skimmed => {
  const failures: Failure[] = [];
  let handed = 0;
  const reader = new LogReader(OPTIONS, (failure) => failures.push(failure));
  const sink: SkimSink = {
    line: (text, line, isCalm) => {
      handed += 1;
      reader.line(text, line, isCalm);
    },
    gap: (lines) => reader.gap(lines),
  };
  const skimmer = new LogSkimmer(sink, sizes);
  for (let at = 0; at < bytes.length; at += chunk) skimmer.push(bytes.subarray(at, at + chunk));
  skimmer.end();
  const result = reader.end();
  return { failures, handed, total: result.kind === 'read' ? result.account.total : -1 };
};

const at = (i: number): string =>
  new Date(Date.parse('2026-11-23T08:00:00.000Z') + i * 37).toISOString().replace('T', ' ').replace('Z', '');
const calm = (i: number): string => `${at(i)}  INFO 4711 --- [exec-${i % 50}] c.a.shop.OrderService : order ${i} placed in ${i % 300} ms`;

const TRACE = [
  'java.net.BindException: Address already in use (Bind failed)',
  '\tat java.base/sun.nio.ch.Net.bind0(Native Method)',
  ...Array.from({ length: 40 }, (_, k) => `\tat c.a.http.Client.connect${k}(Client.java:${k})`),
];

/** What fails, in several forms: a trace whose cause is deep, one line, a server that has announced its port. */
const FAILING: readonly ((i: number) => readonly string[])[] = [
  (i) => [`${at(i)} ERROR 4711 --- [exec-1] c.a.auth.LoginService : login failed`, ...TRACE],
  (i) => [
    `${at(i)} ERROR 4711 --- [exec-2] c.a.auth.LoginService : wrapped`,
    'c.a.Outer: outer',
    ...TRACE.slice(1),
    `Caused by: ${TRACE[0]}`,
    ...TRACE.slice(1, 4),
  ],
  (i) => [`${at(i)} ERROR 4711 --- [exec-3] c.a.db.Pool : Too many open files`],
  (i) => [
    `${at(i)}  INFO 4711 --- [main] o.s.b.w.e.tomcat.TomcatWebServer : Tomcat initialized with port 8080 (http)`,
    calm(i),
    `${at(i)} ERROR 4711 --- [main] o.a.c.u.LifecycleBase : Failed to start: Address already in use`,
  ],
];

const logOf = (lines: number, failing: ReadonlyMap<number, number>, frame: (line: string) => string): Buffer => {
  const all: string[] = [];
  for (let i = 0; i < lines; i += 1) {
    const kind = failing.get(i);
    all.push(...(kind === undefined ? [calm(i)] : (FAILING[kind % FAILING.length]?.(i) ?? [])));
  }
  return Buffer.from(`${all.map(frame).join('\n')}\n`);
};

const plain = (line: string): string => line;
const docker = (line: string): string => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2026-11-23T08:00:00.000000000Z' });
const cri = (line: string): string => `2026-11-23T08:00:00.000000000Z stdout F ${line}`;

const FORMS = [
  ['plain', plain],
  ['in docker’s JSON', docker],
  ['in containerd’s form', cri],
] as const;

const planted = (lines: number) =>
  fc.uniqueArray(fc.tuple(fc.nat(lines - 1), fc.nat(3)), { minLength: 1, maxLength: 40, selector: ([line]) => line });

const same = (bytes: Buffer, chunk: number, sizes?: SkimSizes): Skimmed => {
  const read = skimmed(bytes, chunk, sizes);
  assert.deepEqual(read.failures, wholly(bytes));
  assert.equal(read.total, bytes.toString('latin1').split('\n').length - 1);
  return read;
};

for (const [name, frame] of FORMS)
  test(`a skimmed log tells the same failures as one that is read line by line, ${name}`, () => {
    const lines = name === 'plain' ? 40_000 : 25_000;
    fc.assert(
      fc.property(planted(lines), fc.integer({ min: 1000, max: 3_000_000 }), (failing, chunk) => {
        const bytes = logOf(lines, new Map(failing), frame);
        assert.ok(bytes.length > 3 * 1024 * 1024);
        const read = same(bytes, chunk);
        assert.ok(read.handed < read.total, 'something was skimmed');
      }),
      { numRuns: 4 },
    );
  });

/** Borders of blocks fall everywhere in records; a block, and what is kept of one, holds a record and what announces its port. */
const smallSizes = fc.record({
  whole: fc.integer({ min: 400, max: 20_000 }),
  block: fc.integer({ min: 10_000, max: 30_000 }),
  back: fc.integer({ min: 16_000, max: 40_000 }),
});

for (const [name, frame] of FORMS)
  test(`and so wherever its blocks end, ${name}`, () => {
    let [handed, total] = [0, 0];
    fc.assert(
      fc.property(planted(600), fc.integer({ min: 1, max: 60_000 }), smallSizes, (failing, chunk, sizes) => {
        const read = same(logOf(600, new Map(failing.slice(0, 6)), frame), chunk, sizes);
        handed += read.handed;
        total += read.total;
      }),
      { numRuns: 150 },
    );
    assert.ok(name !== 'plain' || handed < total / 2, `${handed} of ${total} lines were read`);
  });

const PART = 16 * 1024;
const dockerParts = (line: string): string =>
  `${line}\n`
    .match(new RegExp(`[^]{1,${PART}}`, 'g'))
    ?.map((log) => JSON.stringify({ log, stream: 'stdout', time: '2026-11-23T08:00:00.000000000Z' }))
    .join('\n') ?? '';
const criParts = (line: string): string => {
  const parts = line.match(new RegExp(`[^]{1,${PART}}`, 'g')) ?? [];
  return parts.map((part, i) => `2026-11-23T08:00:00.000000000Z stdout ${i < parts.length - 1 ? 'P' : 'F'} ${part}`).join('\n');
};

for (const [name, frame] of [
  ['docker', dockerParts],
  ['containerd', criParts],
] as const)
  test(`a wording that ${name} cuts in two is found`, () => {
    const told = 'Caused by: java.net.BindException: Address already in use';
    const failing = (padding: number): string =>
      JSON.stringify({
        '@timestamp': at(2000),
        message: 'login failed',
        stack_trace: `${'x'.repeat(padding)}\n${told}\n\tat a.b.C.d(C.java:1)`,
      });
    const unpadded = failing(0).indexOf(told);
    for (let cut = 0; cut <= told.length; cut += 1) {
      const lines = Array.from({ length: 4000 }, (_, i) => calm(i));
      lines[2000] = failing(PART - unpadded - cut);
      const read = same(Buffer.from(`${lines.map(frame).join('\n')}\n`), 1 << 20, { whole: 20_000, block: 100_000, back: 50_000 });
      assert.equal(read.failures.length, 1, `cut behind ${cut}`);
      assert.ok(read.handed < read.total, 'something was skimmed');
    }
  });

test('a line without an end is never held whole, and what follows it is read', () => {
  const failures: Failure[] = [];
  let longest = 0;
  const reader = new LogReader(OPTIONS, (failure) => failures.push(failure));
  const skimmer = new LogSkimmer({
    line: (text, line) => {
      longest = Math.max(longest, text.length);
      reader.line(text, line);
    },
    gap: (lines) => reader.gap(lines),
  });
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 3; i += 1) skimmer.push(logOf(8000, new Map(), plain));
  for (let i = 0; i < 64; i += 1) skimmer.push(chunk);
  skimmer.push(Buffer.from(`\n${at(1)} ERROR x : Too many open files\n`));
  skimmer.end();
  const result = reader.end();
  assert.ok(longest <= 256 * 1024, `${longest}`);
  assert.deepEqual([failures.length, failures[0]?.lines, result.kind === 'read' && result.account.total], [1, [24_002, 24_002], 24_002]);
});
