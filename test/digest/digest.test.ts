import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import { MAX_DIGEST_BYTES } from '../../lib/digest/fit.ts';
import { inflate } from '../../lib/digest/inflate.ts';
import { MAX_SNAPSHOT_BYTES } from '../../lib/digest/limits.ts';
import { portRange } from '../../lib/digest/port-range.ts';
import { findIn, SKETCH_SIZE, sketchBuilder, survival } from '../../lib/digest/sketch.ts';
import { isoTimeIn, takenAt } from '../../lib/digest/taken-at.ts';
import { parseUploadKey } from '../../lib/digest/upload-key.ts';
import type { SnapshotDigest } from '../../lib/model/digest.ts';
import type { Socket } from '../../lib/model/socket.ts';
import { NO_SYSCTLS } from '../../lib/parsers/tables.ts';
import { bytesOf, readSockets } from '../support/read.ts';
import { columnsOf } from '../support/rows.ts';

const digestText = async (text: string): Promise<SnapshotDigest> => {
  const outcome = await digestUpload({
    ref: { kind: 'snapshots', host: 'h', name: '20261123T100000Z' },
    uri: 's3://b/k',
    lastModified: '2026-11-23T10:00:01.000Z',
    body: bytesOf(text),
  });
  assert.equal(outcome.kind, 'digested');
  const [digest] = outcome.kind === 'digested' ? outcome.digests : [];
  assert.ok(digest?.kind === 'snapshot');
  return digest;
};

const row = (state: string, local: string, peer: string, owner = ''): string => `${state} 0 0 ${local} ${peer} ${owner}`;
const owner = (pid: number): string => `users:(("p${pid}",pid=${pid},fd=3))`;

test('reads the key layout, and refuses what is outside of it with a reason', () => {
  assert.deepEqual(parseUploadKey('hosts/web-03/logs/login/a/b.gz'), { kind: 'logs', host: 'web-03', app: 'login', name: 'a/b.gz' });
  for (const key of [
    'x',
    'hosts/',
    'hosts/-a/snapshots/x',
    'hosts/a/other/x',
    'hosts/a/snapshots/',
    'hosts/a/logs/x',
    'hosts/a b/snapshots/x',
    'hosts/../snapshots/x',
    `hosts/${'a'.repeat(65)}/snapshots/x`,
  ]) {
    const parsed = parseUploadKey(key);
    assert.ok(parsed.kind === 'rejected' && parsed.reason.endsWith('.'), key);
  }
});

test('finds ISO times of all forms in names, and none in what only looks like one', () => {
  assert.equal(isoTimeIn('20261123T095538Z.gz'), '2026-11-23T09:55:38.000Z');
  assert.equal(isoTimeIn('x-2026-11-23T10:55:38.5+01:00.txt'), '2026-11-23T09:55:38.500Z');
  assert.equal(isoTimeIn('2026-11-23_09-55-38'), '2026-11-23T09:55:38.000Z');
  assert.equal(isoTimeIn('20260230T000000Z'), null);
  assert.equal(isoTimeIn('12345678901234567890'), null);
});

test('reports a clock that is more than a minute off', () => {
  const at = (stated: string) => takenAt(stated, 'x', '2026-11-23T10:00:00.000Z').remarks.length;
  assert.deepEqual([at('2026-11-23T10:00:59Z'), at('2026-11-23T10:01:01Z'), at('2026-11-23T09:58:59Z')], [0, 1, 1]);
});

