import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as later } from 'node:timers/promises';
import { LARGE_SNAPSHOT_LINES } from '../../lib/digest/limits.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import type { StoredObject, Uploads } from '../../lib/use-cases/ports.ts';
import { Turns } from '../../lib/use-cases/turns.ts';
import { BUCKET } from '../support/hosts.ts';
import { open, World } from '../support/memory.ts';

const LINES_A_CHUNK = 20_000;
const HEAD = Buffer.from('State Recv-Q Send-Q Local Address:Port Peer Address:Port\n');
const CHUNK = Buffer.from('ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80\n'.repeat(LINES_A_CHUNK));
const LARGE = 15;

/** Objects that are made as they are read; who reads on beyond what one beside others may is noted, and which bodies were left open. */
class Objects {
  readonly order: string[] = [];
  opened = 0;
  closed = 0;

  uploads(chunksOf: (key: string) => number, failsOf: (key: string) => boolean = () => false): Uploads {
    return {
      open: async (ref): Promise<StoredObject> => ({
        ref,
        lastModified: '2026-11-23T12:00:00.000Z',
        bytes: 1,
        timezone: null,
        body: this.#body(ref.key, chunksOf(ref.key), failsOf(ref.key)),
      }),
    };
  }

  async *#body(key: string, chunks: number, fails: boolean): AsyncGenerator<Uint8Array> {
    this.opened += 1;
    try {
      yield HEAD;
      for (let i = 0; i < chunks; i += 1) {
        await later();
        if ((i - 1) * LINES_A_CHUNK > LARGE_SNAPSHOT_LINES) {
          if (this.order.at(-1) !== key) this.order.push(key);
          if (fails) throw new Error('the network is gone');
        }
        yield CHUNK;
      }
    } finally {
      this.closed += 1;
    }
  }
}

const keyOf = (host: string): string => `hosts/${host}/snapshots/20261123T120000Z`;

test('of large snapshots that come at once one is read at a time, a small one waits for none, and no body stays open', async () => {
  const objects = new Objects();
  const deps = { ...new World().deps(open, 'turns'), uploads: objects.uploads((key) => (key === keyOf('small') ? 2 : LARGE)) };
  const done: string[] = [];
  const one = (host: string) => ingest({ bucket: BUCKET, key: keyOf(host) }, deps).then(({ kind }) => done.push(`${host} ${kind}`));
  await Promise.all(['a', 'b', 'c', 'small'].map(one));
  assert.equal(objects.order.length, 3, objects.order.join());
  assert.deepEqual(done.toSorted(), ['a ingested', 'b ingested', 'c ingested', 'small ingested']);
  assert.equal(done[0], 'small ingested');
  assert.deepEqual([objects.opened, objects.closed], [7, 7]);
});

test('one that fails lets the next be read', async () => {
  const objects = new Objects();
  const uploads = objects.uploads(
    () => LARGE,
    (key) => key === keyOf('a'),
  );
  const deps = { ...new World().deps(open, 'turns'), uploads };
  const outcomes = await Promise.allSettled(['a', 'b'].map((host) => ingest({ bucket: BUCKET, key: keyOf(host) }, deps)));
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
});

test('a turn is over when its work is, however it ends', async () => {
  const turns = new Turns();
  const said: string[] = [];
  const work = (name: string, fails: boolean) => async () => {
    said.push(`${name} begins`);
    await later();
    said.push(`${name} ends`);
    if (fails) throw new Error(name);
    return name;
  };
  const outcomes = await Promise.allSettled([turns.take(work('a', true)), turns.take(work('b', false))]);
  assert.deepEqual(said, ['a begins', 'a ends', 'b begins', 'b ends']);
  assert.deepEqual(outcomes[1], { status: 'fulfilled', value: 'b' });
  assert.equal(outcomes[0]?.status, 'rejected');
});
