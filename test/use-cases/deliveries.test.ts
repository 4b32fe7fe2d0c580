import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingestDelivered, MAX_RECEIVES } from '../../lib/use-cases/deliveries.ts';
import type { IngestOutcome } from '../../lib/use-cases/ingest.ts';
import { BUCKET, conflict } from '../support/hosts.ts';
import { type Gate, open, World } from '../support/memory.ts';

/** What is listed of an upload that the queue hands over again and again. */

const [UPLOAD = assert.fail('no upload')] = conflict('web-1', 0, 7);

class Queue {
  readonly world = new World();
  readonly calls: string[] = [];

  constructor(text = UPLOAD.text) {
    this.world.objects.set(UPLOAD.key, Buffer.from(text));
  }

  /** @param age of the upload, in minutes */
  deliver(receives: number, gate: Gate = open, age = 0): Promise<IngestOutcome> {
    const noted: Gate = async (call) => {
      this.calls.push(call);
      await gate(call);
    };
    const uploadedAt = new Date(this.world.now - age * 60_000).toISOString();
    return ingestDelivered({ bucket: BUCKET, key: UPLOAD.key }, { receives, uploadedAt }, this.world.deps(noted, 'function'));
  }

  reasons(): readonly string[] {
    return this.world.rejections.map(({ reason }) => reason);
  }
}

test('before an upload is tried for the last time it is listed: a function that it kills says nothing afterwards', async () => {
  const queue = new Queue();
  const listed: (readonly string[])[] = [];
  const looking: Gate = async (call) => {
    if (call === 'open') listed.push(queue.reasons());
  };
  await queue.deliver(MAX_RECEIVES - 1, looking);
  await queue.deliver(MAX_RECEIVES, looking);
  assert.deepEqual(listed[0], []);
  assert.match(listed[1]?.join() ?? '', /could not be taken in, 5 times \(the last time: out of time or memory\)/);
});

test('one that is taken in at last is listed no more', async () => {
  const queue = new Queue();
  assert.equal((await queue.deliver(MAX_RECEIVES)).kind, 'ingested');
  assert.deepEqual(queue.reasons(), []);
});

test('one that comes from the dead-letter queue, counted anew, is listed no more either', async () => {
  const queue = new Queue();
  await assert.rejects(
    queue.deliver(MAX_RECEIVES, async (call) => {
      if (call === 'putDigest') throw new RangeError('throttled');
    }),
    /throttled/,
  );
  assert.match(queue.reasons().join(), /the last time: RangeError/);
  assert.equal((await queue.deliver(1, open, 60)).kind, 'ingested');
  assert.deepEqual(queue.reasons(), []);
});

test('one that is refused for what it holds stays listed, for that', async () => {
  const queue = new Queue('nothing that is known\n');
  assert.equal((await queue.deliver(MAX_RECEIVES)).kind, 'rejected');
  assert.match(queue.reasons().at(-1) ?? '', /Nothing in it is known/);
});

test('an ordinary upload costs no look at the list', async () => {
  const queue = new Queue();
  await queue.deliver(1);
  assert.ok(queue.calls.length > 0 && !queue.calls.includes('clearRejection'), queue.calls.join());
});

test('what cannot be listed fails for its own reason all the same', async () => {
  const queue = new Queue();
  const failing = queue.deliver(MAX_RECEIVES, async (call) => {
    if (call === 'putRejection') throw new Error('the list is full');
    if (call === 'putDigest') throw new Error('throttled');
  });
  await assert.rejects(failing, /throttled/);
});
