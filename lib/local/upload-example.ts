import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NAMES } from './emulators.ts';

const FOLDER = new URL('./example/', import.meta.url).pathname;

/** Uploads the bundled incident as its host did: one ordinary PUT an object. */
export const uploadExample = async (): Promise<number> => {
  const client = new S3Client({});
  const names = await readdir(join(FOLDER, 'hosts'), { recursive: true });
  // Order never matters; the logs first make one message of it, since the snapshots then explain failures that are known.
  const files = names.filter((name) => name.endsWith('.gz')).sort();
  for (const name of files) {
    const body = await readFile(join(FOLDER, 'hosts', name));
    await client.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key: `hosts/${name}`, Body: body }));
  }
  client.destroy();
  return files.length;
};
