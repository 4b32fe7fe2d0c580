import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { StoredObject, Uploads } from '../use-cases/ports.ts';

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

async function* bytesOf(body: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) if (isBytes(chunk)) yield chunk;
}

const isIterable = (body: unknown): body is AsyncIterable<unknown> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/** Raw uploads in S3. */
export const s3Uploads = (client: S3Client): Uploads => ({
  async open(ref): Promise<StoredObject | null> {
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket: ref.bucket, Key: ref.key }));
      if (!isIterable(answer.Body)) throw new TypeError(`S3 answered without a body for s3://${ref.bucket}/${ref.key}.`);
      return {
        ref,
        lastModified: (answer.LastModified ?? new Date(0)).toISOString(),
        bytes: answer.ContentLength ?? 0,
        timezone: answer.Metadata?.timezone ?? null,
        body: bytesOf(answer.Body),
      };
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  },
});
