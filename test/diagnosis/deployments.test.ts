import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { connections, filesOf, type MadeSnapshot, readerOf, timeAt } from '../support/made.ts';
import { open, World } from '../support/memory.ts';

const leak: readonly MadeSnapshot[] = [600, 660, 720, 780].map((at, i) => ({
  at,
  sockets: connections(200 * (i + 1), {
    state: 'CLOSE-WAIT',
    peer: '10.0.0.9:80',
    recvQ: 1,
    owner: ['sync', 4312],
    from: 20_000,
    cookie: 1,
  }),
  range: [20_000, 24_999],
}));

const marker = (app: string, seconds: number, more: object = {}): string =>
  JSON.stringify({ kind: 'deploy', app, version: '2.8.1', at: timeAt(seconds), ...more });

const explained = async (events: readonly string[]): Promise<string> => {
  const files = new Map([...filesOf('web-1', leak), ...events.map((text, i): [string, string] => [`hosts/web-1/events/${i}.json`, text])]);
  const { analyses, unparsed } = await analyzePaths(['made'], readerOf(files));
  assert.deepEqual(unparsed, []);
  return analyses[0]?.explanation ?? '';
};

test('places a deployment of the culprit beside the onset', async () => {
  assert.match(await explained([marker('sync', 360)]), /It began 4 min after sync 2\.8\.1 was deployed \(10:06:00 UTC\)\./);
});

test('prefers the program that is involved, and says of another that it may be chance', async () => {
  assert.match(await explained([marker('sync', 360), marker('billing', 540)]), /after sync 2\.8\.1/);
  assert.match(await explained([marker('billing', 540)]), /1 min after billing 2\.8\.1 was deployed.*may be chance/);
});

test('a deployment after the onset, or long before, has no part in it', async () => {
  assert.doesNotMatch(await explained([marker('sync', 779), marker('sync', -3600)]), /deployed/);
});

test('one upload of a CI job marks many hosts, and must name them', async () => {
  const world = new World();
  world.objects.set('events/ci-1.json', Buffer.from(marker('sync', 360, { hosts: ['web-1', 'web-2'] })));
  world.objects.set('events/ci-2.json', Buffer.from(marker('sync', 360)));
  world.objects.set('hosts/web-3/events/bad.json', Buffer.from('{"kind": "deploy", "app": "x", "at": "yesterday"}'));
  const taken = [];
  for (const key of world.objects.keys()) taken.push(await ingest({ bucket: 'uploads', key }, world.deps(open, key)));
  assert.deepEqual(
    [...world.digests.values()].map(({ host, kind }) => [host, kind]),
    [
      ['web-1', 'marker'],
      ['web-2', 'marker'],
    ],
  );
  assert.deepEqual(
    taken.map(({ kind }) => kind),
    ['ingested', 'rejected', 'rejected'],
  );
  assert.match(taken[2]?.kind === 'rejected' ? taken[2].reason : '', /\bat: /);
});
