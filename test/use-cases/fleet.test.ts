import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, conflict, HEALTHY, Hosts, leak, log, rival, snapshot } from '../support/hosts.ts';

/** One cause on many hosts, as people are told of it. */

test('pages for the first host at once, and tells of those that join in one update', async () => {
  const fleet = new Hosts();
  await fleet.take(conflict('web-1', 0, 11));
  assert.deepEqual(fleet.said(), ['opened web-1']);
  await fleet.take(conflict('web-2', 1, 22));
  await fleet.take(conflict('web-3', 2, 33));
  assert.deepEqual(fleet.said(), [], 'the second host does not page');
  await fleet.sweep(1);
  assert.deepEqual(fleet.said(), [], 'not before it has settled');
  await fleet.sweep(60);
  assert.deepEqual(fleet.said(), ['joined web-1+web-2+web-3']);
  await fleet.sweep(60);
  assert.deepEqual(fleet.said(), []);
});

test('tells of hosts that join one after the other every quarter of an hour at most', async () => {
  const fleet = new Hosts();
  await fleet.take([...conflict('web-1', 0, 11), ...conflict('web-2', 1, 22)]);
  await fleet.sweep(0);
  await fleet.sweep(60);
  assert.deepEqual(fleet.said(), ['opened web-1', 'joined web-1+web-2']);
  await fleet.take(conflict('web-3', 5, 33));
  for (let minute = 0; minute < 14; minute += 1) await fleet.sweep(60);
  assert.deepEqual(fleet.said(), []);
  await fleet.sweep(60);
  assert.deepEqual(fleet.said(), ['joined web-1+web-2+web-3']);
});

test('is one analysis with its hosts and the onset of each; their own analyses point to it', async () => {
  const fleet = new Hosts();
  // Taken in against the order of onset.
  await fleet.take([...conflict('web-2', 4, 22), ...conflict('web-1', 0, 11)]);
  await fleet.sweep(0);
  const analyses = await fleet.analyses();
  const [whole] = analyses.filter(({ members }) => members.length > 0);
  assert.ok(whole !== undefined);
  assert.match(whole.id, /^fleet~[0-9a-f]{10}$/);
  assert.deepEqual([whole.host, whole.culprit?.pid, whole.hosts, whole.hostCount, whole.fleet], ['web-1', 11, ['web-1', 'web-2'], 2, null]);
  assert.deepEqual(
    whole.members.map(({ host, since, pid, failures, status }) => [host, since, pid, failures, status]),
    [
      ['web-1', at(1), 11, 2, 'open'],
      ['web-2', at(5), 22, 2, 'open'],
    ],
  );
  assert.deepEqual(
    whole.victims.map(({ host, failures }) => [host, failures]),
    [
      ['web-1', 2],
      ['web-2', 2],
    ],
  );
  assert.deepEqual(
    analyses.filter(({ members }) => members.length === 0).map(({ host, fleet: of, id }) => [host, of, id.startsWith(host)]),
    [
      ['web-1', whole.id, true],
      ['web-2', whole.id, true],
    ],
  );
});

test('says that it is over once, when the last host is', async () => {
  const fleet = new Hosts();
  await fleet.take([...conflict('web-1', 0, 11), ...conflict('web-2', 1, 22)]);
  await fleet.sweep(0);
  await fleet.sweep(60);
  fleet.said();
  await fleet.take([snapshot('web-1', 8, HEALTHY)]);
  await fleet.sweep();
  assert.deepEqual(fleet.said(), []);
  await fleet.take([snapshot('web-2', 9, HEALTHY)]);
  await fleet.sweep();
  assert.deepEqual(fleet.said(), ['resolved web-1+web-2']);
  await fleet.sweep();
  assert.deepEqual(fleet.said(), []);
  const whole = (await fleet.analyses()).find(({ members }) => members.length > 0);
  assert.deepEqual([whole?.status, whole?.resolvedAt, whole?.openedAt], ['resolved', at(9), at(1)]);
});

test('pages anew for whoever has it when it was over', async () => {
  const fleet = new Hosts();
  await fleet.take([...conflict('web-1', 0, 11), ...conflict('web-2', 1, 22)]);
  await fleet.sweep(0);
  await fleet.sweep(60);
  await fleet.take([snapshot('web-1', 8, HEALTHY), snapshot('web-2', 9, HEALTHY)]);
  await fleet.sweep();
  fleet.said();
  await fleet.take(conflict('web-3', 12, 33));
  assert.deepEqual(fleet.said(), ['opened web-3']);
  await fleet.take([snapshot('web-3', 20, HEALTHY)]);
  assert.deepEqual(fleet.said(), ['resolved web-3']);
});

