import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Analysis } from '../../lib/model/analysis.ts';
import { at, every, SimulatedHost } from '../support/simulated-host.ts';

/** Whatever a host does, what is told of it makes a story. */

/** Some minutes in which one process's pile begins with so many sockets and changes by so many a minute. */
const stretch = fc.record({
  minutes: fc.integer({ min: 1, max: 10 }),
  pid: fc.integer({ min: 5, max: 7 }),
  from: fc.integer({ min: 0, max: 900 }),
  perMinute: fc.integer({ min: -30, max: 60 }),
  fails: fc.boolean(),
});

/** Which messages may follow which. */
const MAY_FOLLOW: Readonly<Record<string, readonly string[]>> = {
  nothing: ['opened', 'resolved'],
  opened: ['worse', 'changed-cause', 'still-open', 'resolved'],
  worse: ['worse', 'changed-cause', 'still-open', 'resolved'],
  'changed-cause': ['worse', 'changed-cause', 'still-open', 'resolved'],
  'still-open': ['worse', 'changed-cause', 'still-open', 'resolved'],
  resolved: ['reopened'],
  reopened: ['worse', 'changed-cause', 'still-open', 'resolved'],
};

const checkHistory = ({ history, status, resolvedAt, outcome }: Analysis): void => {
  const last = history.episodes.at(-1);
  assert.equal(last?.to, resolvedAt);
  assert.equal(status === 'open', resolvedAt === null);
  assert.equal(status === 'open', outcome === null);
  const times = history.episodes.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  assert.deepEqual(times, times.toSorted(), 'episodes overlap');
  assert.ok(history.times >= history.episodes.length && history.episodes.length <= 8);
};

test('tells a story of every life: nothing ends twice, nothing comes back that was not over', async () => {
  const times = every(1, '10:00', '12:00');
  let messages = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(stretch, { minLength: 2, maxLength: 7 }), async (stretches) => {
      const host = new SimulatedHost();
      const minutes = stretches.flatMap((one) => Array.from({ length: one.minutes }, (_, i) => ({ ...one, i })));
      for (const [minute, { pid, from, perMinute, fails, i }] of minutes.entries()) {
        const now = times[minute] ?? at('12:00');
        const closeWait = Math.max(0, Math.min(990, from + i * perMinute));
        if (fails && i % 3 === 0) await host.failures('login', [now]);
        await host.snapshot(now, [{ pid, command: 'sync', closeWait, open: closeWait + 20 }]);
        await host.sweep(now);
      }
      const kinds = ['nothing', ...host.world.published.map(({ kind }) => kind)];
      for (const [i, kind] of kinds.slice(1).entries()) assert.ok(MAY_FOLLOW[kinds[i] ?? '']?.includes(kind), kinds.join(' '));
      for (let i = 1; i < kinds.length; i += 1) assert.doesNotMatch(host.message(-i).text, /undefined|NaN|null/);
      for (const { analysis } of host.world.analyses.values()) checkHistory(analysis);
      messages += kinds.length - 1;
    }),
    { numRuns: 25 },
  );
  assert.ok(messages > 25);
});
