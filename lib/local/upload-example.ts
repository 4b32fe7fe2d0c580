import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NAMES } from './emulators.ts';

const FOLDER = new URL('./example/', import.meta.url).pathname;

/** Uploads the bundled incident as its host did: one ordinary PUT an object, in the order of their times. */
export const uploadExample = async (): Promise<number> => {
  const client = new S3Client({});
  const names = await readdir(join(FOLDER, 'hosts'), { recursive: true });
  const files = names.filter((name) => name.endsWith('.gz')).sort((a, b) => (a.slice(a.lastIndexOf('/')) < b.slice(b.lastIndexOf('/')) ? -1 : 1));
  for (const name of files) {
    const body = await readFile(join(FOLDER, 'hosts', name));
    await client.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key: `hosts/${name}`, Body: body }));
  }
  client.destroy();
  return files.length;
};
