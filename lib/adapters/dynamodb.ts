import { BatchGetItemCommand, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type Board, isBusy, stateOf } from '../cases/board.ts';
import type { Analysis } from '../model/analysis.ts';
import type { Digest, PortLookup } from '../model/digest.ts';
import { digestTime } from '../model/digest-time.ts';
import type { Clock, Records, Rejection } from '../use-cases/ports.ts';
import { dynamoAddresses } from './dynamodb-addresses.ts';
import { dynamoAnalyses } from './dynamodb-analyses.ts';
import { dynamoFleets } from './dynamodb-fleets.ts';
import { digestKey, dynamoHistory } from './dynamodb-history.ts';
import { dynamoHosts } from './dynamodb-hosts.ts';
import { dayOf, dayShardOf, decode, encode, hash16, homeOf, hostKey, type Item, n, s, shardOf } from './dynamodb-items.ts';
import { listByDay, listShards, rangeOf } from './dynamodb-lists.ts';
import { putItem } from './dynamodb-put.ts';
import { queryAll } from './dynamodb-query.ts';
import { dynamoSilences } from './dynamodb-silences.ts';
import { dynamoSweeps } from './dynamodb-sweeps.ts';

/** How long things are kept, in days. The raw uploads, which everything can be rebuilt from, have the bucket's own lifecycle. */
export interface Retention {
  readonly digests: number;
  readonly analyses: number;
  readonly rejections: number;
}

/** Digests serve windows of an hour; three days leave room for a look back. Analyses are the history that people query. */
export const DEFAULT_RETENTION: Retention = { digests: 3, analyses: 400, rejections: 14 };

const MAX_LOGS = 60;
const MAX_MARKERS = 10;
const NOBODY = '?';

