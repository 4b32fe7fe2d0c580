import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from '../../functions/within.ts';

test('work that does not end in the time that there is has failed, and what it says later is heard by nobody', async () => {
  const late = Promise.withResolvers<void>();
  await assert.rejects(within(20, late.promise), /not done in the time that the function has/);
  late.reject(new Error('too late'));
});

test('work that ends in time is as it ended, and leaves no timer behind', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  await within(60_000, Promise.resolve());
  await assert.rejects(within(60_000, Promise.reject(new Error('throttled'))), /throttled/);
  assert.equal(timers(), before);
});
