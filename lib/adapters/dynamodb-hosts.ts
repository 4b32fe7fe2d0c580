import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { type BoardState, stateOf } from '../cases/board.ts';
import type { Clock, HostSummary, Records } from '../use-cases/ports.ts';
import { getItems } from './dynamodb-batch.ts';
import { BY_DAY, decode, encode, hostKey, type Item, n, SHARDS, s, shardOf } from './dynamodb-items.ts';
import { listShards, type Walk } from './dynamodb-lists.ts';
import { putItem } from './dynamodb-put.ts';

/** The host is noted as heard of at most so often: one write in five for a snapshot a minute. */
const HEARD_EVERY_MS = 5 * 60_000;
/** Of each shard, at one sweep: the next one goes on. */
const UNHEARD_AT_ONCE = 100;
interface Heard {
  readonly host: string;
  readonly lastHeardAt: string;
}

export interface HostTable extends Pick<Records, 'lastHeard' | 'listHosts' | 'hostsUnheardSince' | 'stopWatching'> {
  /** `false` where it was noted a short while ago. */
  isNews(host: string, at: string): Promise<boolean>;
  /** After this it is no news for a while: whatever goes with it is written before. */
  noteHeard(host: string, at: string): Promise<void>;
}

/**
 * When hosts were last heard, and in what state they are.
 *
 * @param keepDays how long a host is known that uploads nothing any more
 */
export const dynamoHosts = ({ client, table }: Walk, clock: Clock, keepDays: number): HostTable => {
  const expires = (): Item['expires'] => n(Math.floor(Date.parse(clock.now()) / 1000) + keepDays * 86_400);
  const staleBefore = (at: string): string => new Date(Date.parse(at) - HEARD_EVERY_MS).toISOString();
  const isStale = (at: string): { readonly expression: string; readonly values: Item } => ({
    expression: 'attribute_not_exists(pk) OR heardAt < :stale',
    values: { ':stale': s(staleBefore(at)) },
  });

  const read = async (host: string, isConsistent: boolean): Promise<string | null> => {
    const key = { pk: s(hostKey(host)), sk: s('HEARD') };
    const answer = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: isConsistent }));
    return decode<Heard>(answer.Item)?.lastHeardAt ?? null;
  };

  const withStates = async (heard: readonly Heard[]): Promise<readonly HostSummary[]> => {
    const keys = heard.map(({ host }) => ({ pk: s(hostKey(host)), sk: s('BOARD') }));
    // Whatever is read of a board, DynamoDB reads all of it: a hundred of them may be more than one answer holds.
    const boards = await getItems(client, table, keys, { ProjectionExpression: 'pk, glance' });
    const states = new Map(boards.map((item) => [item.pk?.S, decode<BoardState>(item, 'glance')]));
    return heard.map((one) => ({ ...one, ...(states.get(hostKey(one.host)) ?? stateOf(null)) }));
  };

  const unheardIn = async (shard: number, at: string): Promise<readonly string[]> => {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: BY_DAY,
        KeyConditionExpression: 'gpk = :gpk AND gsk < :at',
        ExpressionAttributeValues: { ':gpk': s(`WATCH#${shard}`), ':at': s(at) },
        Limit: UNHEARD_AT_ONCE,
      }),
    );
    return (answer.Items ?? []).flatMap((item) => item.gsk?.S?.split('#')[1] ?? []);
  };

  return {
    async isNews(host, at) {
      // A put whose condition fails costs a write; looking first, a tenth of that. What is read here may be stale: the condition decides.
      const last = await read(host, false);
      return last === null || last < staleBefore(at);
    },

    async noteHeard(host, at) {
      const known = { pk: s(hostKey(host)), heardAt: s(at), expires: expires() };
      // First what makes its silence known, so that a death in between leaves it to be done again.
      const watch = { sk: s('WATCH'), gpk: s(`WATCH#${shardOf(host)}`), gsk: s(`${at}#${host}`) };
      await putItem(client, table, { ...known, ...watch }, isStale(at));
      const heard = { sk: s('HEARD'), gpk: s(`HOSTS#${shardOf(host)}`), gsk: s(host), doc: encode({ host, lastHeardAt: at }) };
      await putItem(client, table, { ...known, ...heard }, isStale(at));
    },

    lastHeard: (host) => read(host, true),

    async listHosts(limit, cursor) {
      const page = await listShards<Heard>({ client, table }, 'HOSTS', limit, cursor, (item) => decode(item));
      return { ...page, items: await withStates(page.items) };
    },

    async hostsUnheardSince(at) {
      const found = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => unheardIn(shard, at)));
      return { items: found.flat(), cursor: null };
    },

    async stopWatching(host) {
      const now = clock.now();
      // Without its key in the index. A host that was heard meanwhile keeps it.
      await putItem(client, table, { pk: s(hostKey(host)), sk: s('WATCH'), heardAt: s(now), expires: expires() }, isStale(now));
    },
  };
};
