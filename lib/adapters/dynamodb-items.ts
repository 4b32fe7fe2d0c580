import { createHash } from 'node:crypto';
import { deflateRawSync, gunzipSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { DICTIONARY } from './dynamodb-dictionary.ts';

/**
 * How the table holds things: one document an item, as JSON (deflated where that is smaller), beside its keys. DynamoDB allows an item
 * 400 KB; a digest is at most 32 KB and a board some tens. The index holds the attribute `doc`; a board, which changes with every upload
 * while a case is open, is in `board`, so that the index does not change with it.
 *
 * | pk            | sk                         | what                                   | by day (gpk, gsk)              |
 * | ------------- | -------------------------- | -------------------------------------- | ------------------------------ |
 * | `HOST#<host>` | `BOARD`                    | the board, with its version            | `BUSY#<shard>`, host, if busy  |
 * | `HOST#<host>` | `HEARD`                    | when the host was last heard of        | `HOSTS#<shard>`, host          |
 * | `HOST#<host>` | `WATCH`                    | until it is known to be silent         | `WATCH#<shard>`, heard at, host |
 * | `HOST#<host>` | `S#<takenAt>#<content>`    | a snapshot's digest                    |                                |
 * | `HOST#<host>` | `L#<covers to>#<content>`  | a log's digest                         |                                |
 * | `HOST#<host>` | `M#<at>#<content>`         | a marker of a deployment               |                                |
 * | `HOST#<host>` | `P#<content>#<port>`       | a port looked up in a snapshot         |                                |
 * | `HOST#<host>` | `CASE#<id>`                | an analysis                            | `A#<day>#<shard>`, openedAt, id |
 * | `HOST#<host>` | `IN#<case's id>`           | the fleet that a case is in            |                                |
 * | `HOST#<host>` | `R#<key's hash>`           | a refused upload                       | `R#<day>#<shard>`, at, hash    |
 * | `HOST#fleet`  | `CASE#<id>`                | the analysis of a fleet                | `A#<day>#<shard>`, openedAt, id |
 * | `FLEET#<key>` | `FLEET`                    | a fleet, with its version              | `FLEETS#<shard>`, key, watched |
 * | `FLEET#<key>` | `MEMBER#<case's id>`       | a case that is in it                   |                                |
 * | `ADDRESS#<ip>`| host                       | that the host has the address          |                                |
 * | `TOKEN#<id>`  | `TOKEN`                    | a host's token, its secret hashed      | `TOKENS#<shard>`, host, id     |
 * | `SLOTS`       | `<minute>#<number>`        | a message that was sent in the minute  |                                |
 * | `SILENCES`    | `ALL`                      | all silences, with their version       |                                |
 */
export type Item = Record<string, AttributeValue>;

export const BY_DAY = 'byDay';
/** Hosts are spread over so many partitions of the index, so that none of them is hot. */
export const SHARDS = 8;

/** Behind every key that begins alike: no key of ours holds this character. */
export const LAST = '\u{10ffff}';

const COMPRESS_FROM = 256;
/** The first byte of a document that was deflated with `DICTIONARY`. Those of before are gzip, which begins otherwise (`1f`). */
const WITH_DICTIONARY = 1;

export const hostKey = (host: string): string => `HOST#${host}`;
/** The host within a case's id (`fleet` for a fleet's). */
export const homeOf = (id: string): string => id.slice(0, id.lastIndexOf('~'));
export const hash16 = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
export const shardOf = (host: string): number => Number.parseInt(hash16(host).slice(0, 4), 16) % SHARDS;
/** Of one day: a fleet in trouble rewrites its analyses every minute, and a list reads all of them. */
export const DAY_SHARDS = 4;
export const dayShardOf = (id: string): number => shardOf(id) % DAY_SHARDS;
export const dayOf = (at: string): string => at.slice(0, 10);

export const s = (value: string): AttributeValue => ({ S: value });
export const n = (value: number): AttributeValue => ({ N: String(value) });

export const encode = (value: unknown): AttributeValue => {
  const json = JSON.stringify(value);
  if (json.length < COMPRESS_FROM) return { S: json };
  return { B: Buffer.concat([Buffer.of(WITH_DICTIONARY), deflateRawSync(json, { level: 9, dictionary: DICTIONARY })]) };
};

const inflate = (bytes: Uint8Array): Buffer =>
  bytes[0] === WITH_DICTIONARY ? inflateRawSync(bytes.subarray(1), { dictionary: DICTIONARY }) : gunzipSync(bytes);

/** What this table wrote itself; an item of another writer's shape is a fault worth failing for. */
export const decode = <T>(item: Item | undefined, name: 'doc' | 'board' | 'glance' = 'doc'): T | null => {
  const doc = item?.[name];
  if (doc === undefined) return null;
  if (doc.S !== undefined) return JSON.parse(doc.S);
  if (doc.B !== undefined) return JSON.parse(inflate(doc.B).toString('utf8'));
  throw new TypeError('An item of the table has no document.');
};

/** Opaque to clients: a key of the index as base64url. */
export const encodeCursor = (parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

export class CursorError extends Error {
  override readonly name = 'CursorError';
}

/** Of a sort key, which DynamoDB bounds; a longer one would be a fault of ours to it. */
const MAX_KEY_BYTES = 1024;
const isKeyPart = (part: unknown): part is string => typeof part === 'string' && Buffer.byteLength(part) <= MAX_KEY_BYTES;

/** @throws CursorError for text that no page of this API has returned */
export const decodeCursor = (cursor: string, length: number): readonly string[] => {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    throw new CursorError('The cursor is not one that this API has returned.', { cause: error });
  }
  if (!Array.isArray(parts) || parts.length !== length || !parts.every(isKeyPart)) {
    throw new CursorError('The cursor is not one that this API has returned.');
  }
  return parts;
};
