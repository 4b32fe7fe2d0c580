import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzeMade, BIND_ANY, connections } from '../support/made.ts';

const pile = (count: number, from: number) =>
  connections(count, { state: 'CLOSE-WAIT', peer: '10.0.0.9:80', recvQ: 1, owner: ['sync', 4312], from, cookie: 1 });
const logs = [{ app: 'login', at: [20, 40], line: BIND_ANY }];

test('a full range that nobody told of is inferred, and named as inferred', async () => {
  const [first] = await analyzeMade(
    [0, 30, 60].map((at) => ({ at, sockets: pile(800, 15_000) })),
    logs,
  );
  assert.deepEqual(first?.ports, { from: 15_000, to: 15_799, used: 800, capacity: 800, assumed: true });
  assert.equal(first?.resource.assumed, true);
  assert.ok(first?.caveats.some((caveat) => /15000–15799 is inferred/.test(caveat)));
});

test('an edge that moves is no edge: the range stays unknown, and the default is contradicted', async () => {
  const [first] = await analyzeMade(
    [0, 30, 60].map((at) => ({ at, sockets: pile(400 + 10 * at, 15_000) })),
    logs,
  );
  assert.equal(first?.culprit?.pid, 4312);
  assert.equal(first?.ports, null);
  assert.ok(first?.caveats.some((caveat) => /outside the kernel's default/.test(caveat)));
});

test('where nothing contradicts the default, it is assumed by name', async () => {
  const [first] = await analyzeMade([0, 30, 60].map((at) => ({ at, sockets: pile(100 + at, 40_000) })));
  assert.equal(first?.ports?.capacity, 28_232);
  assert.equal(first?.ports?.assumed, true);
  assert.ok(first?.caveats.some((caveat) => /is assumed \(the kernel's default\)/.test(caveat)));
});
