import * as z from 'zod/mini';
import type { ObjectRef } from '../lib/use-cases/ports.ts';

/** What S3 says of new objects, as SQS hands it on. Only what is used is asked for; any minor version of format 2 will do. */

const s3Record = z.object({
  eventVersion: z.string().check(z.regex(/^2\.\d+$/, 'expected event format 2.x')),
  eventName: z.string(),
  eventTime: z.optional(z.string()),
  s3: z.object({
    bucket: z.object({ name: z.string().check(z.minLength(1)) }),
    object: z.object({ key: z.string().check(z.minLength(1)) }),
  }),
});

/** `s3:TestEvent`, which S3 sends when a notification is set up, has no Records. */
const s3Notification = z.union([z.object({ Records: z.array(s3Record) }), z.object({ Event: z.literal('s3:TestEvent') })]);

const sqsRecord = z.object({
  messageId: z.string(),
  body: z.string(),
  attributes: z.optional(z.object({ ApproximateReceiveCount: z.optional(z.coerce.number().check(z.int(), z.minimum(1))) })),
});
export type SqsRecord = z.infer<typeof sqsRecord>;

export const sqsEvent = z.object({ Records: z.array(sqsRecord) });

/** How often it has been delivered, this time included. */
export const receivesOf = ({ attributes }: SqsRecord): number => attributes?.ApproximateReceiveCount ?? 1;

export interface NewObject extends ObjectRef {
  /** RFC 3339; `null` where S3 does not say. */
  readonly uploadedAt: string | null;
}

/** A message that no S3 notification can be: it goes to the dead-letter queue, where somebody can look at it. */
export class NotificationError extends Error {
  override readonly name = 'NotificationError';
}

/** S3 form-encodes keys: `+` is a space. A key that does not decode stands as it is, and is refused with its own reason later. */
export const decodeKey = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return key;
    throw error;
  }
};

const isCreation = (eventName: string): boolean => eventName.startsWith('ObjectCreated:') || eventName.startsWith('s3:ObjectCreated:');

/**
 * The new objects in one queue message.
 *
 * @throws NotificationError for a body that is no S3 notification
 */
export const newObjects = (body: string): readonly NewObject[] => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new NotificationError('A queue message is not JSON.', { cause: error });
  }
  const parsed = s3Notification.safeParse(json);
  if (!parsed.success) throw new NotificationError('A queue message is no S3 notification of format 2.', { cause: parsed.error });
  const records = 'Records' in parsed.data ? parsed.data.Records : [];
  return records
    .filter(({ eventName }) => isCreation(eventName))
    .map(({ s3, eventTime }) => ({ bucket: s3.bucket.name, key: decodeKey(s3.object.key), uploadedAt: eventTime ?? null }));
};
