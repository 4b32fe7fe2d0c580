import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { insist } from './dynamodb-insist.ts';
import { type Item, s } from './dynamodb-items.ts';

/** DynamoDB's own bound on items in one request. */
const MAX_WRITTEN = 25;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

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
