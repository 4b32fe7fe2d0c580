import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Board } from '../../lib/cases/board.ts';
import { at, every, SimulatedHost } from '../support/simulated-host.ts';

/** An item of the table holds 400 KB (DynamoDB's limit); the board is written as one, and must fit whatever happens on a host. */
const MAX_BYTES = 300 * 1024;

/** Bytes of the largest board that was written, before it is compressed. */
const watchBoards = (host: SimulatedHost): (() => number) => {
  let largest = 0;
  const { boards } = host.world;
  const set = boards.set.bind(boards);
  boards.set = (name: string, board: Board) => {
    largest = Math.max(largest, Buffer.byteLength(JSON.stringify(board)));
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
  console.log(`largest board: ${Math.round(largest() / 1024)} KB before compression`);
  assert.ok(largest() > 20 * 1024, 'the test has contested nothing');
  assert.ok(largest() < MAX_BYTES);
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
