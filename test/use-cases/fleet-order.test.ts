import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Analysis } from '../../lib/model/analysis.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { BUCKET, conflict, HEALTHY, Hosts, snapshot, type Upload } from '../support/hosts.ts';
import { type Gate, open } from '../support/memory.ts';

/** "Order never matters", for hosts that have a cause in common: any order, sweeps in between, all at once, and deaths at every call. */

const NAMES = ['web-1', 'web-2', 'web-3'];
const stays: readonly Upload[] = NAMES.flatMap((host, i) => conflict(host, i, 10 + i));
const ends: readonly Upload[] = [...stays, ...NAMES.map((host, i) => snapshot(host, 10 + i, HEALTHY))];

/** Until nothing is due any more: settling, leases and the budget of a minute are all over. */
const quiet = async (hosts: Hosts): Promise<void> => {
  for (let i = 0; i < 24; i += 1) await hosts.sweep(120);
};

/** Caveats quote when S3 had an object, which is when it came. */
const finalOf = async (hosts: Hosts): Promise<readonly Analysis[]> => (await hosts.analyses()).map((one) => ({ ...one, caveats: [] }));

const calm = async (uploads: readonly Upload[]): Promise<readonly Analysis[]> => {
  const hosts = new Hosts();
  await hosts.take(uploads);
  await quiet(hosts);
  return finalOf(hosts);
};

/** Each host's trouble was told, by its own message or by one of the fleet that lists it. */
const assertAllTold = (hosts: Hosts, where: string): void => {
  const told = new Set(hosts.world.published.flatMap(({ analysis }) => analysis.hosts));
  assert.deepEqual([...told].sort(), NAMES, where);
};

/** People's last word on the trouble is what is true in the end. */
const assertLastWord = (hosts: Hosts, status: Analysis['status'], where: string): void => {
  const last = new Map(hosts.world.published.flatMap(({ analysis }) => analysis.hosts.map((host) => [host, analysis.status])));
  assert.deepEqual(
    [...last.values()],
    NAMES.map(() => status),
    where,
  );
};

/** Pages for one host alone. While its cause is unknown it has none in common. */
const ownPages = (hosts: Hosts): readonly string[] => [
  ...new Set(
    hosts.world.published.flatMap(({ id, kind, analysis }) =>
      analysis.members.length === 0 && analysis.cause !== 'inconclusive' && kind !== 'resolved' ? [id] : [],
    ),
  ),
];

type Step = { readonly upload: Upload } | { readonly sweepAfter: number };

const schedules = (uploads: readonly Upload[]): fc.Arbitrary<readonly Step[]> => {
  const order = fc.shuffledSubarray([...uploads], { minLength: uploads.length });
  const again = fc.subarray([...uploads]);
  const pauses = fc.array(fc.record({ at: fc.nat(30), sweepAfter: fc.constantFrom(0, 20, 60, 1000) }), { maxLength: 6 });
  return fc.tuple(order, again, pauses).map(([first, second, sweeps]) => {
    const steps: Step[] = [...first, ...second].map((upload) => ({ upload }));
    for (const { at: place, sweepAfter } of sweeps) steps.splice(place % (steps.length + 1), 0, { sweepAfter });
    return steps;
  });
};

const play = async (hosts: Hosts, steps: readonly Step[]): Promise<void> => {
  for (const step of steps) await ('upload' in step ? hosts.take([step.upload]) : hosts.sweep(step.sweepAfter));
};

for (const [name, uploads, status] of [
  ['stays', stays, 'open'],
  ['ends', ends, 'resolved'],
] as const) {
  test(`tells of every host and ends the same in any order, with sweeps in between: what ${name}`, async () => {
    const expected = await calm(uploads);
    assert.equal(expected.length, 4);
    await fc.assert(
      fc.asyncProperty(schedules(uploads), async (steps) => {
        const hosts = new Hosts();
        await play(hosts, steps);
        await quiet(hosts);
        assert.deepEqual(await finalOf(hosts), expected);
        assertAllTold(hosts, '');
        assertLastWord(hosts, status, '');
        assert.equal(hosts.world.published.length, new Set(hosts.world.published.map(({ id }) => id)).size, 'told twice without a death');
        if (name === 'stays') assert.equal(ownPages(hosts).length, 1, 'one page');
      }),
      { numRuns: 100 },
    );
  });
}

