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
