import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzePaths, type FileReader } from '../../lib/use-cases/analyze.ts';
import { bytesOf } from '../support/read.ts';

/** Files in memory, in the key layout. */
const filesOf = (contents: Readonly<Record<string, string>>): FileReader => ({
  list: async () => Object.keys(contents).map((path) => ({ path, relative: path, modifiedAt: '2026-11-23T12:00:00.000Z' })),
  read: (path) => bytesOf(contents[path] ?? ''),
});

const at = (minute: number): string => new Date(Date.parse('2026-11-23T10:00:00Z') + minute * 60_000).toISOString();
const stamp = (minute: number): string => at(minute).replaceAll(/[-:]|\.000/g, '');
const LISTENS = 'LISTEN 0 128 *:8080 *:* users:(("old-api",pid=7,fd=3))\n';
const ORDINARY = 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))\n';

const snapshots = (from: number, to: number, rows: (minute: number) => string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [`hosts/a/snapshots/${stamp(from + i)}`, rows(from + i)]));

const failures = (minutes: readonly number[], zone = 'Z'): string =>
  minutes
    .map((minute) => `${at(minute).replace('Z', zone)} ERROR [77] api: cannot start server on port 8080: [Errno 98] Address already in use`)
    .join('\n');

test('judges hours of files as history: what is over is resolved, with when and how often', async () => {
  const files = filesOf({
    ...snapshots(0, 90, (minute) => ORDINARY + (minute < 20 ? LISTENS : '')),
    'hosts/a/logs/api/x.log': failures([5, 6, 7]),
  });
  const { analyses, read } = await analyzePaths(['x'], files);
  assert.deepEqual([read.snapshots, read.logs], [91, 1]);
  assert.deepEqual(
    analyses.map(({ cause, status, resolvedAt, victims }) => [cause, status, resolvedAt, victims[0]?.failures]),
    [['listener-conflict', 'resolved', at(20), 3]],
  );
});

test('opens a case that returns within a day again, and keeps counting', async () => {
  const files = filesOf({
    ...snapshots(0, 90, (minute) => ORDINARY + (minute < 20 || minute >= 60 ? LISTENS : '')),
    'hosts/a/logs/api/x.log': failures([5, 6, 7, 70, 71]),
  });
  const { analyses } = await analyzePaths(['x'], files);
  assert.deepEqual(
    analyses.map(({ cause, status, openedAt, victims }) => [cause, status, openedAt, victims[0]?.failures]),
    [['listener-conflict', 'open', at(5), 5]],
  );
});

test('takes the zone that it is told for times that name none', async () => {
  const local = failures([65, 66], '').replaceAll('T', ' ');
  const files = filesOf({ ...snapshots(0, 10, () => ORDINARY + LISTENS), 'hosts/a/logs/api/x.log': local });
  const { analyses } = await analyzePaths(['x'], files, { timezone: '+01:00' });
  assert.deepEqual(
    analyses.map(({ cause, victims }) => [cause, victims[0]?.firstAt]),
    [['listener-conflict', at(5)]],
  );
});

const told = async (contents: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  (await analyzePaths(['x'], filesOf(contents))).analyses
    .filter(({ severity }) => severity !== 'info')
    .map(({ cause, mechanism }) => `${cause} ${mechanism}`);

const RANGE = '==> sysctl <==\nnet.ipv4.ip_local_port_range = 20000 20199\n';
const closeWait = (ids: readonly number[]): string =>
  ids
    .map((id) => `CLOSE-WAIT 1 0 10.0.0.1:${20_000 + id} 10.0.0.9:80 users:(("pool",pid=5,fd=${id})) ino:${id + 1} sk:${id.toString(16)}\n`)
    .join('');
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

test('finds a small leak by its steady growth, and no leak in a pool that reaps', async () => {
  assert.deepEqual(await told(snapshots(0, 6, (minute) => ORDINARY + closeWait(upTo(6 + 2 * minute)) + RANGE)), [
    'close-wait-leak none-yet',
  ]);
  // As many at each moment, but others each time.
  assert.deepEqual(
    await told(snapshots(0, 6, (minute) => ORDINARY + closeWait(upTo(6 + 2 * minute).map((id) => id + 20 * minute)) + RANGE)),
    [],
  );
  // Growing and shrinking.
  assert.deepEqual(await told(snapshots(0, 6, (minute) => ORDINARY + closeWait(upTo(8 + 8 * (minute % 2))) + RANGE)), []);
});

const netstat = (queue: number): string =>
  `Active Internet connections (servers and established)\nProto Recv-Q Send-Q Local Address Foreign Address State PID/Program name\ntcp ${queue} 0 0.0.0.0:8443 0.0.0.0:* LISTEN 9/gateway\n${upTo(
    queue,
  )
    .map((i) => `tcp 11 0 10.0.0.1:8443 10.0.0.2:${40_000 + i} CLOSE_WAIT -\n`)
    .join('')}`;

test('takes an accept queue for full that stays at one length where netstat shows no limit, and says so', async () => {
  assert.deepEqual(await told(snapshots(0, 3, () => netstat(101))), ['accept-backlog accept-queue-full']);
  assert.deepEqual(await told(snapshots(0, 3, (minute) => netstat(80 + minute))), ['accept-backlog none-yet']);
});
