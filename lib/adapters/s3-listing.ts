import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Listed } from '../use-cases/replay.ts';

/** All objects below a prefix, by key, as S3 lists them. */
export async function* listObjects(client: S3Client, bucket: string, prefix: string): AsyncGenerator<Listed> {
  let next: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(next === undefined ? {} : { ContinuationToken: next }) }),
    );
    for (const { Key, LastModified } of page.Contents ?? [])
      if (Key !== undefined) yield { ref: { bucket, key: Key }, at: (LastModified ?? new Date(0)).toISOString() };
    next = page.NextContinuationToken;
  } while (next !== undefined);
}

export const putObject = async (client: S3Client, bucket: string, key: string, body: string): Promise<void> => {
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
};

/** S3 takes a thousand keys at once. */
const BATCH = 1000;

/** Deletes all objects below a prefix; returns how many there were. */
export const deleteObjects = async (client: S3Client, bucket: string, prefix: string): Promise<number> => {
  const keys: string[] = [];
  for await (const { ref } of listObjects(client, bucket, prefix)) keys.push(ref.key);
  for (let i = 0; i < keys.length; i += BATCH)
    await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.slice(i, i + BATCH).map((Key) => ({ Key })), Quiet: true } }),
    );
  return keys.length;
};
