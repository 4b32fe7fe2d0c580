import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { filesOf, type MadeSnapshot, type MadeSocket, timeAt } from '../support/made.ts';
import { open, World } from '../support/memory.ts';

/** What one host's analysis says of another must not depend on whose uploads came first. */

const here = (at: number): MadeSnapshot => ({
  at,
  range: [20_000, 20_999],
  sockets: Array.from({ length: 600 }, (_, i) => ({
    state: 'CLOSE-WAIT',
    local: `10.0.0.1:${20_000 + i}`,
    peer: '10.0.0.9:80',
    recvQ: 1,
    owner: ['sync', 4312] as const,
    cookie: i + 1,
  })),
});
const NGINX: MadeSocket = { state: 'LISTEN', local: '0.0.0.0:80', peer: '0.0.0.0:*', owner: ['nginx', 31] };
const there = (at: number): MadeSnapshot => ({
  at,
  sockets: [
    NGINX,
    ...Array.from({ length: 600 }, (_, i) => ({ state: 'FIN-WAIT-2', local: '10.0.0.9:80', peer: `10.0.0.1:${20_000 + i}` })),
  ],
});

const FILES = new Map([...filesOf('web-1', [0, 30, 60].map(here)), ...filesOf('api-1', [2, 32, 62].map(there))]);

const worldAfter = async (keys: readonly string[]): Promise<World> => {
  const world = new World();
  world.now = Date.parse(timeAt(120));
  for (const [key, text] of FILES) world.objects.set(key, Buffer.from(text));
  for (const [i, key] of keys.entries()) await ingest({ bucket: 'b', key }, world.deps(open, `in-${i}`));
  // What no upload of the host itself triggers, the sweep does.
  await sweep(world.deps(open, 'sweep'));
  return world;
};

test('names the other end whichever host uploads first, once the sweep has looked', async () => {
  const expected = [...(await worldAfter([...FILES.keys()])).analyses.values()].map(({ analysis }) => analysis);
  assert.deepEqual(
    expected.map(({ host, otherEnd }) => [host, otherEnd?.host, otherEnd?.command, otherEnd?.closedFirst]),
    [['web-1', 'api-1', 'nginx', true]],
  );
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...FILES.keys()], { minLength: FILES.size }), async (keys) => {
      const world = await worldAfter(keys);
      assert.deepEqual(
        [...world.analyses.values()].map(({ analysis }) => analysis),
        expected,
      );
      assert.deepEqual(
        world.published.map(({ kind }) => kind),
        ['opened'],
      );
    }),
    { numRuns: 30 },
  );
});
