import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Records, Swept } from '../use-cases/ports.ts';
import { decode, encode, s } from './dynamodb-items.ts';
import { putItem } from './dynamodb-put.ts';

const KEY = { pk: s('SWEEP'), sk: s('LAST') };

/** One item: when the sweep last came to its end, and where the next one begins. */
export const dynamoSweeps = (client: DynamoDBClient, table: string): Pick<Records, 'noteSweep' | 'lastSweep'> => ({
  async noteSweep(swept) {
    await putItem(client, table, { ...KEY, doc: encode(swept) }, null);
  },

  async lastSweep() {
    const answer = await client.send(new GetItemCommand({ TableName: table, Key: KEY, ConsistentRead: true }));
    const swept = decode<Swept>(answer.Item);
    // Those of before have a time only.
    return swept === null ? null : { at: swept.at, hosts: swept.hosts ?? null, fleets: swept.fleets ?? null };
  },
});
