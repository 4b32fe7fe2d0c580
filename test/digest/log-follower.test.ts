import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import { type FollowedLog, LogFollower } from '../../lib/digest/log-follower.ts';
import type { LogDigest } from '../../lib/model/digest.ts';

const NOW = '2026-11-23T12:00:00.000Z';
const LOG: FollowedLog = { host: 'h', app: 'app', uri: '/var/log/app.log', since: NOW, notBefore: '1970-01-01T00:00:00.000Z', zone: null };

const FOLDER = 'test/fixtures/logs';
const logs = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.log'))
  .map((name) => ({ name, bytes: readFileSync(`${FOLDER}/${name}`) }));

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What an upload of the whole file says: the truth that following must come to. */
const uploaded = async (bytes: Uint8Array): Promise<LogDigest | null> => {
  const ref = { kind: 'logs', host: 'h', app: 'app', name: 'x' } as const;
  const outcome = await digestUpload({ ref, uri: LOG.uri, lastModified: NOW, body: once(bytes) });
  const [digest] = outcome.kind === 'digested' ? outcome.digests : [];
  return digest?.kind === 'log' ? digest : null;
};

/** With looks in between, as they come. */
const followed = (bytes: Uint8Array, cuts: readonly number[]): LogDigest => {
  const follower = new LogFollower(LOG);
  let at = 0;
  for (const cut of [...new Set(cuts.map((part) => Math.floor(part * bytes.length)))].sort((a, b) => a - b)) {
    follower.push(bytes.subarray(at, cut));
    follower.digest(NOW);
    at = cut;
  }
  follower.push(bytes.subarray(at));
  // The last line of a file that is complete has its end.
  if (bytes.at(-1) !== 10) follower.push(Buffer.from('\n'));
  return follower.digest(NOW);
};

test('comes to what an upload of the whole log says, however it was written', async () => {
  assert.ok(logs.length > 20);
  for (const { name, bytes } of logs) {
    const whole = await uploaded(bytes);
    if (whole === null || bytes[0] === 0xff || bytes[0] === 0xfe) continue;
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }), (cuts) => {
        assert.deepEqual(followed(bytes, cuts).failures, whole.failures, name);
      }),
      { numRuns: 20 },
    );
  }
});

const record = (i: number): string => {
  const at = new Date(Date.parse(NOW) - 3_600_000 + i * 1000).toISOString();
  return i % 10 === 0
    ? `${at} ERROR [7] api: cannot call\njava.net.BindException: Address already in use\n\tat java.base/sun.nio.ch.Net.bind0(Native Method)\n\tat com.example.Client.call(Client.java:10)\n`
    : `${at} INFO [7] api: served\n`;
};

test('counts each failure once over many thousand lines, in bounded memory', () => {
  const follower = new LogFollower(LOG);
  for (let i = 0; i < 20_000; i += 1) {
    follower.push(Buffer.from(record(i)));
    if (i % 1_713 !== 0) continue;
    const counted = follower.digest(NOW).failures.reduce((sum, { count }) => sum + count, 0);
    // Records 0, 10, 20, … fail.
    assert.equal(counted, Math.floor(i / 10) + 1, `after record ${i}`);
  }
});

test('counts a failure that nothing follows yet, and not a second time once something does', () => {
  const follower = new LogFollower(LOG);
  const count = (): number => follower.digest(NOW).failures.reduce((sum, failure) => sum + failure.count, 0);
  follower.push(Buffer.from('2026-11-23T11:59:00Z ERROR api: cannot call\nTraceback (most recent call last):\n'));
  assert.equal(count(), 0);
  follower.push(Buffer.from('  File "/srv/api/main.py", line 3, in call\nOSError: [Errno 98] Address already in use\n'));
  assert.equal(count(), 1);
  follower.push(Buffer.from('2026-11-23T11:59:01Z INFO api: goes on\n'));
  assert.equal(count(), 1);
});

test('leaves out what failed long before, and covers nothing that is to come', () => {
  const follower = new LogFollower({ ...LOG, notBefore: '2026-11-23T11:50:00.000Z' });
  follower.push(Buffer.from('2026-11-23T09:00:00Z ERROR api: [Errno 98] Address already in use\n'));
  follower.push(Buffer.from('2026-11-23T11:55:00Z ERROR api: [Errno 98] Address already in use\n'));
  follower.push(Buffer.from('2026-11-23T14:00:00Z INFO api: a clock that is ahead\n'));
  const digest = follower.digest(NOW);
  assert.deepEqual(
    digest.failures.map(({ count, firstAt }) => [count, firstAt]),
    [[1, '2026-11-23T11:55:00.000Z']],
  );
  assert.equal(digest.covers.to, NOW);
});

test('masks a secret that stands where a logger has its name, as an upload does', async () => {
  const bytes = Buffer.from(
    `2026-11-23 11:59:00 ERROR spring.datasource.password: fo11owedPw java.net.BindException: Address already in use (Bind failed)
2026-11-23 11:59:01 ERROR spring.datasource.password: fo11owedPw java.net.BindException: Address already in use (Bind failed)
`,
  );
  const digest = followed(bytes, [0.3, 0.7]);
  assert.deepEqual(
    digest.failures.map(({ kind, count }) => [kind, count]),
    [['address-in-use', 2]],
  );
  assert.ok(!JSON.stringify(digest).includes('fo11owedPw'));
  assert.deepEqual(digest.failures, (await uploaded(bytes))?.failures);
});
