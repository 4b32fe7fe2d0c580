import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Board } from '../../lib/cases/board.ts';
import { at, every, SimulatedHost } from '../support/simulated-host.ts';

/** An item of the table holds 400 KB (DynamoDB's limit); the board is written as one, and must fit whatever happens on a host. */
const MAX_BYTES = 300 * 1024;

interface Size {
  readonly bytes: number;
  readonly compressed: number;
}

/** The largest board that was written. */
const watchBoards = (host: SimulatedHost): (() => Size) => {
  let largest: Size = { bytes: 0, compressed: 0 };
  const { boards } = host.world;
  const set = boards.set.bind(boards);
  boards.set = (name: string, board: Board) => {
    const json = Buffer.from(JSON.stringify(board));
    if (json.length > largest.bytes) largest = { bytes: json.length, compressed: gzipSync(json).length };
    return set(name, board);
  };
  return () => largest;
};

/** Failures of forty ports at once, others each time; each of them for minutes. */
const failures = (round: number, now: string): string =>
  Array.from({ length: 40 }, (_, i) => 1024 + ((40 * round + i) % 30_000))
    .flatMap((port) =>
      [0, 1, 2].map((minute) => {
        const time = new Date(Date.parse(now) - minute * 60_000).toISOString();
        return `${time} ERROR [77] x: cannot start server on port ${port}: [Errno 98] Address already in use, ${'so it goes on '.repeat(10)}`;
      }),
    )
    .join('\n');

test('stays small over a week in which ever other things are contested by ever other programs', async () => {
  const host = new SimulatedHost();
  const largest = watchBoards(host);
  for (const [round, now] of every(180, '10:00', '178:00').entries()) {
    await host.upload(`logs/app-${round % 50}`, now, failures(round, now));
    await host.snapshot(now, [{ pid: 5, command: 'sync', closeWait: round % 2 === 0 ? 600 : 0 }]);
    await host.sweep(new Date(Date.parse(now) + 10 * 60_000).toISOString());
  }
  const { bytes } = largest();
  console.log(`largest board of a restless week: ${Math.round(bytes / 1024)} KB before compression`);
  assert.ok(bytes > 20 * 1024, 'the test has contested nothing');
  assert.ok(bytes < MAX_BYTES);
});

test('fits into an item when twenty programs fight over twenty ports for hours', async () => {
  const host = new SimulatedHost();
  const largest = watchBoards(host);
  const times = every(1, '10:00', '12:00');
  for (let app = 0; app < 20; app += 1) {
    const lines = times.flatMap((time, minute) =>
      Array.from({ length: 20 }, (_, port) => {
        // Texts that differ do not compress into one.
        const noise = createHash('sha256').update(`${app} ${port}`).digest('base64');
        return `${time} ERROR [${app}] x: ${noise} cannot start server on port ${1024 + port}: [Errno 98] Address already in use (${minute % 7})`;
      }),
    );
    await host.upload(`logs/app-${app}`, at('12:01'), lines.join('\n'));
  }
  for (const now of every(5, '12:00', '12:50')) await host.snapshot(now, []);
  const { bytes, compressed } = largest();
  console.log(`largest board of twenty programs: ${Math.round(bytes / 1024)} KB, ${Math.round(compressed / 1024)} KB as stored`);
  assert.ok(bytes > 100 * 1024, 'the test has contested too little');
  assert.ok(compressed < MAX_BYTES);
});

test('keeps a bounded history, and counts on beyond it', async () => {
  const host = new SimulatedHost();
  // Every other hour a leak of two snapshots: ten times.
  for (const [i, now] of every(30, '10:00', '29:30').entries())
    await host.snapshot(now, [{ pid: 5, command: 'sync', closeWait: i % 4 < 2 ? 600 : 0 }]);
  const [analysis] = [...host.world.analyses.values()].map((stored) => stored.analysis);
  assert.equal(analysis?.history.times, 10);
  assert.equal(analysis?.history.since, at('10:00'));
  assert.deepEqual(
    analysis?.history.episodes.map(({ from, to }) => [from, to]),
    // The last eight: from the third, which began at 14:00, on; each is seen to be over an hour later.
    Array.from({ length: 8 }, (_, i) => [at(`${14 + 2 * i}:00`), at(`${15 + 2 * i}:00`)]),
  );
});