test('pages once when all hosts upload at once, and sweeps overlap', async () => {
  const expected = await calm(stays);
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const hosts = new Hosts(stays);
      const { world } = hosts;
      const gate: Gate = () => scheduler.schedule(Promise.resolve());
      const taken = stays.map(({ key }, i) => ingest({ bucket: BUCKET, key }, world.deps(gate, `at-once-${i}`)));
      const swept = [0, 1].map((i) => sweep(world.deps(gate, `sweep-${i}`)));
      await scheduler.waitFor(Promise.all([...taken, ...swept]));
      await quiet(hosts);
      assert.deepEqual(await finalOf(hosts), expected);
      assertAllTold(hosts, '');
      assert.equal(ownPages(hosts).length, 1);
      assert.equal(hosts.world.published.length, new Set(hosts.world.published.map(({ id }) => id)).size, 'told twice without a death');
    }),
    { numRuns: 40 },
  );
});

class Death extends Error {}

/** Lets the function die at its k-th call to the world, and at every one after it. */
const dieAt = (k: number): { readonly gate: Gate; readonly isDead: () => boolean } => {
  let calls = 0;
  return {
    gate: async () => {
      calls += 1;
      if (calls >= k) throw new Death();
    },
    isDead: () => calls >= k,
  };
};

const survive = async (act: Promise<void>): Promise<void> => {
  await act.catch((error: unknown) => assert.ok(error instanceof Death));
};

test('loses no host, wherever an upload or a sweep dies', async () => {
  const expected = await calm(stays);
  let deaths = 0;
  // Each upload in turn dies at each of its calls and is delivered again, after a sweep.
  for (const [i, victim] of stays.entries()) {
    for (let k = 1, isDead = true; isDead; k += 1) {
      const hosts = new Hosts();
      const dying = dieAt(k);
      await hosts.take(stays.slice(0, i));
      await survive(hosts.take([victim], dying.gate));
      isDead = dying.isDead();
      await hosts.take(stays.slice(i));
      await quiet(hosts);
      const where = `${victim.key}, dying at call ${k}`;
      assert.deepEqual(await finalOf(hosts), expected, where);
      assertAllTold(hosts, where);
      deaths += 1;
    }
  }
  // The sweep that tells of those who joined dies at each of its calls.
  for (let k = 1, isDead = true; isDead; k += 1) {
    const hosts = new Hosts();
    const dying = dieAt(k);
    await hosts.take(stays);
    await hosts.sweep(0);
    await survive(hosts.sweep(60, dying.gate));
    isDead = dying.isDead();
    await quiet(hosts);
    const where = `the sweep, dying at call ${k}`;
    assert.deepEqual(await finalOf(hosts), expected, where);
    assertAllTold(hosts, where);
    assertLastWord(hosts, 'open', where);
    const joined = hosts.world.published.filter(({ kind }) => kind === 'joined');
    assert.equal(new Set(joined.map(({ id }) => id)).size, 1, where);
    deaths += 1;
  }
  assert.ok(deaths > 100, `${deaths} deaths`);
});

test('pages once when the first host dies before it publishes, and another comes meanwhile', async () => {
  const [first = [], second = []] = [conflict('web-1', 0, 11), conflict('web-2', 1, 22)];
  for (let k = 1, isDead = true; isDead; k += 1) {
    const hosts = new Hosts();
    const dying = dieAt(k);
    await hosts.take(first.slice(0, 2));
    await survive(hosts.take(first.slice(2), dying.gate));
    isDead = dying.isDead();
    await hosts.take(second);
    await hosts.take(first.slice(2));
    await quiet(hosts);
    const own = ownPages(hosts);
    assert.equal(own.length, 1, `dying at call ${k}: ${own.join(' ')}`);
    assert.deepEqual(
      [...new Set(hosts.world.published.flatMap(({ analysis }) => analysis.hosts))].sort(),
      ['web-1', 'web-2'],
      `dying at call ${k}`,
    );
  }
});

test('opens the API’s list with nothing of a host that is alone', async () => {
  const hosts = new Hosts();
  await hosts.take(conflict('web-1', 0, 11));
  await quiet(hosts);
  assert.deepEqual(
    (await hosts.world.deps(open, 'look').records.listAnalyses({}, 10, null)).items.map(({ hosts: names }) => names),
    [['web-1']],
  );
});