test('leaves a host that stays alone as it was: every change is its own message', async () => {
  const fleet = new Hosts();
  await fleet.take(conflict('web-1', 0, 11));
  await fleet.sweep();
  await fleet.take([log('web-1', 'admin', [4]), snapshot('web-1', 5, rival(11))]);
  await fleet.sweep();
  await fleet.take([snapshot('web-1', 8, HEALTHY)]);
  await fleet.sweep();
  assert.deepEqual(fleet.said(), ['opened web-1', 'worse web-1', 'resolved web-1']);
  assert.deepEqual(
    (await fleet.analyses()).map(({ members, fleet: of, hostCount }) => [members, of, hostCount]),
    [[[], null, 1]],
  );
});

test('tells once of a change for the worse on many hosts', async () => {
  const fleet = new Hosts();
  const names = ['web-1', 'web-2', 'web-3'];
  for (const [i, host] of names.entries()) await fleet.take(conflict(host, 0, 7 + i));
  await fleet.sweep(0);
  await fleet.sweep(60);
  fleet.said();
  for (const [i, host] of names.entries()) await fleet.take([log(host, 'admin', [4]), snapshot(host, 5, rival(7 + i))]);
  assert.deepEqual(fleet.said(), []);
  await fleet.sweep();
  assert.deepEqual(fleet.said(), ['worse web-1+web-2+web-3']);
  await fleet.sweep();
  assert.deepEqual(fleet.said(), []);
});

test('wakes somebody when a host that joins is worse off than what was told', async () => {
  const fleet = new Hosts();
  // Two pile up without a failure; then a program fails on a third.
  for (const [i, sockets] of [60, 62, 64, 66].entries()) await fleet.take([snapshot('web-1', i, leak(sockets, 5))]);
  assert.deepEqual(fleet.said(), ['opened web-1']);
  for (const [i, sockets] of [100, 400, 800, 1000].entries()) await fleet.take([snapshot('web-2', i, leak(sockets, 6))]);
  await fleet.sweep(0);
  assert.deepEqual(fleet.said(), ['worse web-1+web-2']);
  await fleet.sweep();
  assert.deepEqual(fleet.said(), []);
});

test('never merges another program, another peer, or another port', async () => {
  const fleet = new Hosts();
  await fleet.take([...conflict('web-1', 0, 11), ...conflict('web-2', 0, 11, 'new-api'), ...conflict('web-3', 0, 11, 'old-api', 8081)]);
  for (const [i, sockets] of [60, 62, 64, 66].entries()) {
    const uploads = [leak(sockets, 5), leak(sockets, 5, '10.0.0.8:80'), leak(sockets, 5, '10.0.0.9:80', 'copy')];
    await fleet.take(uploads.map((text, k) => snapshot(`app-${k}`, i, text)));
    // On each host that is another peer.
    await fleet.take([0, 1].map((k) => snapshot(`own-${k}`, i, leak(sockets, 5, '127.0.0.1:80'))));
  }
  await fleet.sweep();
  await fleet.sweep();
  const hosts = ['web-1', 'web-2', 'web-3', 'app-0', 'app-1', 'app-2', 'own-0', 'own-1'];
  assert.deepEqual(fleet.said().toSorted(), hosts.map((host) => `opened ${host}`).toSorted());
  assert.ok((await fleet.analyses()).every(({ members, fleet: of }) => members.length === 0 && of === null));
});

test('reminds of a fleet that stays open', async () => {
  const fleet = new Hosts();
  await fleet.take([...conflict('web-1', 0, 11), ...conflict('web-2', 1, 22)]);
  await fleet.sweep(0);
  await fleet.sweep(60);
  fleet.said();
  await fleet.sweep(4 * 3600 - 1);
  assert.deepEqual(fleet.said(), []);
  await fleet.sweep(1);
  assert.deepEqual(fleet.said(), ['still-open web-1+web-2']);
});

test('tells of many findings in one message, the most severe first', async () => {
  const fleet = new Hosts();
  const names = Array.from({ length: 14 }, (_, i) => `web-${i}`);
  for (const [i, host] of names.entries()) await fleet.take(conflict(host, 0, i, `api-${i}`));
  const alone = fleet.world.messages.length;
  assert.equal(alone, 10, 'as many as a minute allows');
  await fleet.sweep(0);
  assert.deepEqual(
    fleet.world.messages.slice(alone).map((message) => message.length),
    [4],
  );
  assert.deepEqual(new Set(fleet.said()), new Set(names.map((host) => `opened ${host}`)));
  await fleet.sweep(180);
  assert.deepEqual(fleet.said(), []);
});
