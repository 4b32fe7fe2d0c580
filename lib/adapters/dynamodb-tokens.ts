import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { HostTokens } from '../use-cases/host-ports.ts';
import type { HostToken } from '../use-cases/host-token.ts';
import { decode, encode, type Item, n, s, shardOf } from './dynamodb-items.ts';
import { listShards } from './dynamodb-lists.ts';

/** A revoked token is listed for so long, then forgotten (and refused all the same: it is unknown). */
const REVOKED_DAYS = 400;
const PAGE = 200;

const keyOf = (id: string): Item => ({ pk: s(`TOKEN#${id}`), sk: s('TOKEN') });
const minuteOf = (at: string): string => at.slice(0, 16);

/** What the index shows: neither the hash nor how often it was used. */
interface Listed {
  readonly id: string;
  readonly host: string;
}

const fromItem = (id: string, item: Item): HostToken => ({
  id,
  host: item.host?.S ?? '',
  hash: item.hash?.S ?? '',
  createdAt: item.createdAt?.S ?? '',
  revokedAt: item.revokedAt?.S ?? null,
  lastUsedAt: item.usedIn?.S === undefined ? null : `${item.usedIn.S}:00.000Z`,
});

/** Host tokens in the table: `TOKEN#<id>`, apart from what is known of hosts, so that a role may be allowed these items alone. */
export const dynamoTokens = (client: DynamoDBClient, table: string): HostTokens => {
  /** `false` where the condition did not hold: an answer, not a fault. */
  const update = async (id: string, expression: string, condition: string, values: Item): Promise<boolean> => {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keyOf(id),
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  const get = async (id: string): Promise<HostToken | null> => {
    const answer = await client.send(new GetItemCommand({ TableName: table, Key: keyOf(id), ConsistentRead: true }));
    return answer.Item === undefined ? null : fromItem(id, answer.Item);
  };

  const listed = async (): Promise<readonly Listed[]> => {
    const all: Listed[] = [];
    let cursor: string | null = null;
    do {
      const page: { readonly items: readonly Listed[]; readonly cursor: string | null } = await listShards<Listed>(
        { client, table },
        'TOKENS',
        PAGE,
        cursor,
        (item) => decode(item),
      );
      all.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== null);
    return all;
  };

  return {
    get,

    async put({ id, host, hash, createdAt }) {
      const entry: Listed = { id, host };
      const item = {
        ...keyOf(id),
        host: s(host),
        hash: s(hash),
        createdAt: s(createdAt),
        gpk: s(`TOKENS#${shardOf(host)}`),
        gsk: s(`${host}#${id}`),
        doc: encode(entry),
      };
      // Two random ids never meet; should they, nobody's token is overwritten.
      await client.send(new PutItemCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }));
    },

    async list(host) {
      const wanted = (await listed()).filter((entry) => host === null || entry.host === host);
      const tokens: HostToken[] = [];
      for (const { id } of wanted) {
        const token = await get(id);
        if (token !== null) tokens.push(token);
      }
      return tokens.sort((a, b) => (a.host === b.host ? (a.createdAt < b.createdAt ? -1 : 1) : a.host < b.host ? -1 : 1));
    },

    async revoke(id, at) {
      const expires = n(Math.floor(Date.parse(at) / 1000) + REVOKED_DAYS * 86_400);
      const isNow = await update(
        id,
        'SET revokedAt = :at, expires = :expires',
        'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
        { ':at': s(at), ':expires': expires },
      );
      return isNow || (await get(id)) !== null;
    },

    async use(id, now, limit) {
      const values = { ':minute': s(minuteOf(now)), ':one': n(1) };
      // Another function's clock may be a minute ahead.
      const again = (): Promise<boolean> =>
        update(id, 'ADD uses :one', 'attribute_exists(pk) AND usedIn >= :minute AND uses < :limit', { ...values, ':limit': n(limit) });
      const firstOfMinute = (): Promise<boolean> =>
        update(
          id,
          'SET usedIn = :minute, uses = :one',
          'attribute_exists(pk) AND (attribute_not_exists(usedIn) OR usedIn < :minute)',
          values,
        );
      // Of several at once one is the first; the others come after it.
      return (await again()) || (await firstOfMinute()) || again();
    },
  };
};
