import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { noSilences, type Silences } from '../cases/silence.ts';
import type { Records } from '../use-cases/ports.ts';
import { decode, encode, n, s } from './dynamodb-items.ts';
import { putItem } from './dynamodb-put.ts';

const KEY = { pk: s('SILENCES'), sk: s('ALL') };

/** One item, kept for ever: each silence in it has its own end. */
export const dynamoSilences = (client: DynamoDBClient, table: string): Pick<Records, 'readSilences' | 'writeSilences'> => ({
  async readSilences() {
    const answer = await client.send(new GetItemCommand({ TableName: table, Key: KEY, ConsistentRead: true }));
    return decode<Silences>(answer.Item) ?? noSilences;
  },

  async writeSilences(silences) {
    const next = { ...silences, version: silences.version + 1 };
    const condition =
      silences.version === 0
        ? { expression: 'attribute_not_exists(pk)' }
        : { expression: 'version = :version', values: { ':version': n(silences.version) } };
    const item = { ...KEY, version: n(next.version), doc: encode(next) };
    return (await putItem(client, table, item, condition)) ? 'written' : 'conflict';
  },
});
