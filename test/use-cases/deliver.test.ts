import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { BUCKET, conflict, Hosts, log } from '../support/hosts.ts';
import { open } from '../support/memory.ts';

test('what one delivery fails to say takes nothing away from another that is saying something, though one function has both', async () => {
  const { world } = new Hosts();
  const taking = async ({ key, text }: { readonly key: string; readonly text: string }, gate = open): Promise<unknown> => {
    world.objects.set(key, Buffer.from(text));
    world.now += 1000;
    // As in one invocation: a batch has one owner.
    return ingest({ bucket: BUCKET, key }, world.deps(gate, 'function'));
  };
  const [before, failure, after] = conflict('web-1', 0, 7);
  assert.ok(before !== undefined && failure !== undefined && after !== undefined);
  await taking(before);
  await taking(after);
  const publishing = Promise.withResolvers<void>();
  const accepted = Promise.withResolvers<void>();
  const first = taking(failure, async (call) => {
    if (call !== 'publish') return;
    publishing.resolve();
    await accepted.promise;
  });
  await publishing.promise;
  const refused = taking(log('web-1', 'worker', [1, 2]), async (call) => {
    if (call === 'publish') throw new Error('throttled');
  });
  await assert.rejects(refused, /throttled/);
  await sweep(world.deps(open, 'sweep'));
  accepted.resolve();
  await first;
  await sweep(world.deps(open, 'sweep'));
  const kinds = world.published.map(({ kind }) => kind).sort();
  assert.deepEqual(kinds, ['opened', 'worse']);
});
