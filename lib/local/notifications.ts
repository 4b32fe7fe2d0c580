import type { FauxqsServer } from 'fauxqs';
import { NAMES } from './emulators.ts';

/** S3 encodes keys in notifications as forms do: a space is `+`. */
export const encodeKey = (key: string): string => encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');

/** The message that S3 would put into the queue (event format 2.1). */
export const notificationFor = (key: string, at: string): string =>
  JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: at,
        eventName: 'ObjectCreated:Put',
        s3: {
          s3SchemaVersion: '1.0',
          bucket: { name: NAMES.bucket, arn: `arn:aws:s3:::${NAMES.bucket}` },
          object: { key: encodeKey(key), size: 0 },
        },
      },
    ],
  });

/**
 * Queues a notification for each upload. The emulator sends none, but its spy offers every event to the filters of those who wait; a
 * filter that never matches sees each of them, at once and without a buffer that could overflow.
 */
export const notifyOfUploads = (aws: FauxqsServer): void => {
  const seen = (message: { readonly service: string; readonly status?: string }): boolean => {
    if (
      message.service === 's3' &&
      message.status === 'uploaded' &&
      'bucket' in message &&
      message.bucket === NAMES.bucket &&
      'key' in message
    ) {
      const body = notificationFor(String(message.key), new Date().toISOString());
      // Not within the spy's own loop.
      queueMicrotask(() => aws.sendMessage(NAMES.uploads, body));
    }
    return false;
  };
  // Settles only when the emulator stops, and then by rejecting.
  aws.spy.waitForMessage(seen).catch(() => {});
};
