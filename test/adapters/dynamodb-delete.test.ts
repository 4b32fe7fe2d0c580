import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchWriteItemCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { deleteItems } from '../../lib/adapters/dynamodb-delete.ts';

/** A table that deletes at most `atOnce` of what it is asked to; what it deleted. */
const throttled = (atOnce: number): { readonly client: DynamoDBClient; readonly deleted: string[]; readonly asked: number[] } => {
  const deleted: string[] = [];
  const asked: number[] = [];
  const client = new DynamoDBClient({ region: 'eu-west-1' });
  client.send = async ({ input }: { readonly input: BatchWriteItemCommandInput }): Promise<object> => {
    const requests = input.RequestItems?.table ?? [];
    asked.push(requests.length);
    deleted.push(...requests.slice(0, atOnce).map(({ DeleteRequest }) => DeleteRequest?.Key?.sk?.S ?? ''));
    const left = requests.slice(atOnce);
    return left.length === 0 ? {} : { UnprocessedItems: { table: left } };
  };
  return { client, deleted, asked };
};

const KEYS = Array.from({ length: 40 }, (_, i) => ({ pk: 'HOST#web-03', sk: `S#${i}` }));

test('what a throttled table leaves is deleted in the end, each once', async () => {
  const { client, deleted, asked } = throttled(10);
  await deleteItems(client, 'table', KEYS);
  assert.deepEqual(
    deleted,
    KEYS.map(({ sk }) => sk),
  );
  assert.deepEqual(asked, [25, 15, 5, 15, 5]);
});

test('a table that deletes nothing is given up, with how much is left', async () => {
  const { client } = throttled(0);
  await assert.rejects(deleteItems(client, 'table', KEYS.slice(0, 3)), /left 3 of 3 items undeleted 8 times/);
});
