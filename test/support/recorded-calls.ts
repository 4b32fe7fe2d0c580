import { AsyncLocalStorage } from 'node:async_hooks';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { BUCKET, type Request } from './iam.ts';

/** What functions call of AWS while they run, as IAM would see it. */

const running = new AsyncLocalStorage<string>();
const calls = new Map<string, Map<string, Request>>();

const TABLE = 'arn:aws:x:::Table';
const key = z.object({ S: z.string() });
const dynamo = z.looseObject({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  Key: z.looseObject({ pk: key }).optional(),
  Item: z.looseObject({ pk: key }).optional(),
  ExpressionAttributeValues: z.record(z.string(), z.looseObject({ S: z.string().optional() })).optional(),
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.looseObject({ pk: key })) })).optional(),
});

/** The partition keys that a request names: of the index where it goes through one. */
const leadingKeys = (input: z.infer<typeof dynamo>): readonly string[] => [
  ...[input.Key, input.Item].flatMap((one) => one?.pk.S ?? []),
  ...Object.values(input.RequestItems ?? {}).flatMap(({ Keys }) => Keys.map(({ pk }) => pk.S)),
  ...(input.Key === undefined && input.Item === undefined ? [':pk', ':gpk'] : []).flatMap(
    (name) => input.ExpressionAttributeValues?.[name]?.S ?? [],
  ),
];

const secret = z.looseObject({ SecretId: z.string() });
const s3 = z.looseObject({ Bucket: z.string(), Key: z.string() });

const requestOf = (command: string, input: unknown): Request => {
  const action = command.replace(/Command$/, '');
  if (action === 'Publish') return { action: 'sns:Publish', resource: 'arn:aws:x:::Topic', context: {} };
  if (secret.safeParse(input).success) return { action: `secretsmanager:${action}`, resource: 'arn:aws:x:::AccessSecret', context: {} };
  const object = s3.safeParse(input);
  if (object.success) return { action: `s3:${action}`, resource: `${BUCKET}/${object.data.Key}`, context: {} };
  const item = dynamo.parse(input);
  const resource = item.IndexName === undefined ? TABLE : `${TABLE}/index/${item.IndexName}`;
  return { action: `dynamodb:${action}`, resource, context: { 'dynamodb:LeadingKeys': leadingKeys(item) } };
};

export const note = (name: string, request: Request): void => {
  const known = calls.get(name) ?? new Map<string, Request>();
  calls.set(name, known.set(JSON.stringify(request), request));
};

/** All clients of the SDK have one base, whose `send` each request goes through. */
export const recordCalls = (): void => {
  const base: object = Object.getPrototypeOf(DynamoDBClient.prototype);
  const send: unknown = Reflect.get(base, 'send');
  if (typeof send !== 'function') throw new TypeError('The SDK has no base client any more that all requests go through.');
  Reflect.set(base, 'send', function (this: unknown, command: { readonly input: unknown }, ...rest: readonly unknown[]): unknown {
    const name = running.getStore();
    if (name !== undefined) note(name, requestOf(command.constructor.name, command.input));
    return Reflect.apply(send, this, [command, ...rest]);
  });
};

export const as = <T>(name: string, run: () => T): T => running.run(name, run);

export const callsOf = (name: string): readonly Request[] => [...(calls.get(name)?.values() ?? [])];
