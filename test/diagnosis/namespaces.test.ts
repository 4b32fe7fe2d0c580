import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzeMade, BIND_ANY, connections, listenOn, type MadeSocket } from '../support/made.ts';
import { readSnapshots } from '../support/read.ts';

const RANGE = [20_000, 20_499] as const;
const leak = connections(500, { state: 'CLOSE-WAIT', peer: '10.0.0.9:80', recvQ: 1, owner: ['sync', 4312], from: 20_000, cookie: 1 });
const web: MadeSocket = { state: 'LISTEN', local: '0.0.0.0:80', peer: '0.0.0.0:*', owner: ['nginx', 10], cookie: 9999 };

test('ports are counted per namespace: a range that is full in one is not in the host’s own', async () => {
  const snapshots = [0, 30, 60].map((at) => ({
    at,
    sockets: [web],
    range: [32_768, 60_999] as const,
    namespaces: { blue: { sockets: leak, range: RANGE } },
  }));
  const [first, ...others] = await analyzeMade(snapshots, [{ app: 'login', at: [10, 40], line: BIND_ANY }]);
  assert.deepEqual(
    { cause: first?.cause, pid: first?.culprit?.pid, netns: first?.resource.netns, ports: first?.ports?.capacity },
    { cause: 'close-wait-leak', pid: 4312, netns: 'blue', ports: 500 },
  );
  assert.deepEqual(others, []);
});

test('the same port may be listened on in two namespaces without a conflict', async () => {
  const inBlue: MadeSocket = { ...web, owner: ['nginx', 20], cookie: 9998 };
  const snapshots = [0, 60].map((at) => ({ at, sockets: [web], range: RANGE, namespaces: { blue: { sockets: [inBlue] } } }));
  assert.deepEqual(await analyzeMade(snapshots), []);
  const [first] = await analyzeMade(snapshots, [{ app: 'caddy', at: [10, 30], line: listenOn(80) }]);
  assert.deepEqual([first?.cause, first?.culprit?.pid], ['listener-conflict', 10]);
});

test('every namespace of a snapshot is one reading, and every line is accounted for once', () => {
  const text = [
    '==> ss -tan @netns a <==',
    'LISTEN 0 128 0.0.0.0:1 0.0.0.0:*',
    '==> ss -tan @netns b <==',
    'LISTEN 0 128 0.0.0.0:2 0.0.0.0:*',
  ].join('\n');
  const { snapshots, result } = readSnapshots(text);
  assert.deepEqual(
    snapshots.map(({ netns, sockets }) => [netns, sockets.map(({ local }) => local.port)]),
    [
      ['a', [1]],
      ['b', [2]],
    ],
  );
  assert.equal(new Set(snapshots.map(({ contentId }) => contentId)).size, 2);
  assert.deepEqual(
    snapshots.reduce((sum, { account }) => sum + account.total, 0),
    4,
  );
  assert.equal(result.kind, 'read');
});

test('namespaces beyond the bound are kept by name, and never counted as the host’s own', () => {
  const text = Array.from({ length: 12 }, (_, i) => `==> ss -tan @netns n${i} <==\nLISTEN 0 128 0.0.0.0:${i + 1} 0.0.0.0:*`).join('\n');
  const { snapshots } = readSnapshots(text);
  assert.equal(snapshots.length, 8);
  assert.ok(snapshots.every(({ netns, sockets }) => netns !== null && sockets.length === 1));
});
