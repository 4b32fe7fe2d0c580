import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descriptorsStay, type Reading } from '../../lib/diagnosis/descriptors-stay.ts';
import { limitFor, standsAt } from '../../lib/diagnosis/limit.ts';
import { type MadeSocket, snapshotText, timeAt } from '../support/made.ts';
import { SimulatedHost } from '../support/simulated-host.ts';

test('lets enter at a limit, and leave below four fifths of it', () => {
  assert.equal(limitFor(50, false), 50);
  assert.equal(limitFor(50, true), 40);
});

test('knows what an open case has reached: the worse includes the lesser', () => {
  assert.equal(standsAt('critical', 'warning'), true);
  assert.equal(standsAt('warning', 'warning'), true);
  assert.equal(standsAt('info', 'warning'), false);
  assert.equal(standsAt(null, 'info'), false);
});

/** 600 leaked sockets, 10 in use, 30 other descriptors. */
const before: Reading = {
  pid: 5,
  command: 'sync',
  startedAt: '2026-11-23T09:00:00.000Z',
  closeWait: 600,
  listed: 610,
  open: 640,
  soft: 4096,
};

test('sees descriptors that stayed when their sockets went', () => {
  assert.equal(descriptorsStay(before, { ...before, closeWait: 0, listed: 10 }), true);
  // 500 new connections in use, all in the listing, while the leaked 600 were ended by keepalive.
  assert.equal(descriptorsStay(before, { ...before, closeWait: 0, listed: 510, open: 1140 }), true);
});

test('sees descriptors that went with their sockets', () => {
  assert.equal(descriptorsStay(before, { ...before, closeWait: 0, listed: 10, open: 40 }), false);
  // 500 new connections in use: 540 are open, nearly as many as before, but all are in the listing.
  assert.equal(descriptorsStay(before, { ...before, closeWait: 0, listed: 510, open: 540 }), false);
});

test('says nothing of another process, of a pile that is still there, or of what is not known', () => {
  const gone = { ...before, closeWait: 0, listed: 10 };
  assert.equal(descriptorsStay(before, { ...gone, startedAt: '2026-11-23T10:00:00.000Z' }), false);
  assert.equal(descriptorsStay(before, { ...gone, pid: 6 }), false);
  assert.equal(descriptorsStay(before, { ...before, closeWait: 500, listed: 510 }), false);
  assert.equal(descriptorsStay(before, null), false);
  // `ps` counts whole seconds: the same start reads a second apart.
  assert.equal(descriptorsStay(before, { ...gone, startedAt: '2026-11-23T09:00:01.000Z' }), true);
});

/** A service on port 8080 with so many accepted connections that their clients have closed, minute by minute. */
const lifeOf = async (piles: readonly number[]): Promise<readonly string[]> => {
  const host = new SimulatedHost();
  const statuses: string[] = [];
  for (const [minute, pile] of piles.entries()) {
    const listener: MadeSocket = { state: 'LISTEN', local: '0.0.0.0:8080', peer: '0.0.0.0:*', owner: ['orders', 12], cookie: 1 };
    const dead = Array.from(
      { length: pile },
      (_, i): MadeSocket => ({
        state: 'CLOSE-WAIT',
        local: '10.0.0.1:8080',
        peer: `10.0.0.9:${40_000 + i}`,
        recvQ: 1,
        owner: ['orders', 12],
        cookie: 100 + i,
      }),
    );
    const text = snapshotText({ at: 60 * minute, sockets: [listener, ...dead] });
    await host.upload('snapshots', timeAt(60 * minute), text);
    statuses.push([...host.world.analyses.values()].map(({ analysis }) => analysis.status).join(' '));
  }
  return statuses;
};

test('a service whose pile swings about the limit is one open case until it is well below', async () => {
  assert.deepEqual(await lifeOf([60, 60, 45, 52, 41, 55]), ['', 'open', 'open', 'open', 'open', 'open']);
  assert.deepEqual(await lifeOf([60, 60, 45, 39]), ['', 'open', 'open', 'resolved']);
  assert.deepEqual(await lifeOf([45, 45, 45]), ['', '', ''], 'what has not entered does not begin below the limit');
});
