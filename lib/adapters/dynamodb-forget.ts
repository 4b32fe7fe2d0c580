import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { hostKey, s } from './dynamodb-items.ts';
import { queryAll } from './dynamodb-query.ts';

/** DynamoDB's own bound on writes in one request. */
const BATCH = 25;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

interface Found extends ItemKey {
  /** What it is listed by (`dynamodb-items.ts`): of an analysis, when it was opened. */
  readonly gsk: string;
}

/** Deletes items; those that are not there count as deleted. */
export const deleteItems = async (client: DynamoDBClient, table: string, keys: readonly ItemKey[]): Promise<void> => {
  for (let i = 0; i < keys.length; i += BATCH) {
    let left: NonNullable<ConstructorParameters<typeof BatchWriteItemCommand>[0]['RequestItems']> = {
      [table]: keys.slice(i, i + BATCH).map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk: s(pk), sk: s(sk) } } })),
    };
    while (Object.keys(left).length > 0)
      left = (await client.send(new BatchWriteItemCommand({ RequestItems: left }))).UnprocessedItems ?? {};
  }
};

/** The keys below one partition. */
export const keysOf = async (client: DynamoDBClient, table: string, pk: string): Promise<readonly Found[]> => {
  const all = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': s(pk) },
    ProjectionExpression: 'pk, sk, gsk',
    ConsistentRead: true,
  };
  return (await queryAll(client, all)).map((item) => ({ pk: item.pk?.S ?? '', sk: item.sk?.S ?? '', gsk: item.gsk?.S ?? '' }));
};

/** Analyses that were opened before are history: nothing that is restored can bring them back. */
const isHistory = ({ sk, gsk }: Found, since: string): boolean => /^(?:CASE|R)#/.test(sk) && gsk < since;

/** What the table has of a host, but for analyses and refusals of before; returns how many items there were. */
export const forgetHost = async (client: DynamoDBClient, table: string, host: string, since = ''): Promise<number> => {
  const keys = (await keysOf(client, table, hostKey(host))).filter((key) => !isHistory(key, since));
  await deleteItems(client, table, keys);
  return keys.length;
};
