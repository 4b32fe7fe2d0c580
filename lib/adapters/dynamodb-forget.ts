import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { deleteItems, type ItemKey } from './dynamodb-delete.ts';
import { hostKey, s } from './dynamodb-items.ts';
import { queryAll } from './dynamodb-query.ts';

interface Found extends ItemKey {
  /** What it is listed by (`dynamodb-items.ts`): of an analysis, when it was opened. */
  readonly gsk: string;
}

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
