import assert from 'node:assert/strict';
import { type AttributeValue, ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { indexUnits, sizeOf, writeUnits } from './item-size.ts';

type Item = Record<string, AttributeValue>;

export interface Call {
  /** `Put S#`, `Query L#`, `Get BOARD`: the command and what of the table it is about. */
  readonly name: string;
  readonly read: number;
  readonly written: number;
  /** Write units of the index. */
  readonly indexed: number;
  /** Of the item that was written. */
  readonly bytes: number;
}

const item = z.custom<Item>((value) => typeof value === 'object' && value !== null);
const consumed = z.object({ CapacityUnits: z.number().optional() });

/** What is read here of any command's input and output. */
const inputShape = z.object({
  TableName: z.string().optional(),
  Item: item.optional(),
  Key: item.optional(),
  ExpressionAttributeValues: item.optional(),
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(item).optional() })).optional(),
});
const outputShape = z.object({ ConsumedCapacity: z.union([z.array(consumed), consumed]).optional() });

type Input = z.infer<typeof inputShape>;
type Output = z.infer<typeof outputShape>;

const kindOf = (key: string): string => /^[A-Z]+#?/.exec(key)?.[0] ?? key;

const subjectOf = ({ Item, Key, ExpressionAttributeValues: values, RequestItems }: Input): string => {
  const keys = Item ?? Key ?? Object.values(RequestItems ?? {})[0]?.Keys?.[0];
  const pk = keys?.pk?.S ?? values?.[':pk']?.S ?? values?.[':gpk']?.S ?? '';
  const sk = keys?.sk?.S ?? values?.[':prefix']?.S ?? values?.[':case']?.S;
  return pk.startsWith('HOST#') && sk !== undefined ? kindOf(sk) : kindOf(pk);
};

const unitsOf = ({ ConsumedCapacity }: Output): number =>
  [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);

/**
 * Notes what each call of a client costs. The emulator answers the table's units; it counts neither an index's writes nor a put whose
 * condition fails, which DynamoDB does ("the size of the existing item, one unit at least"): both are added here.
 */
export const meter = (client: DynamoDBClient, peek: DynamoDBClient): { readonly calls: Call[] } => {
  const calls: Call[] = [];
  const before = async (input: Input): Promise<Item | undefined> => {
    if (input.Item === undefined) return undefined;
    const key = { pk: input.Item.pk ?? { S: '' }, sk: input.Item.sk ?? { S: '' } };
    return (await peek.send(new GetItemCommand({ TableName: input.TableName, Key: key, ConsistentRead: true }))).Item;
  };
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = inputShape.parse(args.input);
      const name = `${(context.commandName ?? '').replace(/(?:Item)?Command$/, '')} ${subjectOf(input)}`;
      const old = await before(input);
      const bytes = input.Item === undefined ? 0 : sizeOf(input.Item);
      try {
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
        const units = unitsOf(outputShape.parse(result.output));
        if (input.Item === undefined) calls.push({ name, read: Math.max(units, 0.5), written: 0, indexed: 0, bytes });
        else {
          assert.equal(units, writeUnits(Math.max(bytes, old === undefined ? 0 : sizeOf(old))), `${name}: the emulator counts otherwise`);
          calls.push({ name, read: 0, written: units, indexed: indexUnits(old, input.Item), bytes });
        }
        return result;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException)
          calls.push({
            name: `${name} (condition fails)`,
            read: 0,
            written: writeUnits(old === undefined ? 0 : sizeOf(old)),
            indexed: 0,
            bytes,
          });
        throw error;
      }
    },
    { step: 'initialize', name: 'meter' },
  );
  return { calls };
};
