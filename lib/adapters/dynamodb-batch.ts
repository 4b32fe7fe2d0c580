import { setTimeout } from 'node:timers/promises';
import { BatchGetItemCommand, BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Item, s } from './dynamodb-items.ts';

/** DynamoDB's own bounds on items in one request. */
const MAX_READ = 100;
const MAX_WRITTEN = 25;
/** What was left is asked for again so often; then the caller is told, and comes again. */
const MAX_TRIES = 8;
/** Before the first time that something is asked for again; then twice as long each time, three seconds in all. */
const PAUSE_MS = 25;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

class ThrottledError extends Error {
  override readonly name = 'ThrottledError';
}

/** How they are read, for all of them. */
interface Reading {
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
}

/**
 * Acts on all, then again on what an answer says is left (it ends at 16 MB, or where the table is throttled): the SDK does not.
 *
 * @throws ThrottledError
 */
const insist = async <T>(all: readonly T[], undone: string, act: (left: readonly T[]) => Promise<readonly T[]>): Promise<void> => {
  let left = all;
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries >= MAX_TRIES) throw new ThrottledError(`The table left ${left.length} of ${all.length} items ${undone} ${tries} times.`);
    if (tries > 0) await setTimeout(PAUSE_MS * 2 ** (tries - 1));
    left = await act(left);
  }
};

/**
 * Those of the items that exist, in any order.
 *
 * @throws ThrottledError
 */
export const getItems = async (
  client: DynamoDBClient,
  table: string,
  keys: readonly Item[],
  reading: Reading,
): Promise<readonly Item[]> => {
  const found: Item[] = [];
  for (let i = 0; i < keys.length; i += MAX_READ)
    await insist(keys.slice(i, i + MAX_READ), 'unread', async (wanted) => {
      const answer = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [...wanted], ...reading } } }));
      found.push(...(answer.Responses?.[table] ?? []));
      return answer.UnprocessedKeys?.[table]?.Keys ?? [];
    });
  return found;
};

/**
 * Deletes items; those that are not there count as deleted.
 *
 * @throws ThrottledError
 */
export const deleteItems = async (client: DynamoDBClient, table: string, keys: readonly ItemKey[]): Promise<void> => {
  const all = keys.map(({ pk, sk }): Item => ({ pk: s(pk), sk: s(sk) }));
  for (let i = 0; i < all.length; i += MAX_WRITTEN)
    await insist(all.slice(i, i + MAX_WRITTEN), 'undeleted', async (wanted) => {
      const requests = wanted.map((Key) => ({ DeleteRequest: { Key } }));
      const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
      return (answer.UnprocessedItems?.[table] ?? []).flatMap(({ DeleteRequest }) => (DeleteRequest?.Key ? [DeleteRequest.Key] : []));
    });
};
