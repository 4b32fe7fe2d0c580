import { type DynamoDBClient, paginateQuery, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item } from './dynamodb-items.ts';

/** All that a query finds, page after page (one ends at a megabyte), up to `most`. */
export const queryAll = async (
  client: DynamoDBClient,
  query: QueryCommandInput,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly Item[]> => {
  const found: Item[] = [];
  for await (const { Items = [] } of paginateQuery({ client }, { ...query })) {
    found.push(...Items);
    if (found.length >= most) break;
  }
  return found.slice(0, most);
};
