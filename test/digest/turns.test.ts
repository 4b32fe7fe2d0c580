import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as later } from 'node:timers/promises';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import { LARGE_SNAPSHOT_LINES } from '../../lib/digest/limits.ts';
import { Turns } from '../../lib/digest/turns.ts';

const LINES_A_CHUNK = 20_000;
const CHUNK = Buffer.from('ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80\n'.repeat(LINES_A_CHUNK));

/** Who reads on beyond what a small upload has, in the order in which they do. */
class Readers {
  readonly order: string[] = [];

  async *body(name: string, chunks: number, fails = false): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < chunks; i += 1) {
      await later();
      if (i * LINES_A_CHUNK > LARGE_SNAPSHOT_LINES && this.order.at(-1) !== name) this.order.push(name);
      yield i === 0 ? Buffer.concat([Buffer.from('State Recv-Q Send-Q Local Address:Port Peer Address:Port\n'), CHUNK]) : CHUNK;
    }
    if (fails) throw new Error('the network is gone');
  }
}

const digest = (body: AsyncIterable<Uint8Array>, turns: Turns) =>
  digestUpload({
    ref: { kind: 'snapshots', host: 'web-1', name: 'x' },
    uri: 's3://uploads/x',
    lastModified: '2026-11-23T12:00:00.000Z',
    body,
    turns,
  });

const LARGE = 25;

test('of large uploads that are read at once, one goes on at a time, and a small one waits for none', async () => {
  const [readers, turns, done] = [new Readers(), new Turns(), [] as string[]];
  const one = (name: string, chunks: number) => digest(readers.body(name, chunks), turns).then(() => done.push(name));
  await Promise.all([one('a', LARGE), one('b', LARGE), one('c', LARGE), one('small', 2)]);
  assert.deepEqual(readers.order, ['a', 'b', 'c']);
  assert.deepEqual(done, ['small', 'a', 'b', 'c']);
});

test('one that fails lets the next go on', async () => {
  const [readers, turns] = [new Readers(), new Turns()];
  const outcomes = await Promise.allSettled([
    digest(readers.body('a', LARGE, true), turns),
    digest(readers.body('b', 200), turns),
    digest(readers.body('c', LARGE), turns),
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.kind : outcome.status)),
    ['rejected', 'rejected', 'digested'],
  );
  assert.deepEqual(readers.order, ['a', 'b', 'c']);
});
