import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Analysis } from '../../lib/model/analysis.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { type Incident, incident } from '../support/incidents.ts';
import { type Gate, open, World } from '../support/memory.ts';
import { at, every, minutesBetween, type Program, snapshotText } from '../support/simulated-host.ts';

/** "Order never matters": the true use cases over a world in memory, in every order, at once, and dying half-way. */

const BUCKET = 'uploads';
const NAMES = ['listener-conflict', 'ephemeral-clash', 'mystery', 'descriptors', 'early-leak', 'restart-in-time-wait'];

const worldOf = ({ objects }: Incident): World => {
  const world = new World();
  for (const [key, bytes] of objects) world.objects.set(key, bytes);
  return world;
};

const finalOf = (world: World): readonly Analysis[] =>
  [...world.analyses.values()].map(({ analysis }) => analysis).sort((a, b) => (a.id < b.id ? -1 : 1));

const deliverAll = async (world: World, keys: readonly string[]): Promise<void> => {
  for (const [i, key] of keys.entries()) await ingest({ bucket: BUCKET, key }, world.deps(open, `calm-${i}`));
};

const calm = async (name: string): Promise<World> => {
  const recorded = incident(name);
  const world = worldOf(recorded);
  await deliverAll(world, [...recorded.objects.keys()].sort());
  return world;
};

/** What was said, each transition once. */
const transitions = (world: World): readonly string[] => [...new Set(world.published.map(({ id }) => id))];

for (const name of NAMES) {
  test(`ends in the same analyses of ${name} in any order, with repetitions`, async () => {
    const expected = finalOf(await calm(name));
    assert.ok(expected.length > 0);
    const keys = [...incident(name).objects.keys()];
    const order = fc
      .tuple(fc.shuffledSubarray(keys, { minLength: keys.length }), fc.subarray(keys))
      .map(([all, again]) => [...all, ...again]);
    await fc.assert(
      fc.asyncProperty(order, async (sequence) => {
        const world = worldOf(incident(name));
        await deliverAll(world, sequence);
        assert.deepEqual(finalOf(world), expected);
      }),
      { numRuns: 12 },
    );
  });
}

/** Leaks, is restarted, leaks again, is mended, and comes back: within the time in which late uploads still count. */
const restlessAt = (now: string): Program => {
  const minute = minutesBetween(at('10:00'), now);
  const [pid, start] = minute < 9 ? [5, 0] : minute < 17 ? [6, 9] : minute < 22 ? [7, 99] : [8, 22];
  return { pid, command: 'sync', startedAt: at(`10:${start}`), closeWait: Math.max(0, 110 * (minute - start)), established: 2, open: 20 };
};

const restless = (): World => {
  const world = new World();
  for (const now of every(1, '10:00', '10:28'))
    world.objects.set(`hosts/web-1/snapshots/${now.replaceAll(/[-:]|\.000/g, '')}`, Buffer.from(snapshotText(now, [restlessAt(now)])));
  const failure = `${at('10:08')} ERROR [77] login: connect to 10.0.0.9:80 failed: [Errno 99] Cannot assign requested address`;
  world.objects.set('hosts/web-1/logs/login/1', Buffer.from(failure));
  return world;
};

test('ends in the same history, setback and outcome in any order', async () => {
  const expected = restless();
  const keys = [...expected.objects.keys()];
  await deliverAll(expected, keys);
  const [analysis] = finalOf(expected);
  // Open from 10:00, 10:09 and 10:22 on; the first two ended with a restart.
  assert.equal(analysis?.history.times, 3);
  assert.match(analysis?.setback ?? '', /sync was restarted/);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(keys, { minLength: keys.length }), async (sequence) => {
      const world = restless();
      await deliverAll(world, sequence);
      assert.deepEqual(finalOf(world), finalOf(expected));
    }),
    { numRuns: 12 },
  );
});

/** Runs deliveries at once; the schedule decides who goes next at each call to the world. */
const concurrently = async (world: World, keys: readonly string[], scheduler: fc.Scheduler): Promise<void> => {
  const gate: Gate = () => scheduler.schedule(Promise.resolve());
  const all = Promise.all(keys.map((key, i) => ingest({ bucket: BUCKET, key }, world.deps(gate, `at-once-${i}`))));
  await scheduler.waitFor(all);
};

test('ends in the same analyses when uploads are taken in at once', async () => {
  const expected = finalOf(await calm('listener-conflict'));
  const keys = [...incident('listener-conflict').objects.keys()];
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const world = worldOf(incident('listener-conflict'));
      await concurrently(world, keys, scheduler);
      assert.deepEqual(finalOf(world), expected);
      assert.equal(world.published.length, transitions(world).length, 'a transition was announced twice without a death');
      assert.ok(world.published.length > 0);
    }),
    { numRuns: 30 },
  );
});

class Death extends Error {}

