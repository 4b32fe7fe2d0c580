import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeFiles } from '../../../lib/adapters/files.ts';
import type { Analysis } from '../../../lib/model/analysis.ts';
import type { HolderRow, WatchView } from '../../../lib/model/watching.ts';
import { renderLook } from '../../../lib/report/watch/json.ts';
import { renderChanges } from '../../../lib/report/watch/lines.ts';
import { bar, sparkline } from '../../../lib/report/watch/marks.ts';
import { renderScreen } from '../../../lib/report/watch/screen.ts';
import { columns, fit, fitEnd, pieces } from '../../../lib/text/columns.ts';
import { analyzePaths } from '../../../lib/use-cases/analyze.ts';
import { incident, incidents } from '../../support/incidents.ts';

const AT = '2026-11-23T10:39:15.000Z';
const row = (command: string | null, change: Partial<HolderRow> = {}): HolderRow => ({
  holder: { kind: 'process', pid: 28429, command },
  side: 'client',
  peer: '10.20.8.21:8080',
  localPort: null,
  established: 12,
  closeWait: 400,
  timeWait: 0,
  other: 0,
  series: [
    [0, 10],
    [1000, 200],
    [2000, 412],
  ],
  perMinute: 380,
  ...change,
});

const view: WatchView = {
  host: 'web-03',
  netns: null,
  since: '2026-11-23T10:38:00.000Z',
  at: AT,
  looks: 26,
  everyMs: 3000,
  ports: {
    address: '10.20.1.3',
    used: 412,
    range: { from: 20_000, to: 20_999, capacity: 1000, isAssumed: false },
    series: [
      [0, 10],
      [2000, 412],
    ],
    perMinute: 380,
    fullAt: { about: '2026-11-23T10:40:48.000Z', earliest: '2026-11-23T10:40:35.000Z', latest: '2026-11-23T10:41:20.000Z' },
  },
  holders: [row('python3'), row('nginx', { side: 'server', peer: null, localPort: 443, closeWait: 0 })],
  descriptors: [{ pid: 28429, command: 'python3', open: 1010, soft: 1024 }],
  logs: [
    { app: 'login', failures: 12, kind: 'address-in-use', lastAt: AT },
    { app: 'sync', failures: 0, kind: null, lastAt: null },
  ],
  analyses: [],
  notes: [],
};

const options = { width: 100, height: 36, colour: false, unicode: true };
const screen = (change: Partial<WatchView> = {}, how: Partial<typeof options> = {}): string =>
  renderScreen({ ...view, ...change }, { ...options, ...how }).join('\n');

const analysesOf = async (name: string): Promise<readonly Analysis[]> => (await analyzePaths([incident(name).folder], nodeFiles)).analyses;

test('shows who holds what, how it grows, and when it ends', () => {
  const text = screen();
  assert.match(text, /PORTS .*█+░+ {2}412 of 1,000 \(41 %\)/);
  assert.match(text, /full in about 93 s \(80 s to 2 min\), \+380 a minute, fullest address 10\.20\.1\.3/);
  assert.match(text, /28429 python3 +10\.20\.8\.21:8080 +12 +400 +· +\+380 {2}▁/);
  assert.match(text, /28429 nginx +serves :443/);
  assert.match(text, /FILES +python3 \(pid 28429\): 1,010 of 1,024 descriptors \(99 %\)/);
  assert.match(text, /LOGS +login: 12 failures, last 10:39:15 UTC \(Address already in use\)/);
  assert.match(text, /Nothing found so far\./);
});

test('shows the diagnosis: what fails, who, and what to do now', async () => {
  const text = screen({ analyses: await analysesOf('seed-ss') });
  assert.match(text, /CRITICAL web-03: login cannot bind, python3 \(pid 28429\) leaks CLOSE_WAIT/);
  assert.match(text, /Do now: Restart python3 \(pid 28429\)/);
});