test('counts ports per local address, shared ones once, and what returns without each holder', async () => {
  const digest = await digestText(
    [
      'net.ipv4.ip_local_port_range = 20000 20009',
      '==> ss -tanp <==',
      row('ESTAB', '10.0.0.1:20000', '10.9.9.9:80', owner(1)),
      row('ESTAB', '10.0.0.1:20000', '10.9.9.8:80', owner(2)),
      row('CLOSE-WAIT', '10.0.0.1:20001', '10.9.9.9:80', owner(1)),
      row('ESTAB', '127.0.0.1:20002', '127.0.0.1:80', owner(3)),
      row('LISTEN', '0.0.0.0:20003', '0.0.0.0:*', owner(4)),
      row('ESTAB', '10.0.0.1:40000', '10.9.9.9:80', owner(1)),
    ].join('\n'),
  );
  const [first, second] = digest.ports;
  // 20000 (shared by two connects), 20001, and 20003, which a listener on any-address takes; 40000 is outside the range.
  assert.deepEqual([first?.address, first?.used], ['10.0.0.1', 3]);
  assert.deepEqual(
    first?.shares.map(({ holder, ports, exclusivePorts }) => [holder.kind === 'process' ? holder.pid : null, ports, exclusivePorts]).sort(),
    [
      [1, 2, 1],
      [2, 1, 0],
      [4, 1, 1],
    ],
  );
  assert.deepEqual([second?.address, second?.used], ['127.0.0.1', 2]);
});

test('infers a range that is full and dense, and no other', () => {
  const ports = (from: number, to: number, step = 1) =>
    Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
  assert.deepEqual(portRange(NO_SYSCTLS, [1023, ...ports(20_000, 20_999)]), { from: 20_000, to: 20_999, reserved: 0, basis: 'inferred' });
  assert.equal(portRange(NO_SYSCTLS, ports(20_000, 24_000, 2)), null);
  assert.equal(portRange(NO_SYSCTLS, ports(20_000, 20_050)), null);
  assert.deepEqual(portRange({ ...NO_SYSCTLS, portRange: [20_000, 20_009], reservedPorts: '20001,20005-20030' }, []), {
    from: 20_000,
    to: 20_009,
    reserved: 6,
    basis: 'sysctl',
  });
});

const hex = (id: number): string => id.toString(16);

const sketchOf = (ids: readonly number[], identity: (id: number) => Partial<Socket> = (id) => ({ cookie: hex(id) })): string | null => {
  const [socket] = readSockets('CLOSE-WAIT 1 0 10.0.0.1:1 10.0.0.2:2');
  assert.ok(socket !== undefined);
  const builder = sketchBuilder(columnsOf(ids.map((id) => ({ ...socket, ...identity(id) }))));
  for (let i = 0; i < ids.length; i += 1) builder.add(i);
  return builder.finish();
};

test('estimates survival within the error that its docstring states', () => {
  const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  assert.equal(survival(sketchOf(ids(0, 5000)), sketchOf(ids(0, 5000))), 1);
  assert.equal(survival(sketchOf(ids(0, 5000)), sketchOf(ids(9000, 5000))), 0);
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 4000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1e6), (size, share, seed) => {
      const kept = Math.round(size * share);
      const estimate = survival(sketchOf(ids(seed, size)), sketchOf(ids(seed + size - kept, size)));
      // Five standard errors of a sample of 32, which is what half of a sketch still judges at the least in practice.
      assert.ok(estimate !== null && Math.abs(estimate - kept / size) <= 5 * Math.sqrt(0.25 / (SKETCH_SIZE / 2)));
    }),
    { numRuns: 60 },
  );
});

