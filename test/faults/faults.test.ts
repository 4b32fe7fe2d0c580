import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { Deployment, failedIn } from './deployment.ts';
import { keys, OTHERS, on, twins, uploads } from './one-incident.ts';
import type { Call, Fault } from './wire.ts';

let deployment: Deployment;
let calm: readonly Record<string, unknown>[] = [];
let calmTold: readonly string[] = [];
let schedules = 0;

/** What an analysis says, without the wall clock's times. */
const lasting = ({ updatedAt: _u, history: _h, caveats: _c, remedy: _r, ...analysis }: Record<string, unknown>): Record<string, unknown> =>
  analysis;

const results = async (): Promise<readonly Record<string, unknown>[]> => (await deployment.analyses()).map(lasting);

before(async () => {
  // A fault is then the function's to bear, not the SDK's.
  process.env.AWS_MAX_ATTEMPTS = '1';
  deployment = await Deployment.start([...uploads, ...twins]);
  await deployment.anew();
  for (const key of keys) assert.deepEqual(await deployment.deliver([key]), []);
  await deployment.quiet();
  calm = await results();
  calmTold = [...deployment.wire.accepted];
});

after(async () => {
  await deployment.stop();
  delete process.env.AWS_MAX_ATTEMPTS;
});

test('the calm run finds the culprit, and says each thing once', () => {
  assert.equal(calm.length, 1, JSON.stringify(calm.map(({ cause }) => cause)));
  assert.equal(calm[0]?.cause, 'close-wait-leak');
  assert.ok(calmTold.length >= 1);
  assert.equal(new Set(calmTold).size, calmTold.length);
});

/** A start that nobody hurt, then the delivery of `key`. */
const upTo = async (key: string): Promise<void> => {
  await deployment.anew();
  for (const earlier of keys.slice(0, keys.indexOf(key))) await deployment.deliver([earlier]);
};

/** After a fault: what the queue still has comes again, until nothing is due. */
const recover = async (left: readonly string[]): Promise<void> => {
  deployment.wire.set(() => null);
  deployment.restart();
  await deployment.sweep(60_000);
  for (let queue = left; queue.length > 0; ) queue = await deployment.deliver(queue);
  await deployment.quiet();
};

const twice = (): readonly string[] => {
  const seen = new Set<string>();
  return deployment.wire.accepted.filter((id) => seen.size === seen.add(id).size);
};

interface Outcome {
  readonly where: string;
  /** A death between SNS's answer and our record may tell twice; nothing else may. */
  readonly mayTwice: boolean;
}

const check = async ({ where, mayTwice }: Outcome): Promise<void> => {
  schedules += 1;
  assert.deepEqual(await results(), calm, where);
  assert.deepEqual(deployment.deadLetters, [], where);
  const told = new Set(deployment.wire.accepted);
  assert.deepEqual(
    calmTold.filter((id) => !told.has(id)),
    [],
    `${where}: told ${[...told].join(', ')}`,
  );
  if (!mayTwice) assert.deepEqual(twice(), [], where);
};

/** How many calls the delivery of each upload makes, when all goes well. */
const callsOf = async (act: () => Promise<unknown>): Promise<readonly Call[]> => {
  deployment.wire.set(() => null);
  await act();
  return [...deployment.wire.calls];
};

test('death after every call of every delivery, whether the service had it or not', async (t) => {
  for (const [place, key] of keys.entries()) {
    await upTo(key);
    const count = (await callsOf(() => deployment.deliver([key]))).length;
    for (let k = 1; k <= count; k += 1)
      for (const last of ['reset-before', 'reset-after'] as const) {
        await upTo(key);
        let published = false;
        deployment.wire.set(({ n, operation }) => {
          if (n === k && last === 'reset-after' && operation === 'Publish') published = true;
          if (n < k && operation === 'Publish') published = true;
          return n < k ? null : n === k ? last : 'reset-before';
        });
        const left = await deployment.deliver([key]);
        await recover([...left, ...(left.includes(key) ? [] : [key]), ...keys.slice(place + 1)]);
        await check({ where: `${key}, death at call ${k} of ${count}, ${last}`, mayTwice: published });
      }
  }
  t.diagnostic(`${schedules} schedules so far`);
});

