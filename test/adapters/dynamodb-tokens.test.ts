import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../lib/adapters/clock.ts';
import { dynamoRecords } from '../../lib/adapters/dynamodb.ts';
import { dynamoTokens } from '../../lib/adapters/dynamodb-tokens.ts';
import { type Emulators, NAMES, startEmulators } from '../../lib/local/emulators.ts';
import type { HostTokens } from '../../lib/use-cases/host-ports.ts';
import type { HostToken } from '../../lib/use-cases/host-token.ts';

let emulators: Emulators;
let client: DynamoDBClient;
let tokens: HostTokens;

before(async () => {
  emulators = await startEmulators(0, null);
  client = new DynamoDBClient({
    endpoint: emulators.tableAddress,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  tokens = dynamoTokens(client, NAMES.table);
});
after(async () => {
  client.destroy();
  await emulators.stop();
});

const token = (id: string, host: string): HostToken => ({
  id: id.padStart(16, '0'),
  host,
  hash: 'ab'.repeat(32),
  createdAt: '2026-11-23T12:00:00.000Z',
  revokedAt: null,
  lastUsedAt: null,
});

test('keeps what it is given, lists by host, and never overwrites', async () => {
  for (const one of [token('1', 'web-03'), token('2', 'web-03'), token('3', 'web-031')]) await tokens.put(one);
  assert.deepEqual(await tokens.get(token('1', '').id), token('1', 'web-03'));
  assert.equal(await tokens.get('f'.repeat(16)), null);
  assert.deepEqual(
    (await tokens.list('web-03')).map(({ id }) => Number(id)),
    [1, 2],
  );
  assert.equal((await tokens.list(null)).length, 3);
  await assert.rejects(tokens.put(token('1', 'web-99')));
  // An enrolled host has not been heard of.
  assert.deepEqual((await dynamoRecords(client, NAMES.table, systemClock).listHosts(10, null)).items, []);
});

test('revokes once, at the first time', async () => {
  const { id } = token('2', '');
  assert.equal(await tokens.revoke(id, '2026-11-23T13:00:00.000Z'), true);
  assert.equal(await tokens.revoke(id, '2026-11-23T14:00:00.000Z'), true);
  assert.equal((await tokens.get(id))?.revokedAt, '2026-11-23T13:00:00.000Z');
  assert.equal(await tokens.revoke('e'.repeat(16), '2026-11-23T14:00:00.000Z'), false);
});

test('counts the uses of a minute exactly, many at once, and forgets them with the next', async () => {
  const { id } = token('1', '');
  const together = async (at: string, times: number): Promise<number> =>
    (await Promise.all(Array.from({ length: times }, () => tokens.use(id, at, 5)))).filter((isGranted) => isGranted).length;
  assert.equal(await together('2026-11-23T12:00:01.000Z', 3), 3);
  assert.equal(await together('2026-11-23T12:00:30.000Z', 9), 2);
  assert.equal(await together('2026-11-23T12:01:00.000Z', 9), 5);
  // A clock that is behind counts in the later minute.
  assert.equal(await together('2026-11-23T12:00:59.000Z', 2), 0);
  assert.equal((await tokens.get(id))?.lastUsedAt, '2026-11-23T12:01:00.000Z');
  assert.equal(await tokens.use('e'.repeat(16), '2026-11-23T12:00:00.000Z', 5), false);
});
