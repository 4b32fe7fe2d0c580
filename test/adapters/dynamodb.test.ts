import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DEFAULT_RETENTION, dynamoRecords } from '../../lib/adapters/dynamodb.ts';
import { dynamoHosts } from '../../lib/adapters/dynamodb-hosts.ts';
import { nodeFiles } from '../../lib/adapters/files.ts';
import { emptyBoard } from '../../lib/cases/board.ts';
import { type Stack, startStack } from '../../lib/local/stack.ts';
import type { Digest } from '../../lib/model/digest.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import type { Records, Rejection } from '../../lib/use-cases/ports.ts';
import { incident } from '../support/incidents.ts';

/** What an emulated table shows and a map in memory does not: pages that end by size, keys in the index, conditions. */

const BEGAN = Date.parse('2026-11-23T10:00:00Z');
const at = (minute: number): string => new Date(BEGAN + minute * 60_000).toISOString();

let stack: Stack;
let records: Records;
let now = BEGAN;

before(async () => {
  stack = await startStack({ s3Port: 0, apiPort: 0, stateDir: null, onEmail: () => {}, onSms: () => {} });
  records = dynamoRecords(new DynamoDBClient({}), process.env.TABLE ?? '', { now: () => new Date(now).toISOString() });
});

after(() => stack.stop());

const base = (host: string, minute: number, remark = '') => ({
  version: 1 as const,
  host,
  contentId: `${minute}`.padStart(64, '0'),
  source: { uri: 's3://b/k', lines: [1, 1] as const },
  uploadedAt: at(minute),
  account: { total: 1, understood: 1, ignored: 0, unparsed: 0, samples: [] },
  remarks: [remark],
});

const log = (host: string, minute: number, remark = ''): Digest => ({
  ...base(host, minute, remark),
  kind: 'log',
  app: 'a',
  covers: { from: at(minute), to: at(minute) },
  chunk: null,
  records: 1,
  failures: [],
});

test('hands out a window newest first, over pages that end at a megabyte', async () => {
  // What does not compress: 60 of 32 KB are two pages.
  for (let minute = 0; minute < 60; minute += 1)
    await records.putDigest(log('big-1', minute, randomBytes(24_000).toString('base64')), at(minute));
  const times: string[] = [];
  let pages = 0;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Records['digestsBetween']>> = await records.digestsBetween(
      'big-1',
      'log',
      { from: at(5), to: at(54) },
      cursor,
    );
    times.push(...page.items.map(({ uploadedAt }) => uploadedAt));
    cursor = page.cursor;
    pages += 1;
  } while (cursor !== null);
  assert.ok(pages > 1);
  assert.deepEqual(
    times,
    Array.from({ length: 50 }, (_, i) => at(54 - i)),
  );
  assert.equal(await records.newestDigestAt('big-1'), at(59));
  // What is judged is the whole window too.
  const window = await records.recentDigests('big-1', { spanMs: 60 * 60_000, maxSnapshots: 60 });
  assert.equal(window.length, 60);
  assert.equal(await records.newestDigestAt('big-2'), null);
});

test('knows hosts that were not heard since, until they are known to be silent or heard again', async () => {
  const unheard = async (minute: number): Promise<readonly string[]> =>
    (await records.hostsUnheardSince(at(minute), null)).items.filter((host) => host.startsWith('quiet')).toSorted();
  for (const host of ['quiet-1', 'quiet-2']) await records.putDigest(log(host, 0), at(0));
  // Noted every five minutes only.
  await records.putDigest(log('quiet-2', 3), at(3));
  assert.equal(await records.lastHeard('quiet-2'), at(0));
  await records.putDigest(log('quiet-2', 30), at(30));
  assert.deepEqual([await unheard(0), await unheard(20), await unheard(40)], [[], ['quiet-1'], ['quiet-1', 'quiet-2']]);
  now = BEGAN + 60 * 60_000;
  await records.stopWatching('quiet-1');
  assert.deepEqual(await unheard(40), ['quiet-2']);
  await records.putDigest(log('quiet-1', 70), at(70));
  assert.deepEqual(await unheard(80), ['quiet-1', 'quiet-2']);
  // It was heard while somebody took it for silent: it stays watched.
  now = BEGAN + 72 * 60_000;
  await records.stopWatching('quiet-1');
  assert.deepEqual(await unheard(80), ['quiet-1', 'quiet-2']);
});

test('a marker is no sign of life', async () => {
  await records.putDigest({ ...base('marked-1', 0), kind: 'marker', at: at(0), what: 'deploy', app: 'a', release: null }, at(0));
  assert.equal(await records.lastHeard('marked-1'), null);
});

test('writes silences on condition of their version', async () => {
  const first = await records.readSilences();
  assert.equal(await records.writeSilences(first), 'written');
  assert.equal(await records.writeSilences(first), 'conflict');
  assert.equal((await records.readSilences()).version, first.version + 1);
});

test('lists what came in one moment once, page by page, over all shards', async () => {
  now = BEGAN;
  const rejection = (i: number): Rejection => ({ host: 'r-1', bucket: 'b', key: `k${i}`, reason: 'x', at: at(0) });
  for (let i = 0; i < 25; i += 1) await records.putRejection(rejection(i));
  const keys: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Records['listRejections']>> = await records.listRejections(4, cursor);
    keys.push(...page.items.map(({ key }) => key));
    cursor = page.cursor;
  } while (cursor !== null);
  assert.deepEqual(keys.toSorted(), Array.from({ length: 25 }, (_, i) => `k${i}`).toSorted());
});

test('what is heard late of a host does not put back when it was last heard, though it was looked up before', async () => {
  const hosts = dynamoHosts({ client: new DynamoDBClient({}), table: process.env.TABLE ?? '' }, { now: () => at(61) }, 400);
  await hosts.noteHeard('late-1', at(60));
  await hosts.noteHeard('late-1', at(0));
  assert.equal(await hosts.lastHeard('late-1'), at(60));
});

test('a board outlives the digests that it was made of: an open case is known, and reminded of, for as long as analyses are kept', async () => {
  await records.writeBoard(emptyBoard('kept-1'));
  const { Item } = await new DynamoDBClient({}).send(
    new GetItemCommand({ TableName: process.env.TABLE, Key: { pk: { S: 'HOST#kept-1' }, sk: { S: 'BOARD' } } }),
  );
  assert.ok(Number(Item?.expires?.N) - now / 1000 >= (DEFAULT_RETENTION.analyses - 1) * 86_400);
});

test('lists all analyses of a host, over pages that end at a megabyte', async () => {
  const [template] = (await analyzePaths([incident('seed-ss').folder], nodeFiles)).analyses;
  assert.ok(template !== undefined);
  const hosts = { host: 'many-1', hosts: ['many-1'] };
  for (let minute = 0; minute < 60; minute += 1)
    await records.putAnalysis(
      { ...template, ...hosts, id: `many-1~${minute}`, openedAt: at(minute), explanation: randomBytes(24_000).toString('base64') },
      1,
    );
  const { items, cursor } = await records.listAnalyses({ host: 'many-1' }, 100, null);
  assert.deepEqual([items.length, cursor], [60, null]);
});
