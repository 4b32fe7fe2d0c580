import { type DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Fleet, Membership } from '../fleet/fleet.ts';
import type { Analysis } from '../model/analysis.ts';
import type { Clock, FleetRecords } from '../use-cases/ports.ts';
import { getItems } from './dynamodb-batch.ts';
import { decode, encode, homeOf, hostKey, type Item, n, s, shardOf } from './dynamodb-items.ts';
import { listShards } from './dynamodb-lists.ts';
import { putItem } from './dynamodb-put.ts';
import { queryAll } from './dynamodb-query.ts';

/** Of a larger fleet the rest is not looked at: its fleet item, which names each member, would outgrow an item's 400 KB. */
const MAX_MEMBERS = 10_000;
/** Each message that tells of a case notes its membership anew, reminders too: longer than the longest silence between two of them. */
const MEMBER_DAYS = 30;
const SLOT_DAYS = 1;
const MINUTE_MS = 60_000;

const fleetPk = (key: string): string => `FLEET#${key}`;
const caseKey = (id: string): Item => ({ pk: s(hostKey(homeOf(id))), sk: s(`CASE#${id}`) });
const membershipKey = (id: string): Item => ({ pk: s(hostKey(homeOf(id))), sk: s(`IN#${id}`) });
const minuteOf = (at: number): string => new Date(Math.floor(at / MINUTE_MS) * MINUTE_MS).toISOString().slice(0, 16);

export interface FleetTable extends FleetRecords {
  /** The same analyses, each with the fleet that it is part of. */
  linked(analyses: readonly Analysis[]): Promise<readonly Analysis[]>;
}

/**
 * Fleets over DynamoDB: one item a fleet, one a member.
 *
 * @param keepDays how long analyses are kept
 */
export const dynamoFleets = (client: DynamoDBClient, table: string, clock: Clock, keepDays: number): FleetTable => {
  const expires = (days: number): Item['expires'] => n(Math.floor(Date.parse(clock.now()) / 1000) + days * 86_400);

  const get = async <T>(key: Item, name: 'doc' | 'board' = 'doc'): Promise<T | null> => {
    const answer = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return decode<T>(answer.Item, name);
  };

  const getAll = async <T>(keys: readonly Item[]): Promise<readonly T[]> =>
    (await getItems(client, table, keys, { ConsistentRead: true })).flatMap((item) => decode<T>(item) ?? []);

  const slotsSince = async (minute: string): Promise<readonly string[]> => {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk >= :since',
        ExpressionAttributeValues: { ':pk': s('SLOTS'), ':since': s(minute) },
        ConsistentRead: true,
      }),
    );
    return (answer.Items ?? []).flatMap((item) => item.sk?.S ?? []);
  };

  return {
    membership: (caseId) => get<Membership>(membershipKey(caseId)),

    async putMembership(membership) {
      const item = { ...membershipKey(membership.caseId), doc: encode(membership), expires: expires(keepDays) };
      await putItem(client, table, item, null);
    },

    async putMember(membership) {
      const key = { pk: s(fleetPk(membership.key)), sk: s(`MEMBER#${membership.caseId}`) };
      await putItem(client, table, { ...key, doc: encode(membership), expires: expires(MEMBER_DAYS) }, null);
    },

    async members(key) {
      const members = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :member)',
        ExpressionAttributeValues: { ':pk': s(fleetPk(key)), ':member': s('MEMBER#') },
        ConsistentRead: true,
      };
      return (await queryAll(client, members, MAX_MEMBERS)).flatMap((item) => decode<Membership>(item) ?? []);
    },

    readFleet: (key) => get<Fleet>({ pk: s(fleetPk(key)), sk: s('FLEET') }, 'board'),

    async writeFleet(fleet) {
      const next = { ...fleet, version: fleet.version + 1 };
      const item = {
        pk: s(fleetPk(fleet.key)),
        sk: s('FLEET'),
        version: n(next.version),
        board: encode(next),
        expires: expires(keepDays),
        ...(fleet.isWatched ? { gpk: s(`FLEETS#${shardOf(fleet.key)}`), gsk: s(fleet.key) } : {}),
      };
      const condition =
        fleet.version === 0
          ? { expression: 'attribute_not_exists(pk)' }
          : { expression: 'version = :version', values: { ':version': n(fleet.version) } };
      return (await putItem(client, table, item, condition)) ? 'written' : 'conflict';
    },

    watchedFleets: (cursor) => listShards({ client, table }, 'FLEETS', 100, cursor, (item) => item.gsk?.S ?? null),

    analysesOf: (ids) => getAll<Analysis>([...new Set(ids)].map(caseKey)),

    async takeSlot(now, limit) {
      const at = Date.parse(now);
      const minute = minuteOf(at);
      for (;;) {
        const taken = await slotsSince(minuteOf(at - MINUTE_MS));
        if (taken.length >= limit) return false;
        const number = taken.filter((slot) => slot.startsWith(minute)).length;
        const item = { pk: s('SLOTS'), sk: s(`${minute}#${String(number).padStart(4, '0')}`), expires: expires(SLOT_DAYS) };
        // Whoever loses the number looks again: there is one more of them now, so that this ends.
        if (await putItem(client, table, item, { expression: 'attribute_not_exists(pk)' })) return true;
      }
    },

    async linked(analyses) {
      const ids = [...new Set(analyses.map(({ id }) => id))];
      const memberships = new Map((await getAll<Membership>(ids.map(membershipKey))).map((one) => [one.caseId, one]));
      return analyses.map((analysis) => {
        const membership = memberships.get(analysis.id);
        return membership?.cause === analysis.cause ? { ...analysis, fleet: membership.fleet } : analysis;
      });
    },
  };
};