/** FNV-1a, then murmur3's finaliser, without a sign: what stored sketches of cookies and inodes are made of. */
const stored = (text: string): number => {
  let h = 0x811c9dc5;
  for (const char of text) h = Math.imul(h ^ char.charCodeAt(0), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const storedSketch = (kind: string, texts: readonly string[]): string => {
  const hashes = [...new Set(texts.map(stored))].sort((a, b) => a - b).slice(0, SKETCH_SIZE);
  const bytes = Buffer.alloc(4 * hashes.length);
  for (const [i, hash] of hashes.entries()) bytes.writeUInt32BE(hash, 4 * i);
  return kind + bytes.toString('base64');
};

test('sketches of cookies and inodes are those that the table has of earlier snapshots', () => {
  for (const count of [1, 3, 63, 64, 65, 900]) {
    const ids = Array.from({ length: count }, (_, i) => 1 + ((i * 7919) % 800));
    assert.equal(sketchOf(ids), storedSketch('c', ids.map(hex)));
    assert.equal(
      sketchOf(ids, (id) => ({ inode: id })),
      storedSketch('i', ids.map(String)),
    );
  }
});

test('sketches that know their members by something else tell nothing of each other', () => {
  const sketch = sketchOf([1, 2, 3]);
  assert.ok(sketch !== null);
  const other = `t${sketch.slice(1)}`;
  assert.equal(survival(sketch, other), null);
  assert.equal(findIn(sketch, [sketch, other]), null);
  assert.deepEqual(findIn(sketch, [sketch]), { judged: 3, found: 3 });
});

test('keeps a digest small, whatever the upload', async () => {
  const lines = Array.from({ length: 60_000 }, (_, i) =>
    row('CLOSE-WAIT', `10.0.${i % 7}.1:${1024 + (i % 60_000)}`, `10.9.${i % 250}.${i % 240}:${80 + (i % 5)}`, owner(1 + (i % 900))),
  );
  const digest = await digestText(lines.join('\n'));
  assert.ok(JSON.stringify(digest).length <= 32 * 1024, `${JSON.stringify(digest).length} bytes`);
});

test('keeps a hostile digest small too: long paths, many programs, hundreds of failures over hours', async () => {
  const long = 'x'.repeat(3000);
  const rows = Array.from(
    { length: 3000 },
    (_, i) => `LISTEN 0 5 10.0.0.${i % 250}:${1000 + i} *:* users:(("p${i}",pid=${i + 1},fd=3)) cgroup:/${long}${i}`,
  );
  const snapshot = await digestText([...rows, ...Array.from({ length: 50 }, () => long)].join('\n'));
  assert.ok(JSON.stringify(snapshot).length <= MAX_DIGEST_BYTES, `${JSON.stringify(snapshot).length} bytes`);
  const at = (i: number) => new Date(Date.parse('2026-11-23T00:00:00Z') + i * 30_000).toISOString();
  const lines = Array.from(
    { length: 2000 },
    (_, i) =>
      `${at(i)} ERROR [${i}] x: cannot start server on port ${1000 + (i % 60)} ${long.slice(0, 400)}: [Errno 98] Address already in use`,
  );
  const outcome = await digestUpload({
    ref: { kind: 'logs', host: 'h', app: 'a', name: 'x' },
    uri: 's3://b/k',
    lastModified: '2026-11-23T20:00:00.000Z',
    body: bytesOf(lines.join('\n')),
  });
  const [log] = outcome.kind === 'digested' ? outcome.digests : [];
  assert.ok(log?.kind === 'log');
  assert.ok(JSON.stringify(log).length <= MAX_DIGEST_BYTES, `${JSON.stringify(log).length} bytes`);
  const counted = log.failures.reduce((sum, { minutes }) => sum + minutes.reduce((total, [, count]) => total + count, 0), 0);
  assert.equal(counted, 2000);
});

test('refuses a snapshot that inflates beyond the bound, since half a listing would say "none" of what it lacks', async () => {
  const bomb = gzipSync(Buffer.concat([Buffer.from('LISTEN 0 5 *:80 *:*\n'), Buffer.alloc(MAX_SNAPSHOT_BYTES, ' ')]));
  const outcome = await digestUpload({
    ref: { kind: 'snapshots', host: 'h', name: 'x' },
    uri: 's3://b/k',
    lastModified: '2026-11-23T10:00:00.000Z',
    body: bytesOf(bomb),
  });
  assert.match(outcome.kind === 'rejected' ? outcome.reason : '', /more than 128 MiB/);
});

test('unpacks gzip by content, keeps what a cut-off one holds, and stops a bomb', async () => {
  const gz = gzipSync('LISTEN 0 5 *:80 *:*\n'.repeat(5000));
  const read = async (bytes: Uint8Array, limit: number) => {
    const inflated = inflate(bytesOf(bytes), limit);
    let total = 0;
    for await (const chunk of inflated.chunks) total += chunk.length;
    return { total, fault: inflated.fault()?.kind ?? null };
  };
  assert.deepEqual(await read(gz, 1e9), { total: 100_000, fault: null });
  assert.equal((await read(gz.subarray(0, gz.length - 12), 1e9)).fault, 'damaged');
  assert.deepEqual(await read(gzipSync(Buffer.alloc(50_000_000)), 1_000_000), { total: 1_000_000, fault: 'too-large' });
});
