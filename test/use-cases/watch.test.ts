import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { nodeFiles } from '../../lib/adapters/files.ts';
import { LogFollower } from '../../lib/digest/log-follower.ts';
import type { LogDigest } from '../../lib/model/digest.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { Watch, type Watched } from '../../lib/use-cases/watch.ts';
import { portsOf, watchView } from '../../lib/use-cases/watch-view.ts';
import { incidents } from '../support/incidents.ts';
import { type MadeSocket, snapshotText, timeAt } from '../support/made.ts';

type Incident = (typeof incidents)[number];

const timeOf = (key: string): string =>
  key.slice(key.lastIndexOf('/') + 1).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6.000Z');

const logOf = (host: string, key: string, bytes: Uint8Array): LogDigest => {
  const app = key.split('/')[3] ?? '';
  const at = timeOf(key);
  const follower = new LogFollower({ host, app, uri: key, since: at, notBefore: '', zone: null });
  follower.push(bytes);
  return follower.digest(at);
};

/** The recording as somebody who watched that host would have had it: snapshot by snapshot, the logs with the last. */
const watched = async ({ objects }: Incident): Promise<Watched> => {
  const read = [...objects].map(([key, bytes]) => ({ key, bytes: gunzipSync(bytes) }));
  const host = read[0]?.key.split('/')[1] ?? '';
  const snapshots = read.filter(({ key }) => key.includes('/snapshots/')).sort((a, b) => (timeOf(a.key) < timeOf(b.key) ? -1 : 1));
  const logs = read.filter(({ key }) => key.includes('/logs/')).map(({ key, bytes }) => logOf(host, key, bytes));
  const watch = new Watch(host);
  let last: Watched | null = null;
  for (const [i, { key, bytes }] of snapshots.entries())
    last = await watch.take({ at: timeOf(key), snapshot: bytes, logs: i === snapshots.length - 1 ? logs : [] });
  assert.ok(last !== null);
  return last;
};

test('comes to what analyze says of the same evidence', async () => {
  for (const one of incidents) {
    const { analyses } = await analyzePaths([one.folder], nodeFiles);
    const live = await watched(one);
    const gist = (all: typeof analyses) =>
      all
        .filter(({ severity }) => severity !== 'info')
        .map(({ cause, culprit, severity }) => [cause, culprit?.pid, culprit?.peer, severity]);
    assert.deepEqual(gist(live.analyses).slice(0, 1), gist(analyses).slice(0, 1), one.name);
  }
});

const leak = (sockets: number): readonly MadeSocket[] =>
  Array.from({ length: sockets }, (_, i) => ({
    state: 'CLOSE-WAIT',
    local: `10.0.0.1:${20_000 + i}`,
    peer: '10.20.8.21:8080',
    recvQ: 1,
    owner: ['sync', 77] as const,
    cookie: i + 1,
  }));

const look = (seconds: number, sockets: readonly MadeSocket[]) => ({
  at: timeAt(seconds),
  snapshot: Buffer.from(snapshotText({ at: seconds, sockets, range: [20_000, 20_999] })),
  logs: [],
});

test('says how it grows and when none is left, as counted by hand', async () => {
  const watch = new Watch('h');
  let last = await watch.take(look(0, leak(100)));
  // Ten more each three seconds: 200 a minute; at 27 s there are 190, and the other 810 take 243 s.
  for (let i = 1; i < 10; i += 1) last = await watch.take(look(3 * i, leak(100 + 10 * i)));
  const { ports, holders } = watchView(last, { host: 'h', netns: null, since: timeAt(0), looks: 10, everyMs: 3000, notes: [] });
  assert.deepEqual(ports.range, { from: 20_000, to: 20_999, capacity: 1000, isAssumed: false });
  assert.deepEqual([ports.address, ports.used, ports.perMinute], ['10.0.0.1', 190, 200]);
  assert.deepEqual(ports.fullAt, { about: timeAt(27 + 243), earliest: timeAt(27 + 243), latest: timeAt(27 + 243) });
  assert.deepEqual(
    holders.map((row) => [row.holder, row.closeWait, row.established, row.perMinute, row.series.length]),
    [[{ kind: 'process', pid: 77, command: 'sync' }, 190, 0, 200, 10]],
  );
  assert.deepEqual([last.analyses[0]?.cause, last.analyses[0]?.culprit?.pid], ['close-wait-leak', 77]);
});

test('forecasts nothing where the use goes up and down', async () => {
  const watch = new Watch('h');
  let last = await watch.take(look(0, leak(100)));
  for (const [i, sockets] of [120, 90, 130, 95, 110, 100].entries()) last = await watch.take(look(3 * (i + 1), leak(sockets)));
  assert.equal(portsOf(last.snapshots).fullAt, null);
});

test('sees that it is over, and that it came back', async () => {
  const watch = new Watch('h');
  for (let i = 0; i < 10; i += 1) await watch.take(look(3 * i, leak(300 + 30 * i)));
  // What ss prints where there is no socket at all.
  const none = Buffer.from('==> ss -tanpe <==\nState Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n');
  let last = await watch.take({ at: timeAt(30), snapshot: none, logs: [] });
  for (let i = 11; i < 14; i += 1) last = await watch.take({ at: timeAt(3 * i), snapshot: none, logs: [] });
  assert.deepEqual(
    last.analyses.map(({ status, cause }) => [status, cause]),
    [['resolved', 'close-wait-leak']],
  );
  for (let i = 14; i < 30; i += 1) last = await watch.take(look(3 * i, leak(30 * i)));
  assert.deepEqual([last.analyses[0]?.status, last.analyses[0]?.history.times], ['open', 2]);
});

test('keeps a bounded number of snapshots, the newest closely and the oldest not beyond half an hour', async () => {
  const watch = new Watch('h');
  let last = await watch.take(look(0, leak(10)));
  for (let i = 1; i < 1200; i += 1) last = await watch.take(look(3 * i, leak(10)));
  const ages = last.snapshots.map(({ takenAt }) => (Date.parse(timeAt(3 * 1199)) - Date.parse(takenAt)) / 1000).reverse();
  assert.ok(ages.length <= 100, `${ages.length} snapshots`);
  assert.deepEqual(ages.slice(0, 8), [0, 3, 6, 9, 12, 15, 18, 21]);
  assert.ok((ages.at(-1) ?? 0) > 1500 && (ages.at(-1) ?? 0) <= 1800, `the oldest is ${ages.at(-1)} s old`);
  for (const [i, age] of ages.entries()) assert.ok(i === 0 || age - (ages[i - 1] ?? 0) <= Math.max(3, age / 6), `a gap before ${age} s`);
});

test('goes on after a snapshot that cannot be read, and after none at all', async () => {
  const watch = new Watch('h');
  for (let i = 0; i < 5; i += 1) await watch.take(look(3 * i, leak(300 + 30 * i)));
  const refused = await watch.take({ at: timeAt(15), snapshot: Buffer.from('segmentation fault\n'), logs: [] });
  assert.ok(refused.refused !== null);
  assert.equal((await watch.take({ at: timeAt(18), snapshot: null, logs: [] })).analyses[0]?.status, 'open');
  assert.equal((await watch.take(look(21, leak(510)))).analyses[0]?.cause, 'close-wait-leak');
});
