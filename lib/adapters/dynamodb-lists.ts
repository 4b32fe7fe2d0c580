import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { AnalysisFilter, Page } from '../use-cases/ports.ts';
import { BY_DAY, dayOf, decode, decodeCursor, encodeCursor, type Item, SHARDS, s } from './dynamodb-items.ts';

const DAY_MS = 24 * 60 * 60_000;
/** A list without `from` reaches back so far; older analyses are found with it. */
const DEFAULT_DAYS = 30;
/** One request walks no more partitions: a page may be short, and its cursor goes on. */
const MAX_QUERIES = 40;

const dayBefore = (day: string): string => dayOf(new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString());

interface Walk {
  readonly client: DynamoDBClient;
  readonly table: string;
}

const queryPartition = async ({ client, table }: Walk, gpk: string, before: string | null, limit: number): Promise<readonly Item[]> => {
  const answer = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: BY_DAY,
      KeyConditionExpression: before === null ? 'gpk = :gpk' : 'gpk = :gpk AND gsk < :before',
      ExpressionAttributeValues: before === null ? { ':gpk': s(gpk) } : { ':gpk': s(gpk), ':before': s(before) },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return answer.Items ?? [];
};

const sortKey = (item: Item | undefined): string => item?.gsk?.S ?? '';

/**
 * Walks the index newest first, a partition a day, so that no partition grows hot or without bound. The cursor is the place of the last
 * item, not a count, so it survives new arrivals.
 *
 * @param keep what of the decoded items belongs to the answer
 */
export const listByDay = async <T>(
  walk: Walk,
  prefix: string,
  range: { readonly from: string; readonly to: string },
  limit: number,
  cursor: string | null,
  keep: (value: T) => boolean,
): Promise<Page<T>> => {
  const [startDay = dayOf(range.to), startBefore = null] = cursor === null ? [] : decodeCursor(cursor, 2);
  const items: T[] = [];
  let day = startDay;
  let before: string | null = startBefore;
  for (let queries = 0; day >= dayOf(range.from); queries += 1) {
    if (queries >= MAX_QUERIES) return { items, cursor: encodeCursor([day, before ?? '\u{10ffff}']) };
    const page = await queryPartition(walk, `${prefix}#${day}`, before, limit);
    for (const item of page) {
      const value = decode<T>(item);
      if (value !== null && keep(value)) items.push(value);
      if (items.length >= limit) return { items, cursor: encodeCursor([day, sortKey(item)]) };
    }
    before = page.length < limit ? null : sortKey(page.at(-1));
    if (before === null) day = dayBefore(day);
  }
  return { items, cursor: null };
};

/** All members of a sharded set, one shard after the other; the cursor is the shard and the last member. */
export const listShards = async <T>(
  walk: Walk,
  prefix: string,
  limit: number,
  cursor: string | null,
  read: (item: Item) => T | null,
): Promise<Page<T>> => {
  const [startShard = '0', startAfter = ''] = cursor === null ? [] : decodeCursor(cursor, 2);
  const items: T[] = [];
  let after = startAfter;
  for (let shard = Number(startShard); shard < SHARDS; shard += 1) {
    const answer = await walk.client.send(
      new QueryCommand({
        TableName: walk.table,
        IndexName: BY_DAY,
        KeyConditionExpression: after === '' ? 'gpk = :gpk' : 'gpk = :gpk AND gsk > :after',
        ExpressionAttributeValues:
          after === '' ? { ':gpk': s(`${prefix}#${shard}`) } : { ':gpk': s(`${prefix}#${shard}`), ':after': s(after) },
        Limit: limit - items.length,
      }),
    );
    const page = answer.Items ?? [];
    items.push(...page.flatMap((item) => read(item) ?? []));
    if (items.length >= limit) return { items, cursor: encodeCursor([String(shard), sortKey(page.at(-1))]) };
    after = '';
  }
  return { items, cursor: null };
};

export const rangeOf = (filter: AnalysisFilter, now: string): { readonly from: string; readonly to: string } => {
  const to = filter.to ?? new Date(Date.parse(now) + DAY_MS).toISOString();
  return { to, from: filter.from ?? new Date(Math.min(Date.parse(to), Date.parse(now)) - DEFAULT_DAYS * DAY_MS).toISOString() };
};
