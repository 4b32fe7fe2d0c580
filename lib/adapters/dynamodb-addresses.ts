import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { SnapshotDigest } from '../model/digest.ts';
import { dayOf, type Item, s } from './dynamodb-items.ts';
import { putItem } from './dynamodb-put.ts';

/** An address changes hands where hosts come and go; what was a host's the day before yesterday tells nothing. */
const ADDRESS_DAYS = 2;
/** What an upload writes at most; the others of a router's addresses are hardly anybody's peer. */
const NOTED = 4;
/** More hosts than this with one address are a private network's that each host has for itself (`172.17.0.1`). */
const MAX_HOSTS = 4;

const addressKey = (address: string): string => `ADDRESS#${address}`;

export interface Addresses {
  /** Written once a day. */
  note(digest: SnapshotDigest, at: string): Promise<void>;
  hostsAt(address: string): Promise<readonly string[]>;
}

/** Which host has which address, so that the peer's own snapshots are found. */
export const dynamoAddresses = (client: DynamoDBClient, table: string, expires: (days: number) => Item['expires']): Addresses => ({
  async note({ host, addresses }, at) {
    const day = dayOf(at);
    for (const address of addresses.slice(0, NOTED)) {
      const item = { pk: s(addressKey(address)), sk: s(host), notedOn: s(day), expires: expires(ADDRESS_DAYS) };
      await putItem(client, table, item, {
        expression: 'attribute_not_exists(pk) OR notedOn < :day',
        values: { ':day': s(day) },
      });
    }
  },

  async hostsAt(address) {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': s(addressKey(address)) },
        Limit: MAX_HOSTS + 1,
      }),
    );
    const hosts = (answer.Items ?? []).flatMap(({ sk }) => sk?.S ?? []);
    return hosts.length > MAX_HOSTS ? [] : hosts;
  },
});