/** An engineer's terminal, wide or narrow, high or low. */
const size = fc.record({
  width: fc.integer({ min: 40, max: 220 }),
  height: fc.integer({ min: 4, max: 80 }),
  colour: fc.boolean(),
  unicode: fc.boolean(),
});
const bare = (line: string): string => line.replaceAll(/\u001b\[[\d;]{1,8}m/g, '');

test('fits any terminal: no line is wider, no more lines than rows, and the last says how to end it', async () => {
  const all = (await Promise.all(incidents.map(({ name }) => analysesOf(name)))).flat();
  fc.assert(
    fc.property(size, fc.subarray(all), fc.integer({ min: 0, max: 30 }), (how, analyses, holders) => {
      const lines = renderScreen(
        { ...view, analyses, holders: Array.from({ length: holders }, () => row('python3')), notes: ['Not run as root.'] },
        how,
      );
      assert.equal(lines.length <= how.height, true);
      for (const line of lines) assert.ok(columns(bare(line)) <= how.width, `${how.width}: ${bare(line)}`);
      assert.match(bare(lines.at(-1) ?? ''), /Ctrl-C/);
    }),
  );
});

test('stands still: what is below the table does not move as long as no analysis comes', () => {
  const line = (holders: number): number =>
    screen({ holders: Array.from({ length: holders }, () => row('a')) })
      .split('\n')
      .findIndex((text) => text.startsWith('LOGS'));
  assert.deepEqual([line(0), line(1), line(2), line(4)], [line(3), line(3), line(3), line(3)]);
});

const hostile = fc.oneof(
  fc.constantFrom(
    '\u001b[2J',
    '\u001b]0;title\u0007',
    '\u009b31m',
    '\r\n',
    '\u202e',
    'a\u0000b',
    '日本語のサーバー',
    '👩‍💻',
    'e\u0301',
    '`$(reboot)`',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
/** All that steers a terminal or turns text around. */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

test('lets nothing that a host names itself reach the terminal as a command', async () => {
  const [analysis] = await analysesOf('seed-ss');
  assert.ok(analysis !== undefined);
  fc.assert(
    fc.property(hostile, hostile, size, (name, note, how) => {
      const bad: WatchView = {
        ...view,
        netns: name,
        holders: [row(name), row(null)],
        descriptors: [{ pid: 1, command: name, open: 9, soft: 10 }],
        logs: [{ app: name, failures: 1, kind: 'address-in-use', lastAt: AT }],
        analyses: [
          { ...analysis, summary: name, explanation: name, culprit: { pid: 1, command: name, peer: null, localPort: null, unit: name } },
        ],
        notes: [note],
      };
      for (const line of renderScreen(bad, how)) {
        assert.doesNotMatch(bare(line), STEERING);
        assert.ok(columns(bare(line)) <= how.width);
      }
      for (const line of renderChanges(null, bad)) assert.doesNotMatch(line, STEERING);
      assert.doesNotMatch(renderLook(bad), STEERING);
      JSON.parse(renderLook(bad));
    }),
    { numRuns: 2000 },
  );
});

test('prints no colour where none is wanted, and ASCII where nothing else is understood', () => {
  assert.doesNotMatch(screen(), /\u001b/);
  assert.match(screen({}, { colour: true }), /\u001b\[33m/);
  assert.doesNotMatch(screen({}, { unicode: false }), /[^\n\u0020-\u007e]/);
});

test('draws courses and bars as counted by hand', () => {
  assert.equal(
    sparkline(
      [
        [0, 0],
        [10, 4],
        [20, 8],
      ],
      3,
      true,
    ),
    ' ▄█',
  );
  assert.equal(
    sparkline(
      [
        [0, 1],
        [10, 1],
        [20, 1],
      ],
      3,
      true,
      8,
    ),
    '▁▁▁',
  );
  assert.equal(sparkline([[5, 3]], 4, true), '█   ');
  assert.equal(sparkline([], 3, true), '   ');
  assert.equal(bar(0.5, 10, true), '█████░░░░░');
  assert.deepEqual(
    [bar(0, 4, false), bar(0.001, 4, false), bar(0.99, 4, false), bar(1, 4, false), bar(7, 4, false)],
    ['....', '#...', '###.', '####', '####'],
  );
});

test('measures text as terminals show it', () => {
  assert.deepEqual([columns('abc'), columns('日本'), columns('e\u0301')], [3, 4, 1]);
  assert.deepEqual([fit('abc', 5), fit('abc', 5, 'right'), fit('abcdef', 4), fit('日本語', 4)], ['abc  ', '  abc', 'abc…', '日… ']);
  assert.deepEqual([fitEnd('abcdef', 4), fitEnd('ab', 4), fitEnd('[2001:db8::1]:443', 8)], ['…def', 'ab  ', '…:1]:443']);
  assert.deepEqual(pieces('abcdefg', 3), ['abc', 'def', 'g']);
});

test('tells in lines what changed, and nothing else', async () => {
  const [analysis] = await analysesOf('seed-ss');
  assert.ok(analysis !== undefined);
  const first = renderChanges(null, view);
  assert.deepEqual(first.slice(0, 2), [
    '10:39:15 UTC  watching web-03 every 3 s',
    '10:39:15 UTC  ports: 412 of 1,000 (41 %) on 10.20.1.3, +380 a minute, full in about 93 s (80 s to 2 min)',
  ]);
  assert.deepEqual(renderChanges(view, view), []);
  assert.deepEqual(renderChanges(view, { ...view, ports: { ...view.ports, used: 419 } }), []);
  assert.match(renderChanges(view, { ...view, ports: { ...view.ports, used: 500 } }).join(), /500 of 1,000 \(50 %\)/);
  const failing = { ...view, logs: [{ app: 'login', failures: 15, kind: 'address-in-use', lastAt: AT }] } as const;
  assert.deepEqual(renderChanges(view, failing), ['10:39:15 UTC  login: 3 failures more (Address already in use), 15 in all']);
  const told = { ...view, analyses: [analysis] };
  assert.match(renderChanges(view, told)[0] ?? '', /CRITICAL web-03: login cannot bind/);
  assert.deepEqual(renderChanges(told, { ...told, analyses: [{ ...analysis, summary: 'other figures' }] }), []);
  assert.match(renderChanges(told, { ...told, analyses: [{ ...analysis, status: 'resolved', resolvedAt: AT }] })[0] ?? '', /RESOLVED/);
});
