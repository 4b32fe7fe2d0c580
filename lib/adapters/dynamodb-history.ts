import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Digest } from '../model/digest.ts';
import { digestTime } from '../model/digest-time.ts';
import type { Records } from '../use-cases/ports.ts';
import { decode, decodeCursor, encodeCursor, hostKey, type Item, LAST, s } from './dynamodb-items.ts';

const PREFIXES: Readonly<Record<Digest['kind'], string>> = { snapshot: 'S', log: 'L', marker: 'M' };

export const digestKey = (digest: Digest): string => `${PREFIXES[digest.kind]}#${digestTime(digest)}#${digest.contentId.slice(0, 16)}`;

type History = Pick<Records, 'digestsBetween' | 'newestDigestAt'>;

/** A host's digests in the order of their time: its own partition, by key. */
export const dynamoHistory = (client: DynamoDBClient, table: string): History => {
  const newestOf = async (host: string, prefix: string): Promise<readonly Digest[]> => {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': s(hostKey(host)), ':prefix': s(prefix) },
        ScanIndexForward: false,
        Limit: 1,
      }),
    );
    return (answer.Items ?? []).flatMap((item) => decode<Digest>(item) ?? []);
  };

  return {
    async digestsBetween(host, kind, { from, to }, cursor) {
      const [after] = cursor === null ? [] : decodeCursor(cursor, 1);
      const start: Item | undefined = after === undefined ? undefined : { pk: s(hostKey(host)), sk: s(after) };
      const prefix = PREFIXES[kind];
      const answer = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': s(hostKey(host)), ':from': s(`${prefix}#${from}`), ':to': s(`${prefix}#${to}#${LAST}`) },
          ScanIndexForward: false,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      const next = answer.LastEvaluatedKey?.sk?.S;
      return {
        items: (answer.Items ?? []).flatMap((item) => decode<Digest>(item) ?? []),
        cursor: next === undefined ? null : encodeCursor([next]),
      };
    },

    async newestDigestAt(host) {
      const newest = (await Promise.all([newestOf(host, 'S#'), newestOf(host, 'L#')])).flat();
      return newest.map(digestTime).sort().at(-1) ?? null;
    },
  };
};
