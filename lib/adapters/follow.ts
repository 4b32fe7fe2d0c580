import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type FollowedLog, LogFollower } from '../digest/log-follower.ts';
import type { LogDigest } from '../model/digest.ts';

/** So much of a log's end is read at the start: what fails just now began before somebody looked. */
const BACKLOG_BYTES = 256 * 1024;
/** No more at one look: a log that grows faster is caught up with later. */
const MAX_BYTES_A_LOOK = 16 * 1024 * 1024;
const CHUNK = 256 * 1024;

/** A log of this host, followed by name as `tail -F` does: through rotation by rename and by truncation. */
export interface FollowedFile {
  /** Reads what is new. */
  look(now: string): Promise<{ readonly digest: LogDigest; readonly note: string | null }>;
  close(): Promise<void>;
}

interface Place {
  readonly file: FileHandle;
  readonly inode: number;
  offset: number;
}

/** What is no ordinary file (a pipe, a folder) cannot be followed. */
class NoFileError extends Error {
  readonly code = 'not a file';
}

const reasonOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error));

const readOn = async (place: Place, sink: (chunk: Uint8Array) => void): Promise<void> => {
  const { size } = await place.file.stat();
  // Truncated in place: what is there now is new.
  if (size < place.offset) place.offset = 0;
  const buffer = Buffer.alloc(CHUNK);
  for (let left = MAX_BYTES_A_LOOK; left > 0; ) {
    const { bytesRead } = await place.file.read(buffer, 0, CHUNK, place.offset);
    if (bytesRead === 0) return;
    sink(Buffer.from(buffer.subarray(0, bytesRead)));
    place.offset += bytesRead;
    left -= bytesRead;
  }
};

/** Without waiting for a writer, should it be a pipe. */
const openPlace = async (path: string, isFirst: boolean): Promise<Place> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const facts = await file.stat();
  if (facts.isFile()) return { file, inode: facts.ino, offset: isFirst ? Math.max(0, facts.size - BACKLOG_BYTES) : 0 };
  await file.close();
  throw new NoFileError();
};

export const followFile = (path: string, log: FollowedLog): FollowedFile => {
  const follower = new LogFollower(log);
  let place: Place | null = null;
  let isFirst = true;

  const advance = async (): Promise<void> => {
    // What was written before a rotation first, to the file that is open still.
    if (place !== null) await readOn(place, (chunk) => follower.push(chunk));
    const next = await openPlace(path, isFirst).finally(() => {
      isFirst = false;
    });
    if (place?.inode === next.inode) return next.file.close();
    await place?.file.close();
    place = next;
    await readOn(next, (chunk) => follower.push(chunk));
  };

  return {
    close: async () => place?.file.close(),

    async look(now) {
      try {
        await advance();
        return { digest: follower.digest(now), note: null };
      } catch (error) {
        return { digest: follower.digest(now), note: `${path} cannot be read (${reasonOf(error)}).` };
      }
    },
  };
};
