import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conflict, HEALTHY, Hosts, leak, snapshot, type Upload } from '../support/hosts.ts';
import { type Gate, open } from '../support/memory.ts';

/** What people query is written once for each change, however the function that changes it ends. */

/** A conflict and a leak, which are over at once; then another conflict. */
const UPLOADS: readonly Upload[] = [
  ...conflict('web-1', 0, 4100),
  ...[4, 5, 6].map((minute) => snapshot('web-1', minute, leak(100 * minute, 4711))),
  snapshot('web-1', 20, HEALTHY),
  ...conflict('web-1', 40, 4200, 'cache', 6379),
];

const calls = (noted: string[]): Gate => {
  return async (call) => void noted.push(call);
};

test('what is over is not written again by each upload', async () => {
  const hosts = new Hosts();
  await hosts.take([...conflict('web-1', 0, 4100), snapshot('web-1', 20, HEALTHY)]);
  assert.deepEqual((await hosts.analyses()).map(({ cause, status }) => `${cause} ${status}`).sort(), ['listener-conflict resolved']);
  // Makes sure that what changed last is written.
  await hosts.take([snapshot('web-1', 21, HEALTHY)]);
  const written: string[] = [];
  const later = Array.from({ length: 5 }, (_, i) => snapshot('web-1', 22 + i, HEALTHY));
  await hosts.take(later, calls(written));
  assert.ok(written.includes('readBoard'));
  assert.deepEqual(
    written.filter((call) => /^(?:put|write)\w+$/.test(call)),
    Array.from({ length: 5 }, () => 'putDigest'),
  );
});

/** Dies at the `nth` call of that name. */
const dieAt = (name: string, nth: number): Gate => {
  let left = nth;
  return async (call) => {
    if (call !== name) return;
    left -= 1;
    if (left === 0) throw new Error('died');
  };
};

test('what a death left unwritten is written by the next upload, though it changes something else', async () => {
  const calm = new Hosts();
  await calm.take(UPLOADS);
  await calm.sweep();
  const expected = await calm.analyses();
  assert.ok(expected.length >= 2);
  let deaths = 0;
  for (let at = 0; at < UPLOADS.length - 1; at += 1)
    for (let nth = 1; nth <= 3; nth += 1) {
      const hosts = new Hosts();
      await hosts.take(UPLOADS.slice(0, at));
      const died = await hosts.take(UPLOADS.slice(at, at + 1), dieAt('putAnalysis', nth)).then(
        () => false,
        () => true,
      );
      if (!died) continue;
      deaths += 1;
      await hosts.take(UPLOADS.slice(at + 1), open);
      await hosts.sweep();
      assert.deepEqual(await hosts.analyses(), expected, `died at call ${nth} of upload ${at}`);
    }
  assert.ok(deaths >= 3, `${deaths} deaths`);
});