/** Lets the function die at its k-th call to the world, and at every one after it. */
const dieAt = (k: number): { readonly gate: Gate; readonly diedAt: () => string | null } => {
  let calls = 0;
  let diedAt: string | null = null;
  return {
    gate: async (call) => {
      calls += 1;
      if (calls === k) diedAt = call;
      if (calls >= k) throw new Death();
    },
    diedAt: () => diedAt,
  };
};

/** Whether SNS had accepted a message that our record did not yet tell of: the one case in which people may be told twice. */
const mayRepeat = (world: World, publishedBefore: number): boolean => publishedBefore > 0 && world.published.length > 0;

test('loses nothing and announces each transition, wherever a function dies', async () => {
  const expected = await calm('listener-conflict');
  const keys = [...incident('listener-conflict').objects.keys()].sort();
  let schedules = 0;
  for (const victim of keys) {
    for (let k = 1; ; k += 1) {
      const world = worldOf(incident('listener-conflict'));
      const { gate, diedAt } = dieAt(k);
      let publishedByTheDead = 0;
      for (const key of keys) {
        const before = world.published.length;
        // The queue delivers an upload again when its function has died.
        if (key === victim)
          await ingest({ bucket: BUCKET, key }, world.deps(gate, 'dying')).catch((error: unknown) => assert.ok(error instanceof Death));
        if (key === victim && diedAt() !== null) publishedByTheDead = world.published.length - before;
        await ingest({ bucket: BUCKET, key }, world.deps(open, `again-${key}`));
      }
      world.now += 60_000;
      await sweep(world.deps(open, 'sweep'));
      schedules += 1;
      const where = `${victim}, dying at call ${k} (${diedAt()})`;
      assert.deepEqual(finalOf(world), finalOf(expected), where);
      assert.deepEqual(new Set(transitions(world)), new Set(transitions(expected)), where);
      if (world.published.length > transitions(world).length) assert.ok(mayRepeat(world, publishedByTheDead), `told twice: ${where}`);
      if (diedAt() === null) break;
    }
  }
  assert.ok(schedules > 30);
  console.log(`${schedules} deaths tried`);
});

/** What people were told so far. */
const said = (world: World): readonly string[] => world.published.map(({ kind, analysis }) => `${kind} ${analysis.cause}`);

test('reminds once of what is still open, wherever the sweep dies', async () => {
  const fourHours = 4 * 60 * 60_000;
  for (let k = 1; ; k += 1) {
    const world = await calm('listener-conflict');
    const before = world.published.length;
    world.now += fourHours;
    const { gate, diedAt } = dieAt(k);
    // The sweep notes what could not be settled, and goes on.
    await sweep(world.deps(gate, 'dying')).catch((error: unknown) => assert.ok(error instanceof Death));
    const publishedByTheDead = world.published.length - before;
    for (let minute = 0; minute < 3; minute += 1) {
      world.now += 60_000;
      await sweep(world.deps(open, `sweep-${minute}`));
    }
    const reminders = world.published.slice(before).map(({ id, kind }) => `${kind} ${id}`);
    assert.equal(new Set(reminders).size, 1, `dying at call ${k} (${diedAt()}): ${reminders.join(', ')}`);
    assert.match(reminders[0] ?? '', /^still-open /);
    if (reminders.length > 1) assert.equal(publishedByTheDead, 1);
    if (diedAt() === null) break;
    assert.ok(k < 100);
  }
});

test('announces an inconclusive finding only after it has settled', async () => {
  const world = await calm('mystery');
  assert.deepEqual(said(world), []);
  world.now += 119_000;
  await sweep(world.deps(open, 'sweep'));
  assert.deepEqual(said(world), []);
  world.now += 2_000;
  await sweep(world.deps(open, 'sweep'));
  assert.deepEqual(said(world), ['opened inconclusive']);
});

test('closes what a silent host left open, and says that it proves nothing', async () => {
  const world = await calm('listener-conflict');
  world.now += 25 * 60 * 60_000;
  await sweep(world.deps(open, 'sweep'));
  const [analysis] = finalOf(world);
  assert.equal(analysis?.status, 'resolved');
  assert.match(analysis?.outcome ?? '', /no longer reported, not as mended/);
});

test('refuses a key outside the layout and an upload that is nothing known, and records why', async () => {
  const world = new World();
  world.objects.set('hosts/web-1/snapshots/x', Buffer.from('hello\n'));
  await ingest({ bucket: BUCKET, key: 'elsewhere/x' }, world.deps(open, 'a'));
  await ingest({ bucket: BUCKET, key: 'hosts/web-1/snapshots/x' }, world.deps(open, 'a'));
  assert.deepEqual(
    world.rejections.map(({ host, key }) => [host, key]),
    [
      [null, 'elsewhere/x'],
      ['web-1', 'hosts/web-1/snapshots/x'],
    ],
  );
  assert.match(world.rejections[1]?.reason ?? '', /"hello"/);
});
