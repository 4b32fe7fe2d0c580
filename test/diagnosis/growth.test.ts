import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzeMade, connections, type MadeSnapshot, type MadeSocket, timeAt } from '../support/made.ts';

/** Trends and forecasts over a window of minutes, with the range that most hosts have. */

const RANGE = [32_768, 60_999] as const;
const SYNC = ['sync', 4312] as const;

const pile = (count: number, owner: readonly [string, number] = SYNC, cookie = 1): readonly MadeSocket[] =>
  connections(count, { state: 'CLOSE-WAIT', peer: '10.0.0.9:80', recvQ: 1, owner, from: 33_000, cookie });

const minutes = (counts: readonly number[], more: (minute: number) => Partial<MadeSnapshot> = () => ({})): readonly MadeSnapshot[] =>
  counts.map((count, minute) => ({ at: 60 * minute, sockets: pile(count), range: RANGE, ...more(minute) }));

const minuteOf = (at: string | null | undefined): number => (Date.parse(at ?? '') - Date.parse(timeAt(0))) / 60_000;

test('forecasts when the ports run out, and the interval holds it', async () => {
  const [first] = await analyzeMade(minutes([100, 510, 885, 1320, 1700, 2130]));
  // By hand: about 406 a minute; 28,232 − 2,130 are left after minute 5: some 64 minutes more.
  assert.ok(Math.abs(minuteOf(first?.trend.exhaustsAt) - 69.3) < 1, String(first?.trend.exhaustsAt));
  const [earliest, latest] = first?.trend.exhaustsBetween ?? [];
  assert.ok((earliest ?? '') <= (first?.trend.exhaustsAt ?? '') && (first?.trend.exhaustsAt ?? '') <= (latest ?? ''));
  assert.equal(first?.trend.runsOut, 'ephemeral-ports');
  assert.equal(first?.severity, 'warning');
  assert.match(first?.explanation ?? '', /At \d+ a minute the ports last until about/);
});

test('a successor with another PID is the culprit, and its growth its own', async () => {
  const snapshots = [2000, 2400, 2800, 100, 300, 500].map((count, minute) => ({
    at: 60 * minute,
    sockets: pile(count, minute < 3 ? SYNC : ['sync', 5000], minute < 3 ? 1 : 50_000),
    range: RANGE,
  }));
  const [first] = await analyzeMade(snapshots);
  assert.equal(first?.culprit?.pid, 5000);
  assert.equal(first?.openedAt, timeAt(180));
});

test('another program with the PID of the culprit does not inherit its pile', async () => {
  const snapshots = [800, 900, 1000, 0, 0].map((count, minute) => ({
    at: 60 * minute,
    sockets: [
      ...pile(count),
      ...(minute < 3 ? [] : connections(30, { state: 'ESTAB', peer: '10.0.0.7:443', owner: ['cron', 4312], from: 40_000, cookie: 90_000 })),
    ],
    range: RANGE,
  }));
  const analyses = await analyzeMade(snapshots);
  assert.deepEqual(
    analyses.filter(({ status, culprit }) => status === 'open' || culprit?.command === 'cron'),
    [],
  );
});

test('the same program with the same PID after a restart is told by when it began', async () => {
  const ps = (seconds: number) => ({ ps: [`4312 1 root ${seconds} /usr/bin/sync`] });
  const snapshots = minutes([1500, 1600, 1700, 1000, 1100, 1200], (minute) =>
    ps(minute < 3 ? 9000 + 60 * minute : 60 * (minute - 3) + 30),
  ).map((made) => (made.at < 180 ? made : { ...made, sockets: pile(made.sockets.length, SYNC, 50_000) }));
  const [first] = await analyzeMade(snapshots);
  assert.equal(first?.openedAt, timeAt(180));
  assert.ok(Math.abs((first?.trend.perMinute ?? 0) - 100) < 1, String(first?.trend.perMinute));
});

test('a pile that has stopped growing says so, and is no forecast', async () => {
  const [first] = await analyzeMade(minutes([2000, 6000, 10_000, 14_000, 16_000, 16_000, 16_000, 16_000, 16_000, 16_000, 16_000]));
  assert.equal(first?.trend.exhaustsAt, null);
  assert.match(first?.explanation ?? '', /not growing at present/);
});

test('no forecast from two points', async () => {
  const [first] = await analyzeMade(minutes([15_000, 16_000]));
  assert.equal(first?.severity, 'warning');
  assert.equal(first?.trend.perMinute, null);
  assert.equal(first?.trend.exhaustsAt, null);
});

test('forecasts what breaks first: a program with few descriptors fails itself before the ports run out', async () => {
  const [first] = await analyzeMade(
    minutes([100, 200, 300, 400, 500], (minute) => ({ ps: ['4312 1 root 9000 sync'], fds: [`4312 ${120 + 100 * minute} 1024 4096`] })),
  );
  assert.equal(first?.trend.runsOut, 'descriptors');
  // 1,024 − 520 are left after minute 4, at 100 a minute.
  assert.ok(Math.abs(minuteOf(first?.trend.exhaustsAt) - 9.04) < 0.1);
  assert.match(first?.explanation ?? '', /its own descriptors \(520 of 1,024 open\)/);
});

test('a busy program with thousands of short-lived CLOSE_WAIT is no finding, by cookie or by 4-tuple', async () => {
  const busy = (withCookie: boolean) =>
    Array.from({ length: 6 }, (_, minute) => ({
      at: 60 * minute,
      sockets: Array.from({ length: 5000 }, (_socket, i): MadeSocket => {
        // Another 5,000 of the 28,232 ports each time.
        const port = RANGE[0] + ((minute * 7919 + i * 5) % 28_232);
        const socket = { state: 'CLOSE-WAIT', local: `10.0.0.1:${port}`, peer: '10.0.0.9:80', recvQ: 1, owner: ['proxy', 77] as const };
        return withCookie ? { ...socket, cookie: 10_000 * minute + i + 1 } : socket;
      }),
      range: RANGE,
    }));
  for (const withCookie of [true, false]) {
    const analyses = await analyzeMade(busy(withCookie));
    assert.deepEqual(
      analyses.filter(({ severity }) => severity !== 'info'),
      [],
    );
  }
});

/** All ports of a narrow range in another order for each seed (a linear congruential sequence of period 1,024, cut to 1,000). */
const shuffled = (seed: number): readonly number[] => {
  const ports: number[] = [];
  for (let x = (seed * 389) % 1024, i = 0; i < 1024; i += 1, x = (x * (4 * ((seed * 37) % 200) + 5) + 2 * seed + 1) % 1024)
    if (x < 1000) ports.push(x);
  return ports;
};

test('in a narrow range 4-tuples are soon taken again: that is chance, and no proof of staying', async () => {
  const snapshots = Array.from({ length: 6 }, (_, minute) => ({
    at: 60 * minute,
    sockets: shuffled(minute + 1)
      .slice(0, 600)
      .map(
        (port): MadeSocket => ({
          state: 'CLOSE-WAIT',
          local: `10.0.0.1:${20_000 + port}`,
          peer: '10.0.0.9:80',
          recvQ: 1,
          owner: ['proxy', 77],
        }),
      ),
    range: [20_000, 20_999] as const,
  }));
  assert.deepEqual(
    (await analyzeMade(snapshots)).filter(({ severity }) => severity !== 'info'),
    [],
  );
});
