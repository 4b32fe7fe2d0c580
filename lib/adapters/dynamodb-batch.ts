import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { insist } from './dynamodb-insist.ts';
import type { Item } from './dynamodb-items.ts';

/** DynamoDB's own bound on items in one request. */
const MAX_READ = 100;

/** How they are read, for all of them. */
interface Reading {
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
}

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