/** The table over DynamoDB. Reads that decide anything are strongly consistent; lists come from the index. */
export const dynamoRecords = (client: DynamoDBClient, table: string, clock: Clock, retention: Retention = DEFAULT_RETENTION): Records => {
  const expires = (days: number): Item['expires'] => n(Math.floor(Date.parse(clock.now()) / 1000) + days * 86_400);
  const put = (item: Item, condition: { readonly expression: string; readonly values?: Item } | null = null): Promise<boolean> =>
    putItem(client, table, item, condition);

  const query = async (host: string, prefix: string, limit: number): Promise<readonly Digest[]> => {
    const newest = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': s(hostKey(host)), ':prefix': s(prefix) },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
    };
    return (await queryAll(client, newest, limit)).flatMap((item) => decode<Digest>(item) ?? []);
  };

  const get = async <T>(host: string, sk: string, name: 'doc' | 'board' = 'doc'): Promise<T | null> => {
    const answer = await client.send(
      new GetItemCommand({ TableName: table, Key: { pk: s(hostKey(host)), sk: s(sk) }, ConsistentRead: true }),
    );
    return decode<T>(answer.Item, name);
  };

  const addresses = dynamoAddresses(client, table, expires);
  const fleets = dynamoFleets(client, table, clock, retention.analyses);

  const hosts = dynamoHosts({ client, table }, clock, retention.analyses);

  return {
    ...fleets,
    ...dynamoAnalyses({ client, table }, clock, fleets, retention.analyses),
    ...dynamoHistory(client, table),
    ...hosts,
    ...dynamoSilences(client, table),
    ...dynamoSweeps(client, table),

    async putDigest(digest, heardAt) {
      await put({ pk: s(hostKey(digest.host)), sk: s(digestKey(digest)), doc: encode(digest), expires: expires(retention.digests) });
      if (digest.kind === 'marker' || !(await hosts.isNews(digest.host, heardAt))) return;
      if (digest.kind === 'snapshot') await addresses.note(digest, heardAt);
      await hosts.noteHeard(digest.host, heardAt);
    },

    async recentDigests(host, { spanMs, maxSnapshots }) {
      const [snapshots, logs, markers] = await Promise.all([
        query(host, 'S#', maxSnapshots),
        query(host, 'L#', MAX_LOGS),
        query(host, 'M#', MAX_MARKERS),
      ]);
      const all = [...snapshots, ...logs];
      const newest = all.reduce((latest, digest) => (digestTime(digest) > latest ? digestTime(digest) : latest), '');
      if (newest === '') return [];
      return [...all, ...markers].filter((digest) => Date.parse(digestTime(digest)) >= Date.parse(newest) - spanMs);
    },

    hostsAt: addresses.hostsAt,

    async putLookup(host, lookup) {
      await put({
        pk: s(hostKey(host)),
        sk: s(`P#${lookup.contentId.slice(0, 16)}#${lookup.port}`),
        doc: encode(lookup),
        expires: expires(retention.digests),
      });
    },

    async lookups(host, wanted) {
      const keys = [...new Set(wanted.map(({ contentId, port }) => `P#${contentId.slice(0, 16)}#${port}`))].slice(0, 100);
      if (keys.length === 0) return [];
      const request = { [table]: { Keys: keys.map((sk) => ({ pk: s(hostKey(host)), sk: s(sk) })), ConsistentRead: true } };
      const answer = await client.send(new BatchGetItemCommand({ RequestItems: request }));
      // What was not processed is read again from the raw upload: the same answer, a little later.
      return (answer.Responses?.[table] ?? []).flatMap((item) => decode<PortLookup>(item) ?? []);
    },

    async readBoard(host) {
      const board = await get<Board>(host, 'BOARD', 'board');
      // Written before boards named them: any may be.
      return board === null ? null : { ...board, unshown: board.unshown ?? board.cases.map(({ id }) => id) };
    },

    async writeBoard(board) {
      const next = { ...board, version: board.version + 1 };
      const busy = isBusy(next) ? { gpk: s(`BUSY#${shardOf(board.host)}`), gsk: s(board.host) } : {};
      const item = {
        pk: s(hostKey(board.host)),
        sk: s('BOARD'),
        version: n(next.version),
        board: encode(next),
        glance: encode(stateOf(next)),
        expires: expires(retention.analyses),
        ...busy,
      };
      const condition =
        board.version === 0
          ? { expression: 'attribute_not_exists(pk)' }
          : { expression: 'version = :version', values: { ':version': n(board.version) } };
      return (await put(item, condition)) ? 'written' : 'conflict';
    },

    busyHosts: (cursor) => listShards({ client, table }, 'BUSY', 100, cursor, (item) => item.gsk?.S ?? null),

    async putAnalysis(analysis, revision) {
      const item = {
        pk: s(hostKey(homeOf(analysis.id))),
        sk: s(`CASE#${analysis.id}`),
        revision: n(revision),
        gpk: s(`A#${dayOf(analysis.openedAt)}#${dayShardOf(analysis.id)}`),
        gsk: s(`${analysis.openedAt}#${analysis.id}`),
        doc: encode(analysis),
        expires: expires(retention.analyses),
      };
      await put(item, { expression: 'attribute_not_exists(pk) OR revision <= :revision', values: { ':revision': n(revision) } });
    },

    async getAnalysis(id) {
      const analysis = await get<Analysis>(homeOf(id), `CASE#${id}`);
      const [linked] = analysis === null ? [] : await fleets.linked([analysis]);
      return linked ?? null;
    },

    async putRejection(rejection) {
      // Keyed by the object, so that a redelivery is no second refusal.
      const id = hash16(rejection.key);
      await put({
        pk: s(hostKey(rejection.host ?? NOBODY)),
        sk: s(`R#${id}`),
        gpk: s(`R#${dayOf(rejection.at)}#${dayShardOf(id)}`),
        gsk: s(`${rejection.at}#${id}`),
        doc: encode(rejection),
        expires: expires(retention.rejections),
      });
    },

    async clearRejection(host, key) {
      // Without its key in the index. Nothing is deleted anywhere, so that no role need be allowed to.
      const item = { pk: s(hostKey(host ?? NOBODY)), sk: s(`R#${hash16(key)}`), expires: expires(retention.rejections) };
      await put(item, { expression: 'attribute_exists(pk)' });
    },

    listRejections: (limit, cursor) =>
      listByDay<Rejection>({ client, table }, 'R', rangeOf({}, clock.now(), retention.rejections), limit, cursor, () => true),
  };
};
