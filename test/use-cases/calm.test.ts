import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { settleHost } from '../../lib/use-cases/settle.ts';
import { HEALTHY, Hosts, leak, log, rival, snapshot, type Upload } from '../support/hosts.ts';
import { open } from '../support/memory.ts';

/** A calm host's snapshots are judged by half of what is known. Whoever judges by all of it must come to the same. */

const QUEUE = 'LISTEN 60 64 0.0.0.0:8080 0.0.0.0:* users:(("api",pid=77,fd=3))\n';
const stuck = (dead: number): string =>
  `${QUEUE}${Array.from({ length: dead }, (_, i) => `CLOSE-WAIT 1 0 10.0.0.1:8080 10.0.0.7:${30_000 + i} ino:0 sk:${(4096 + i).toString(16)}\n`).join('')}`;

type Kind = { readonly text: string } | { readonly failsOn: number };
const kinds: fc.Arbitrary<Kind> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ text: HEALTHY }) },
  { weight: 4, arbitrary: fc.constantFrom(3, 12, 18, 45, 60, 300, 520, 900).map((sockets) => ({ text: leak(sockets, 4711) })) },
  { weight: 1, arbitrary: fc.constantFrom(40, 60).map((dead) => ({ text: stuck(dead) })) },
  { weight: 1, arbitrary: fc.constant({ text: rival(4100) }) },
  { weight: 1, arbitrary: fc.constant({ failsOn: 8080 }) },
);

const steps = fc.array(fc.record({ kind: kinds, after: fc.constantFrom(1, 1, 1, 2, 5, 20) }), { minLength: 2, maxLength: 14 });

const uploadsOf = (all: readonly { readonly kind: Kind; readonly after: number }[]): readonly Upload[] => {
  let minute = 0;
  return all.map(({ kind, after }) => {
    minute += after;
    return 'text' in kind ? snapshot('web-1', minute, kind.text) : log('web-1', 'api', [minute], kind.failsOn);
  });
};

test('what comes in order is judged as if all were read each time', async () => {
  let analyses = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const [sparing, thorough] = [new Hosts(), new Hosts()];
      for (const upload of uploadsOf(all)) {
        await sparing.take([upload]);
        await thorough.take([upload]);
        await settleHost('web-1', thorough.world.deps(open, 'thorough'));
        const expected = await thorough.analyses();
        assert.deepEqual(await sparing.analyses(), expected);
        assert.deepEqual(sparing.said(), thorough.said());
        analyses += expected.length;
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(analyses > 100, `${analyses} analyses`);
});

/** What an upload reads of the window: the limits of each reading. */
const readBy = async (hosts: Hosts, upload: Upload): Promise<number> => {
  let windows = 0;
  await hosts.take([upload], async (call) => {
    if (call === 'recentDigests') windows += 1;
  });
  return windows;
};

test('reads once while nothing is wrong, again where something is, and all for what comes late', async () => {
  const hosts = new Hosts();
  await hosts.take([snapshot('web-1', 0, HEALTHY), snapshot('web-1', 5, HEALTHY)]);
  assert.equal(await readBy(hosts, snapshot('web-1', 6, HEALTHY)), 1);
  assert.equal(await readBy(hosts, snapshot('web-1', 3, HEALTHY)), 2);
  assert.equal(await readBy(hosts, snapshot('web-1', 7, leak(600, 4711))), 2);
  assert.deepEqual(hosts.said(), ['opened web-1']);
  assert.equal(await readBy(hosts, snapshot('web-1', 8, leak(700, 4711))), 1);
});
