import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import { LogIdentity } from '../../lib/digest/log-identity.ts';

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const digestOf = async (bytes: Buffer, chunk = 64 * 1024) => {
  const outcome = await digestUpload({
    ref: { kind: 'logs', host: 'web-1', app: 'login', name: '20261123T120000Z' },
    uri: 's3://uploads/log',
    lastModified: '2026-11-23T12:00:00.000Z',
    body: inChunks(bytes, chunk),
  });
  const [digest] = outcome.kind === 'digested' ? outcome.digests : [];
  assert.ok(digest?.kind === 'log');
  return digest;
};

const LINES = 60_000;
const FAILING = 40_000;
const record = (i: number): string => `${new Date(Date.UTC(2026, 10, 23, 8) + i * 40).toISOString()} INFO order ${i} placed`;
const logOf = (change: (lines: string[]) => void = () => {}): Buffer => {
  const lines = Array.from({ length: LINES }, (_, i) => record(i));
  lines[FAILING] = `${record(FAILING)}: Address already in use`;
  change(lines);
  return Buffer.from(`${lines.join('\n')}\n`);
};

test('a short log is known by all of it', async () => {
  const bytes = Buffer.from(`${record(1)}\n${record(2)}\n`);
  assert.equal((await digestOf(bytes)).contentId, createHash('sha256').update(bytes).digest('hex'));
});

test('a long log is the same however it arrives', async () => {
  const bytes = logOf();
  const whole = await digestOf(bytes, bytes.length);
  for (const chunk of [999, 65_536, 300_000]) assert.deepEqual(await digestOf(bytes, chunk), whole);
});

test('it is another where what fails, or when, or how much there is, is another', async () => {
  const { contentId } = await digestOf(logOf());
  const changes: readonly ((lines: string[]) => void)[] = [
    (lines) => lines.splice(FAILING, 1, `${record(FAILING)}: Too many open files`),
    (lines) => lines.splice(FAILING, 1, `${record(FAILING + 1)}: Address already in use`),
    (lines) => lines.splice(FAILING - 10_000, 1),
    (lines) => lines.push(record(LINES)),
    (lines) => lines.splice(10, 1, record(11)),
  ];
  for (const change of changes) assert.notEqual((await digestOf(logOf(change))).contentId, contentId);
});

test('where two long logs are taken for one, their digests are one too', async () => {
  const digest = await digestOf(logOf());
  // A calm line far from any failure, which nobody reads.
  const other = await digestOf(logOf((lines) => lines.splice(FAILING - 10_000, 1, record(FAILING - 10_000).replace('placed', 'billed'))));
  assert.equal(other.contentId, digest.contentId);
  assert.deepEqual(other, digest);
});

test('a gap is known by its place and its length, and is no text', () => {
  const idOf = (...parts: readonly (string | number)[]): string => {
    const identity = new LogIdentity();
    for (const part of parts) typeof part === 'string' ? identity.bytes(Buffer.from(part)) : identity.gap(part);
    return identity.hex();
  };
  const ids = [idOf('a\n', 'b\n'), idOf('a\n', 3, 'b\n'), idOf('a\n', 4, 'b\n'), idOf('a\n', 'b\n', 3), idOf('a\n', '2 3\n', 'b\n')];
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(idOf('a\n', 'b\n'), idOf('a\nb\n'));
});
