import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { inOrder, type Listed, replay } from '../../lib/use-cases/replay.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { at, BUCKET, conflict, HEALTHY, leak, snapshot, type Upload } from '../support/hosts.ts';
import { type Gate, open, World } from '../support/memory.ts';

/** What a replay makes of the uploads, beside what was made of them when they came. */

const MINUTE = 60_000;
const SILENT_AFTER_MS = 60 * MINUTE;

interface Came extends Upload {
  /** Minutes after the beginning. */
  readonly at: number;
}

/** As uploaded a few seconds after they were taken. */
const came = (uploads: readonly Upload[], minute: number): readonly Came[] =>
  uploads.map((upload, i) => ({ ...upload, at: minute + (i + 1) / 20 }));

const START = Date.parse(at(0));
const timeOf = ({ at: minute }: Came): number => START + Math.round(minute * 60) * 1000;

const worldOf = (uploads: readonly Came[]): World => {
  const world = new World();
  world.silentAfterMs = SILENT_AFTER_MS;
  for (const { key, text } of uploads) world.objects.set(key, Buffer.from(text));
  return world;
};

/** As it was: each upload when it came, and the sweep every minute. */
const live = async (uploads: readonly Came[], minutes: number): Promise<World> => {
  const world = worldOf(uploads);
  const due = uploads.toSorted((a, b) => a.at - b.at);
  for (let minute = 0; minute <= minutes; minute += 1) {
    world.now = START + minute * MINUTE;
    await sweep(world.deps(open, 'sweep'));
    for (const upload of due.filter((one) => one.at >= minute && one.at < minute + 1)) {
      world.now = timeOf(upload);
      await ingest({ bucket: BUCKET, key: upload.key }, world.deps(open, 'ingest'));
    }
  }
  return world;
};

async function* listing(uploads: readonly Came[]): AsyncGenerator<Listed> {
  for (const upload of uploads) yield { ref: { bucket: BUCKET, key: upload.key }, at: new Date(timeOf(upload)).toISOString() };
}

const again = async (uploads: readonly Came[], minutes: number, world = worldOf(uploads), gate: Gate = open) => {
  const window = { from: at(0), to: new Date(START + minutes * MINUTE + 1).toISOString() };
  const { records, uploads: objects, journal, meter, settings } = world.deps(gate, 'replay');
  const recordsAt = (clock: { now(): string }) => {
    // What the world says of its time follows the replay.
    Object.defineProperty(world, 'now', { configurable: true, get: () => Date.parse(clock.now()) });
    return records;
  };
  const outcome = await replay(
    await inOrder(listing(uploads), window),
    { ...window, hasFleets: true },
    { uploads: objects, recordsAt, journal, meter, settings, owner: 'replay' },
    () => {},
  );
  return { world, outcome };
};

const analysesIn = (world: World) =>
  [...world.analyses.values()].map(({ analysis }) => analysis).toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** A conflict on three hosts at once (a fleet), a leak that grows and ends, a host that goes silent and comes back, and one refused. */
const STORY: readonly Came[] = [
  ...['web-1', 'web-2', 'web-3'].flatMap((host, i) => came(conflict(host, 2, 70 + i), 6 + i)),
  ...[0, 1, 2, 3, 4, 5].flatMap((minute) => came([snapshot('db-1', minute, leak(300 + 100 * minute, 5))], minute)),
  ...[7, 8, 9, 10, 20, 30].flatMap((minute) => came([snapshot('db-1', minute, HEALTHY)], minute)),
  ...came([snapshot('quiet-1', 1, HEALTHY)], 1),
  ...came([snapshot('quiet-1', 100, HEALTHY)], 100),
  ...came([{ key: 'hosts/web-9/snapshots/a', text: 'hello\n' }], 3),
];
const LENGTH = 240;

test('gives the same analyses, of fleets and silent hosts too, and tells nobody', async () => {
  const before = await live(STORY, LENGTH);
  const { world, outcome } = await again(STORY, LENGTH);
  const causes = new Set(analysesIn(before).map(({ cause }) => cause));
  assert.ok(causes.has('close-wait-leak') && causes.has('listener-conflict') && causes.has('host-silent'), [...causes].join());
  assert.ok(analysesIn(before).some(({ hosts }) => hosts.length === 3));
  assert.ok(before.published.length > 3);
  assert.deepEqual(analysesIn(world), analysesIn(before));
  assert.deepEqual(outcome, { ingested: STORY.length - 1, rejected: 1, gone: 0, known: 0, failed: [] });
  assert.deepEqual(world.rejections, before.rejections);
  assert.deepEqual(world.published, []);
});

test('changes nothing in a table that has it all', async () => {
  const before = await live(STORY, LENGTH);
  const analyses = analysesIn(before);
  const messages = before.published.length;
  await again(STORY, LENGTH, before);
  assert.deepEqual(analysesIn(before), analyses);
  assert.equal(before.published.length, messages);
});

test('goes on where it was interrupted, wherever that was', async () => {
  const calm = analysesIn((await again(STORY, LENGTH)).world);
  for (const calls of [1, 7, 30, 40, 55, 90, 150, 170, 400, 1500, 4000]) {
    const world = worldOf(STORY);
    let left = calls;
    const die: Gate = async () => {
      left -= 1;
      if (left <= 0) throw new Error('the network is gone');
    };
    await assert.rejects(again(STORY, LENGTH, world, die));
    await again(STORY, LENGTH, world);
    assert.deepEqual(analysesIn(world), calm, `died at call ${calls}`);
    assert.deepEqual(world.published, []);
  }
});

test('leaves waiting messages where they are, and hosts that are not replayed alone', async () => {
  const world = worldOf(STORY);
  const refuse: Gate = async (call) => {
    if (call === 'publish') throw new Error('no');
  };
  for (const upload of STORY.filter(({ key }) => key.includes('/web-1/'))) {
    world.now = timeOf(upload);
    await ingest({ bucket: BUCKET, key: upload.key }, world.deps(refuse, 'a')).catch(() => {});
  }
  const waiting = (): readonly string[] => world.boards.get('web-1')?.outbox.map(({ id }) => id) ?? [];
  const [message] = waiting();
  assert.ok(message !== undefined);
  const version = world.boards.get('web-1')?.version;
  await again(
    STORY.filter(({ key }) => key.includes('/db-1/')),
    LENGTH,
    world,
  );
  assert.equal(world.boards.get('web-1')?.version, version);
  await again(STORY, LENGTH, world);
  assert.deepEqual([waiting(), world.published.length], [[message], 0]);
});
