import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { BUCKET, conflict, Hosts, log, type Upload } from '../support/hosts.ts';
import { type Gate, open, type World } from '../support/memory.ts';

/** Before the last upload of a conflict, which opens its case: whoever takes it in has something to say. */
const halfTaken = async (): Promise<{ readonly world: World; readonly last: Upload }> => {
  const { world } = new Hosts();
  const [before, last, after] = conflict('web-1', 0, 7);
  assert.ok(before !== undefined && last !== undefined && after !== undefined);
  await take(world, before);
  await take(world, after);
  return { world, last };
};

/** Takes an upload in, by the function that is named: a batch has one owner. */
const take = (world: World, { key, text }: Upload, gate = open, owner = 'function'): Promise<unknown> => {
  world.objects.set(key, Buffer.from(text));
  world.now += 1000;
  return ingest({ bucket: BUCKET, key }, world.deps(gate, owner));
};

test('what one delivery fails to say takes nothing away from another that is saying something, though one function has both', async () => {
  const { world, last: failure } = await halfTaken();
  const publishing = Promise.withResolvers<void>();
  const accepted = Promise.withResolvers<void>();
  const first = take(world, failure, async (call) => {
    if (call !== 'publish') return;
    publishing.resolve();
    await accepted.promise;
  });
  await publishing.promise;
  const refused = take(world, log('web-1', 'worker', [1, 2]), async (call) => {
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

test('whoever cannot tell whether a fleet speaks for the host leaves the telling to the next at once, not after the lease', async () => {
  const { world, last } = await halfTaken();
  const failing = take(world, last, async (call) => {
    if (call === 'readFleet') throw new Error('the table is slow');
  });
  await assert.rejects(failing, /the table is slow/);
  assert.deepEqual(world.published, []);
  await sweep(world.deps(open, 'sweep'));
  assert.deepEqual(
    world.published.map(({ kind }) => kind),
    ['opened'],
  );
});

test('what was said but could not be noted as said fails, so that the upload comes again', async () => {
  let isSaid = false;
  const { world, last } = await halfTaken();
  const failing = take(world, last, async (call) => {
    if (call === 'published') isSaid = true;
    if (isSaid && call === 'writeBoard') throw new Error('the table is slow');
  });
  await assert.rejects(failing, /the table is slow/);
  assert.equal(world.published.length, 1);
});

test('two failing logs of one host that are judged at once: whoever writes second judges again, since the first knew nothing of it', async () => {
  const { world, last } = await halfTaken();
  const decided = Promise.withResolvers<void>();
  const bothDecided = Promise.withResolvers<void>();
  const firstToDecide: Gate = async (call) => {
    if (call !== 'writeBoard') return;
    decided.resolve();
    await bothDecided.promise;
  };
  const first = take(world, log('web-1', 'worker', [1.5, 2.5]), firstToDecide, 'another');
  await decided.promise;
  await take(world, last, async (call) => {
    if (call !== 'writeBoard') return;
    bothDecided.resolve();
    await first;
  });
  const [analysis] = [...world.analyses.values()].map((stored) => stored.analysis);
  assert.deepEqual(analysis?.victims.map(({ app }) => app).sort(), ['api', 'worker']);
});
