import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Records } from '../use-cases/ports.ts';
import { decode, encode, s } from './dynamodb-items.ts';
import { putItem } from './dynamodb-put.ts';

const KEY = { pk: s('SWEEP'), sk: s('LAST') };

interface Swept {
  readonly at: string;
}

/** One item: when the sweep last came to its end. */
export const dynamoSweeps = (client: DynamoDBClient, table: string): Pick<Records, 'noteSweep' | 'lastSweep'> => ({
  async noteSweep(at) {
    const swept: Swept = { at };
    await putItem(client, table, { ...KEY, doc: encode(swept) }, null);
  },

  async lastSweep() {
    const answer = await client.send(new GetItemCommand({ TableName: table, Key: KEY, ConsistentRead: true }));
    return decode<Swept>(answer.Item)?.at ?? null;
  },
});
