import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeFailures } from '../../lib/diagnosis/merge-failures.ts';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import type { LogDigest } from '../../lib/model/digest.ts';

/** Logs as the host's agent ships them: by file and byte range. */

const MODIFIED = '2026-11-23T10:30:00.000Z';

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const digest = async (text: string, uri = 'u'): Promise<LogDigest> => {
  const ref = { kind: 'logs', host: 'web-1', app: 'shop', name: '20261123T103000Z' } as const;
  const outcome = await digestUpload({ ref, uri, lastModified: MODIFIED, body: once(text) });
  const [only] = outcome.kind === 'digested' ? outcome.digests : [];
  assert.equal(only?.kind, 'log');
  return only;
};

const head = (from: number, to: number, more: readonly string[] = [], file = '1.77.5'): string =>
  ['==> meta <==', 'host: web-1', `file: ${file} shop.log`, `from: ${from}`, `to: ${to}`, ...more, '==> log <==', ''].join('\n');

const failure = (time: string): string =>
  `2026-11-23T${time}Z ERROR [77] shop: connect to 10.0.0.9:80 failed: [Errno 99] Cannot assign requested address\n`;

test('reads what the agent says, and the log behind it with the lines that the upload has', async () => {
  const { chunk, failures, remarks } = await digest(`${head(100, 300)}${failure('10:00:01')}`);
  assert.deepEqual(chunk, { file: '1.77.5', from: 100, to: 300 });
  assert.deepEqual([failures[0]?.count, failures[0]?.lines, remarks], [1, [7, 7], []]);
});

test("takes the agent's word on the zone of times that name none", async () => {
  const line = failure('10:00:01').replace('Z ', ' ').replace('T', ' ');
  assert.equal((await digest(`${head(0, 9, ['timezone: Europe/Berlin'])}${line}`)).failures[0]?.firstAt, '2026-11-23T09:00:01.000Z');
});

test('says that another host was named; the key decides', async () => {
  const { host, remarks } = await digest(`${head(0, 9).replace('host: web-1', 'host: db-9')}${failure('10:00:01')}`);
  assert.equal(host, 'web-1');
  assert.match(remarks.join(), /names another host/);
});

test('leaves what only looks like a head to the log', async () => {
  const texts = [
    `==> meta <==\n${failure('10:00:01')}`,
    `==> meta <==\nhost: x\n==> ss <==\n${failure('10:00:01')}`,
    `==> meta <==\n${'x: y\n'.repeat(40)}==> log <==\n${failure('10:00:01')}`,
    `${failure('10:00:01')}${head(0, 9)}`,
    `${head(9, 9)}${failure('10:00:01')}`,
    `${head(0, 9).replace('from: 0', 'from: -5')}${failure('10:00:01')}`,
  ];
  for (const text of texts) {
    const { chunk, failures } = await digest(text);
    assert.deepEqual([chunk, failures[0]?.count], [null, 1], text.slice(0, 60));
  }
});

/** A log of failures, each a second after the other; some share a second, as on a busy host. */
const log = Array.from({ length: 40 }, (_, i) => failure(`10:00:${String(Math.floor(i / 2)).padStart(2, '0')}`));
const offsets = Array.from({ length: log.length + 1 }, (_, i) => log.slice(0, i).join('').length);
const chunkOf = (from: number, to: number, file?: string): string =>
  `${head(offsets[from] ?? 0, offsets[to] ?? 0, [], file)}${log.slice(from, to).join('')}`;

const total = (digests: readonly LogDigest[]): number => mergeFailures(digests).reduce((sum, { count }) => sum + count, 0);

test('counts every line once, whatever the cuts, the order and the repetitions of the chunks', async () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: log.length - 1 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(cuts, fc.infiniteStream(fc.nat()), async (places, random) => {
      const bounds = [0, ...places.toSorted((a, b) => a - b), log.length];
      const chunks = await Promise.all(bounds.slice(1).map((to, i) => digest(chunkOf(bounds[i] ?? 0, to), `u${i}`)));
      const repeated = [...chunks, ...chunks.filter(() => (random.next().value ?? 0) % 3 === 0)];
      const shuffled = repeated.map((one) => [random.next().value ?? 0, one] as const).toSorted(([a], [b]) => a - b);
      assert.equal(total(shuffled.map(([, one]) => one)), log.length);
    }),
    { numRuns: 60 },
  );
});

test('counts bytes that overlap once, and the same bytes of two files twice', async () => {
  assert.equal(total([await digest(chunkOf(0, 20), 'a'), await digest(chunkOf(0, 40), 'b')]), 40);
  assert.equal(total([await digest(chunkOf(0, 20), 'a'), await digest(chunkOf(0, 20, '2.88.6'), 'b')]), 40);
});

test('counts a log once that comes by the agent and by a plain upload', async () => {
  assert.equal(total([await digest(chunkOf(0, 20), 'a'), await digest(chunkOf(20, 40), 'b'), await digest(log.join(''), 'c')]), 40);
});
