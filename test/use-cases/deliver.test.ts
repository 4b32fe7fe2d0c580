import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { BUCKET, conflict, Hosts, log } from '../support/hosts.ts';
import { type Gate, open, type World } from '../support/memory.ts';

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

/** The last upload of a conflict, which opens its case: whoever takes it in has something to say. */
const opening = async (gate: Gate): Promise<{ readonly world: World; readonly last: () => Promise<unknown> }> => {
  const { world } = new Hosts();
  const uploads = conflict('web-1', 0, 7);
  const taking = (i: number, at: Gate): Promise<unknown> => {
    const { key, text } = uploads[i] ?? assert.fail('no such upload');
    world.objects.set(key, Buffer.from(text));
    return ingest({ bucket: BUCKET, key }, world.deps(at, 'function'));
  };
  await taking(0, open);
  await taking(2, open);
  return { world, last: () => taking(1, gate) };
};

test('whoever cannot tell whether a fleet speaks for the host leaves the telling to the next at once, not after the lease', async () => {
  const { world, last } = await opening(async (call) => {
    if (call === 'readFleet') throw new Error('the table is slow');
  });
  await assert.rejects(last(), /the table is slow/);
  assert.deepEqual(world.published, []);
  await sweep(world.deps(open, 'sweep'));
  assert.deepEqual(
    world.published.map(({ kind }) => kind),
    ['opened'],
  );
});

test('what was said but could not be noted as said fails, so that the upload comes again', async () => {
  let isSaid = false;
  const { world, last } = await opening(async (call) => {
    if (call === 'published') isSaid = true;
    if (isSaid && call === 'writeBoard') throw new Error('the table is slow');
  });
  await assert.rejects(last(), /the table is slow/);
  assert.equal(world.published.length, 1);
});

test('two failing logs of one host that are judged at once: whoever writes second judges again, since the first knew nothing of it', async () => {
  const { world } = new Hosts();
  const taking = (upload: { readonly key: string; readonly text: string }, gate = open): Promise<unknown> => {
    world.objects.set(upload.key, Buffer.from(upload.text));
    return ingest({ bucket: BUCKET, key: upload.key }, world.deps(gate, upload.key));
  };
  const [before, failing, after] = conflict('web-1', 0, 7);
  assert.ok(before !== undefined && failing !== undefined && after !== undefined);
  await taking(before);
  await taking(after);
  const decided = Promise.withResolvers<void>();
  const bothDecided = Promise.withResolvers<void>();
  const first = taking(log('web-1', 'worker', [1.5, 2.5]), async (call) => {
    if (call !== 'writeBoard') return;
    decided.resolve();
    await bothDecided.promise;
  });
  await decided.promise;
  await taking(failing, async (call) => {
    if (call !== 'writeBoard') return;
    bothDecided.resolve();
    await first;
  });
  const [analysis] = [...world.analyses.values()].map((stored) => stored.analysis);
  assert.deepEqual(analysis?.victims.map(({ app }) => app).sort(), ['api', 'worker']);
});
