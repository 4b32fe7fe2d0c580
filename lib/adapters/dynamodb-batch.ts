import { setTimeout } from 'node:timers/promises';
import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item } from './dynamodb-items.ts';

/** DynamoDB's own bound on keys in one request. */
const BATCH = 100;
/** What was left unread is asked for again so often; then the caller is told, and comes again. */
const MAX_TRIES = 8;
/** Before the first time that something is asked for again; then twice as long each time, three seconds in all. */
const PAUSE_MS = 25;

class ThrottledError extends Error {
  override readonly name = 'ThrottledError';
}

/** How they are read, for all of them. */
interface Reading {
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
}

/** Those of at most `BATCH` items that exist. An answer ends at 16 MB or where the table is throttled, and names what is left: the SDK does not ask again. */
const getSome = async (client: DynamoDBClient, table: string, keys: readonly Item[], reading: Reading): Promise<readonly Item[]> => {
  const found: Item[] = [];
  let wanted = keys;
  for (let tries = 0; wanted.length > 0; tries += 1) {
    if (tries >= MAX_TRIES) throw new ThrottledError(`The table left ${wanted.length} of ${keys.length} items unread ${tries} times.`);
    if (tries > 0) await setTimeout(PAUSE_MS * 2 ** (tries - 1));
    const answer = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [...wanted], ...reading } } }));
    found.push(...(answer.Responses?.[table] ?? []));
    wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return found;
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
  for (let i = 0; i < keys.length; i += BATCH) found.push(...(await getSome(client, table, keys.slice(i, i + BATCH), reading)));
  return found;
};
