import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { timelineAnswer } from '../../lib/api/timeline.ts';
import type { Timeline } from '../../lib/model/timeline.ts';
import type { Frame } from '../../lib/timeline/frame.ts';
import { MAX_POINTS } from '../../lib/timeline/points.ts';
import { timelineOf } from '../../lib/timeline/timeline.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { readTimeline, type TimelineQuery } from '../../lib/use-cases/timeline.ts';
import { at, BUCKET, Hosts, leak, log, snapshot } from '../support/hosts.ts';
import { incident } from '../support/incidents.ts';
import { open, World } from '../support/memory.ts';

const recorded = async (name: string): Promise<World> => {
  const world = new World();
  for (const [key, bytes] of incident(name).objects) {
    world.objects.set(key, bytes);
    await ingest({ bucket: BUCKET, key }, world.deps(open, 'test'));
  }
  return world;
};

const read = async (world: World, host: string, query: TimelineQuery = {}): Promise<Timeline> => {
  const { records, clock } = world.deps(open, 'test');
  const timeline = await readTimeline(host, query, records, clock.now());
  assert.ok(timeline !== null);
  return timelineAnswer.parse(timeline);
};

test('counts what the recording shows, snapshot by snapshot', async () => {
  const timeline = await read(await recorded('seed-ss'), 'web-03');
  assert.deepEqual(
    timeline.times.map((time) => time.slice(11, 19)),
    ['10:39:00', '10:39:02', '10:39:05', '10:39:08', '10:39:10', '10:39:13', '10:39:15'],
  );
  // `zcat … | awk '/^(ESTAB|CLOSE-WAIT)/ && /pid=28429/ {print $1}' | sort | uniq -c`, for each snapshot.
  const [leaker] = timeline.processes;
  assert.deepEqual([leaker?.pid, leaker?.command, leaker?.peer, leaker?.peak], [28429, 'python3', '10.20.8.21:8080', 1000]);
  assert.deepEqual(leaker?.states.close_wait, [0, 413, 941, 1000, 1000, 1000, 1000]);
  assert.deepEqual(leaker?.states.established, [0, 105, 59, 0, 0, 0, 0]);
  const [ports] = timeline.ports;
  assert.deepEqual(ports?.range, { from: 20_000, to: 20_999, assumed: false });
  assert.deepEqual(new Set(ports?.capacity), new Set([1000]));
  assert.equal(ports?.used.at(-1), 1000);
  // `zcat … | grep -c BindException` and the incident's own count.
  assert.deepEqual(
    timeline.failures.map(({ app, total }) => [app, total]),
    [
      ['login', 69],
      ['sync', 21],
    ],
  );
  assert.equal(timeline.isComplete, true);
});

test('shows a window only, and deployments in it', async () => {
  const hosts = new Hosts();
  await hosts.take([
    ...[0, 10, 20, 30].map((minute) => snapshot('web-1', minute, leak(10 * minute + 1, 7))),
    log('web-1', 'api', [5, 15, 25]),
    {
      key: 'hosts/web-1/events/20261123T101200Z.json',
      text: JSON.stringify({ kind: 'deploy', app: 'sync', version: '2.8.1', at: at(12) }),
    },
  ]);
  const timeline = await read(hosts.world, 'web-1', { from: at(8), to: at(22) });
  assert.deepEqual(timeline.times, [at(10), at(20)]);
  assert.deepEqual(timeline.processes[0]?.states.close_wait, [101, 201]);
  assert.deepEqual(timeline.failures[0]?.bins, [[at(15), 1]]);
  assert.deepEqual(timeline.markers, [{ at: at(12), kind: 'deploy', app: 'sync', version: '2.8.1' }]);
  const whole = await read(hosts.world, 'web-1');
  assert.deepEqual([whole.times.length, whole.to], [4, at(30)]);
});

test('says null, not zero, where a listing has no sockets, and nothing of an unknown host', async () => {
  const hosts = new Hosts();
  await hosts.take([
    snapshot('web-1', 0, leak(50, 7)),
    snapshot('web-1', 1, '==> sysctl <==\nnet.ipv4.ip_local_port_range = 20000 20999\n==> fds <==\npid open soft hard\n7 60 1024 4096\n'),
    snapshot('web-1', 2, leak(60, 7)),
  ]);
  const timeline = await read(hosts.world, 'web-1');
  assert.deepEqual(timeline.processes[0]?.states.close_wait, [50, null, 60]);
  assert.deepEqual(timeline.ports[0]?.used, [50, null, 60]);
  const { records, clock } = hosts.world.deps(open, 'test');
  assert.equal(await readTimeline('web-2', {}, records, clock.now()), null);
});

const frame = (time: number, closeWait: number): Frame => ({
  at: new Date(Date.parse(at(0)) + time).toISOString(),
  netns: null,
  dialect: 'ss',
  range: null,
  seenPorts: null,
  used: closeWait,
  stacks: new Map([
    [
      'a',
      {
        key: 'a',
        holder: 'process',
        pid: 1,
        command: 'a',
        peer: null,
        localPort: null,
        counts: new Map([['close_wait', closeWait]]),
        total: closeWait,
      },
    ],
  ]),
  isComplete: true,
});

test('keeps every peak and the last value however many snapshots there are, in any order', () => {
  const DAY_MS = 86_400_000;
  const made = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: DAY_MS }), fc.integer({ min: 1, max: 30_000 })), {
    minLength: 1,
    maxLength: 2000,
    selector: ([time]) => time,
    size: 'max',
  });
  fc.assert(
    fc.property(made, (list) => {
      const scene = { host: 'a', from: at(0), to: at(24 * 60), isComplete: true, logs: [], markers: [] };
      const timeline = timelineOf({ ...scene, frames: list.map(([time, sockets]) => frame(time, sockets)) });
      assert.ok(timeline.times.length <= MAX_POINTS);
      assert.deepEqual([...timeline.times].sort(), timeline.times);
      const series = timeline.processes[0]?.states.close_wait ?? [];
      const sockets = list.map(([, count]) => count);
      assert.equal(Math.max(...series.map(Number)), Math.max(...sockets));
      assert.equal(timeline.snapshots, list.length);
      const [lastTime] = list.reduce((last, one) => (one[0] > last[0] ? one : last));
      assert.equal(timeline.times.at(-1), frame(lastTime, 1).at);
      assert.deepEqual(timelineOf({ ...scene, frames: list.toReversed().map(([time, count]) => frame(time, count)) }), timeline);
    }),
    { numRuns: 60 },
  );
});
