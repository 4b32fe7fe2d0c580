import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** DynamoDB's own arithmetic, from its documentation ("Item sizes and formats", "Read and write operations"), to check an emulator's by. */

type Item = Readonly<Record<string, AttributeValue>>;

const KB = 1024;
/** What the index keeps of an item: its keys, the table's keys, and what infra/table.json projects. */
const PROJECTED = ['pk', 'sk', 'gpk', 'gsk', 'doc'];

const bytesOf = (value: AttributeValue | undefined): number => {
  if (value?.S !== undefined) return Buffer.byteLength(value.S);
  if (value?.B !== undefined) return value.B.length;
  // A number takes a byte for two significant digits, and one.
  if (value?.N !== undefined) return 1 + Math.ceil(value.N.replaceAll(/\D/g, '').replace(/0+$/, '').length / 2);
  throw new TypeError(`The table holds no such attribute: ${JSON.stringify(value)}.`);
};

export const sizeOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value), 0);

export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / KB));
const entryOf = (item: Item | undefined): Item | null =>
  item?.gpk === undefined ? null : Object.fromEntries(Object.entries(item).filter(([name]) => PROJECTED.includes(name)));

const isSame = (a: Item, b: Item): boolean => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/**
 * Write units that a put costs in the index: none where the entry stays as it was, one write of the larger where only projected
 * attributes change, a delete and a put where its key does.
 */
export const indexUnits = (before: Item | undefined, after: Item): number => {
  const [old, next] = [entryOf(before), entryOf(after)];
  if (old === null && next === null) return 0;
  if (old === null) return writeUnits(sizeOf(next ?? {}));
  if (next === null) return writeUnits(sizeOf(old));
  if (isSame(old, next)) return 0;
  const isMoved = old.gpk?.S !== next.gpk?.S || old.gsk?.S !== next.gsk?.S;
  return isMoved ? writeUnits(sizeOf(old)) + writeUnits(sizeOf(next)) : writeUnits(Math.max(sizeOf(old), sizeOf(next)));
};