const FAULTS: readonly Fault[] = ['throttle', 'error', 'reset-before', 'reset-after'];

test('every kind of fault at every call: the queue delivers again, and all is as if nothing had been', async (t) => {
  for (const [place, key] of keys.entries()) {
    await upTo(key);
    const count = (await callsOf(() => deployment.deliver([key]))).length;
    for (let k = 1; k <= count; k += 1)
      for (const fault of FAULTS) {
        await upTo(key);
        let lostAnswer = false;
        deployment.wire.set(({ n, operation }) => {
          if (n !== k) return null;
          if (fault === 'reset-after' && operation === 'Publish') lostAnswer = true;
          return fault;
        });
        const left = await deployment.deliver([key]);
        // What SNS has accepted and our record of it failed to be written is told again, too.
        const recordFailed = deployment.wire.calls.some(({ n, operation }) => n < k && operation === 'Publish');
        await recover([...left, ...keys.slice(place + 1)]);
        await check({ where: `${key}, ${fault} at call ${k} of ${count}`, mayTwice: lostAnswer || recordFailed });
      }
  }
  t.diagnostic(`${schedules} schedules so far`);
});

test('a call that nobody answers ends before the function does, and is made again', async () => {
  const key = keys.at(-1) ?? '';
  await upTo(key);
  deployment.wire.set(({ operation }) => (operation === 'Publish' ? 'hang' : null));
  const began = performance.now();
  const left = await deployment.deliver([key]);
  assert.deepEqual(left, [key]);
  assert.ok(performance.now() - began > 4000, 'it was the answer that was waited for');
  await recover(left);
  await check({ where: 'hang', mayTwice: false });
});

test('an upload that is not done when the function must answer comes again, and nothing beside it does', async () => {
  process.env.AWS_MAX_ATTEMPTS = '10';
  await deployment.anew();
  const [slow = '', ...others] = keys;
  deployment.wire.set(({ service, path }) => (service === 's3' && path.includes(encodeURI(slow)) ? 'hang' : null));
  const began = performance.now();
  assert.deepEqual(await deployment.deliver([slow, ...others], 17_000), [slow]);
  assert.ok(performance.now() - began < 17_000, 'in time');
  process.env.AWS_MAX_ATTEMPTS = '1';
  await recover([slow]);
  // What went on beside it ends, before others count calls.
  await setTimeout(6_000);
  await check({ where: 'out of time', mayTwice: false });
});

test('an upload that always fails is given up after five deliveries, is seen in the API, holds back nobody, and can be sent again', async () => {
  await deployment.anew();
  const [poison = '', ...others] = keys;
  let isBroken = true;
  deployment.wire.set(({ service, path }) => (isBroken && service === 's3' && path.includes(encodeURI(poison)) ? 'error' : null));
  assert.deepEqual(await deployment.deliver([poison, ...others]), [poison]);
  for (let deliveries = 2; deliveries < 5; deliveries += 1) {
    assert.deepEqual(await deployment.deliver([poison]), [poison]);
    assert.deepEqual(await deployment.rejections(), []);
  }
  assert.deepEqual(await deployment.deliver([poison]), []);
  assert.deepEqual(deployment.deadLetters, [poison]);
  const [rejection, ...more] = await deployment.rejections();
  assert.deepEqual([rejection?.host, rejection?.key, more], ['web-03', poison, []]);
  assert.match(String(rejection?.reason), /could not be taken in, 5 times .* dead-letter queue/);
  isBroken = false;
  for (const key of deployment.redrive()) assert.deepEqual(await deployment.deliver([key]), []);
  assert.deepEqual(await deployment.rejections(), []);
  await deployment.quiet();
  assert.deepEqual(await results(), calm);
});

