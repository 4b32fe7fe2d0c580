import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { AnalysisFilter, Page } from '../use-cases/ports.ts';
import {
  BY_DAY,
  CursorError,
  DAY_SHARDS,
  dayOf,
  decode,
  decodeCursor,
  encodeCursor,
  type Item,
  LAST,
  SHARDS,
  s,
} from './dynamodb-items.ts';

const DAY_MS = 24 * 60 * 60_000;
/** A list without `from` reaches back so far; older analyses are found with it. */
const DEFAULT_DAYS = 30;
/** One request walks no more days: a page may be short, and its cursor goes on. */
const MAX_ROUNDS = 40;

const DAY = /^\d{4}-\d\d-\d\d$/;

const isDay = (text: string): boolean => DAY.test(text) && !Number.isNaN(Date.parse(text));

const dayBefore = (day: string): string => dayOf(new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString());

export interface Walk {
  readonly client: DynamoDBClient;
  readonly table: string;
}

interface Stretch {
  /** Descending by sort key. */
  readonly items: readonly Item[];
  /** Where to go on, the last key that was read; `null` at the end. */
  readonly next: string | null;
}

const sortKey = (item: Item | undefined): string => item?.gsk?.S ?? '';

const queryPartition = async ({ client, table }: Walk, gpk: string, before: string, limit: number): Promise<Stretch> => {
  const answer = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: BY_DAY,
      KeyConditionExpression: 'gpk = :gpk AND gsk < :before',
      ExpressionAttributeValues: { ':gpk': s(gpk), ':before': s(before) },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  const items = answer.Items ?? [];
  // Not the number of items: a page also ends at a megabyte.
  return { items, next: answer.LastEvaluatedKey === undefined ? null : sortKey(items.at(-1)) };
};

/** All shards of one day together. Below the latest key at which a shard broke off, others may lack what it has: that is left for the next round. */
const queryDay = async (walk: Walk, prefix: string, day: string, before: string, limit: number): Promise<Stretch> => {
  const shards = await Promise.all(
    Array.from({ length: DAY_SHARDS }, (_, shard) => queryPartition(walk, `${prefix}#${day}#${shard}`, before, limit)),
  );
  const frontier = shards.reduce((latest, { next }) => (next !== null && next > latest ? next : latest), '');
  const items = shards
    .flatMap((shard) => shard.items)
    .filter((item) => sortKey(item) >= frontier)
    .sort((a, b) => (sortKey(a) > sortKey(b) ? -1 : 1));
  return { items, next: frontier === '' ? null : frontier };
};

/**
 * Walks the index newest first, some partitions a day, so that none grows hot or without bound. The cursor is the place of the last item,
 * not a count, so it survives new arrivals.
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
  const [startDay = dayOf(range.to), startBefore = `${range.to}#${LAST}`] = cursor === null ? [] : decodeCursor(cursor, 2);
  if (!isDay(startDay) || startBefore === '') throw new CursorError('The cursor is not one that this list has returned.');
  const items: T[] = [];
  let day = startDay;
  let before = startBefore;
  for (let rounds = 0; day >= dayOf(range.from); rounds += 1) {
    if (rounds >= MAX_ROUNDS) return { items, cursor: encodeCursor([day, before]) };
    const stretch = await queryDay(walk, prefix, day, before, limit);
    for (const item of stretch.items) {
      const value = decode<T>(item);
      if (value !== null && keep(value)) items.push(value);
      if (items.length >= limit) return { items, cursor: encodeCursor([day, sortKey(item)]) };
    }
    before = stretch.next ?? LAST;
    if (stretch.next === null) day = dayBefore(day);
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
  if (!/^\d$/.test(startShard)) throw new CursorError('The cursor is not one that this list has returned.');
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
    const isCut = answer.LastEvaluatedKey !== undefined;
    if (page.length > 0 && (isCut || items.length >= limit)) return { items, cursor: encodeCursor([String(shard), sortKey(page.at(-1))]) };
    after = '';
  }
  return { items, cursor: null };
};

/** @param keepDays nothing older is in the table: the days before are not even looked for */
export const rangeOf = (filter: AnalysisFilter, now: string, keepDays: number): { readonly from: string; readonly to: string } => {
  // A host's clock may be ahead, but not by more than a day: the days behind that are empty.
  const latest = new Date(Date.parse(now) + DAY_MS).toISOString();
  const to = filter.to !== undefined && filter.to < latest ? filter.to : latest;
  const oldest = new Date(Date.parse(now) - keepDays * DAY_MS).toISOString();
  const from = filter.from ?? new Date(Math.min(Date.parse(to), Date.parse(now)) - DEFAULT_DAYS * DAY_MS).toISOString();
  return { to, from: from > oldest ? from : oldest };
};
