import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type FileEntry, type FileReader, PathError } from '../use-cases/analyze.ts';

const entryOf = async (path: string, below: string): Promise<FileEntry | null> => {
  const facts = await stat(path);
  return facts.isFile() ? { path, relative: relative(below, path).split(sep).join('/'), modifiedAt: facts.mtime.toISOString() } : null;
};

const list = async (path: string): Promise<readonly FileEntry[]> => {
  try {
    const facts = await stat(path);
    if (!facts.isDirectory()) return [{ path, relative: path.slice(path.lastIndexOf(sep) + 1), modifiedAt: facts.mtime.toISOString() }];
    const names = (await readdir(path, { recursive: true })).sort();
    const entries = await Promise.all(names.map((name) => entryOf(join(path, name), path)));
    return entries.flatMap((entry) => entry ?? []);
  } catch (error) {
    const detail = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new PathError(`${path} cannot be read (${detail}).`, { cause: error });
  }
};

/** The real file system. */
export const nodeFiles: FileReader = { list, read: (path) => createReadStream(path, { highWaterMark: 1 << 20 }) };