test('a message of several objects comes again if one of them failed, and the others are taken in', async () => {
  await deployment.anew();
  const [broken = '', ...others] = keys;
  let isBroken = true;
  deployment.wire.set(({ service, path }) => (isBroken && service === 's3' && path.includes(encodeURI(broken)) ? 'error' : null));
  assert.equal(await deployment.deliverInOne([broken, ...others]), true);
  const read = deployment.wire.calls.filter(({ service, path }) => service === 's3' && others.some((key) => path.includes(encodeURI(key))));
  assert.ok(read.length >= others.length, 'the others were read');
  isBroken = false;
  assert.equal(await deployment.deliverInOne([broken, ...others]), false);
  await deployment.quiet();
  assert.deepEqual(await results(), calm);
});

test('an answer is read as Lambda reads it: whoever names what was not in the batch has failed with all of it', () => {
  const answer = (...ids: readonly string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
  assert.deepEqual(failedIn(answer(), ['a', 'b']), new Set());
  assert.deepEqual(failedIn(answer('b'), ['a', 'b']), new Set(['b']));
  for (const wrong of ['', 'c']) assert.deepEqual(failedIn(answer('a', wrong), ['a', 'b']), new Set(['a', 'b']));
});

/** Of each host, what its analysis says; whether it was grouped with others already when it was told is a matter of time. */
const byHost = async () =>
  (await results()).map(({ host, cause, status, culprit }) => JSON.stringify({ host, cause, status, culprit })).sort();

test('three hosts in two batches at once, with faults anywhere: each host ends as in the calm run', async () => {
  const all = ['web-03', ...OTHERS].flatMap((host) => keys.map((key) => on(host, key)));
  await deployment.anew();
  for (const key of all) assert.deepEqual(await deployment.deliver([key]), []);
  await deployment.quiet();
  const expected = await byHost();
  // One of each host, and one of the fleet that they make.
  assert.equal(expected.length, 4);
  const at = fc.array(fc.tuple(fc.integer({ min: 1, max: 120 }), fc.constantFrom(...FAULTS)), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(all, { minLength: all.length }), at, async (order, faults) => {
      await deployment.anew();
      const plan = new Map(faults);
      deployment.wire.set(({ n }) => plan.get(n) ?? null);
      const half = Math.ceil(order.length / 2);
      const left = await Promise.all([order.slice(0, half), order.slice(half)].map((batch) => deployment.deliver(batch)));
      await recover(left.flat());
      schedules += 1;
      assert.deepEqual(await byHost(), expected);
      assert.deepEqual(deployment.deadLetters, []);
    }),
    { numRuns: 20 },
  );
});

test('any order, twice, several at once, with faults anywhere: the same in the end', async (t) => {
  const order = fc.shuffledSubarray(keys, { minLength: keys.length });
  const more = fc.subarray(keys);
  const at = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom(...FAULTS)), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(order, more, at, fc.integer({ min: 1, max: 4 }), async (first, again, faults, together) => {
      await deployment.anew();
      const plan = new Map(faults);
      let mayTwice = false;
      deployment.wire.set(({ n, operation }) => {
        const fault = plan.get(n) ?? null;
        // A failed write after the message is out is as good as a death there.
        if (fault !== null && (operation === 'Publish' || deployment.wire.accepted.length > 0)) mayTwice = true;
        return fault;
      });
      const queue = [...first, ...again];
      const left: string[] = [];
      while (queue.length > 0) {
        const now = queue.splice(0, together);
        for (const rest of await Promise.all(now.map((key) => deployment.deliver([key])))) left.push(...rest);
      }
      await recover(left);
      await check({ where: JSON.stringify({ first, again, faults, together }), mayTwice });
    }),
    { numRuns: 40 },
  );
  t.diagnostic(`${schedules} schedules in all`);
});
