import { hostname } from 'node:os';
import { basename } from 'node:path';
import { systemClock } from '../lib/adapters/clock.ts';
import { type FollowedFile, followFile } from '../lib/adapters/follow.ts';
import { type HostLook, lookAtHost, NoSocketsError } from '../lib/adapters/this-host.ts';
import type { WatchView } from '../lib/model/watching.ts';
import { Watch } from '../lib/use-cases/watch.ts';
import { watchView } from '../lib/use-cases/watch-view.ts';

export interface WatchOptions {
  readonly everyMs: number;
  /** `null`: until somebody ends it. */
  readonly forMs: number | null;
  readonly netns: string | null;
  readonly timezone: string | null;
  readonly logs: readonly { readonly app: string; readonly path: string }[];
}

/** Failures from longer ago are not what somebody looks at now; and a rule reaches no further (`diagnosis/facts.ts`). */
const HISTORY_MS = 10 * 60_000;

/** Some eight thousand sockets with all that `ss -i` tells. */
const LARGE_BYTES = 4 * 1024 * 1024;
/** A host in trouble has better uses for its processors: looking takes a fifth of the time of one at most. */
const REST_FACTOR = 4;

/** As a key would have it: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
const nameOf = (text: string): string => {
  const name = text.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 64);
  return /^[A-Za-z0-9]/.test(name) ? name : `host-${name}`.slice(0, 64);
};

/** `app=path`, or a path whose file names the program. */
export const readLogOption = (text: string): { readonly app: string; readonly path: string } => {
  const at = text.indexOf('=');
  if (at > 0) return { app: nameOf(text.slice(0, at)), path: text.slice(at + 1) };
  return { app: nameOf(basename(text).replace(/\.(log|txt|out|json)$/, '')), path: text };
};

const follow = (host: string, since: string, { logs, timezone }: WatchOptions): readonly FollowedFile[] => {
  const notBefore = new Date(Date.parse(since) - HISTORY_MS).toISOString();
  return logs.map(({ app, path }) => followFile(path, { host, app, uri: `${path} (as followed)`, since, notBefore, zone: timezone }));
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });

/** A host that cannot start a process just now may be able to at the next look; one that never could is no host to watch. */
const tryToLook = async (host: string, at: string, netns: string | null, how: { isFirst: boolean; isLight: boolean }) => {
  try {
    return await lookAtHost(host, at, netns, how.isLight);
  } catch (error) {
    if (how.isFirst || !(error instanceof NoSocketsError)) throw error;
    return { snapshot: null, notes: [`This look saw nothing. ${error.message}`] } satisfies { snapshot: null } & Pick<HostLook, 'notes'>;
  }
};

/**
 * Looks again and again, until the time is over or `signal` says so. Looks do not overlap: one that takes long delays the next.
 */
export async function* watching(options: WatchOptions, signal: AbortSignal): AsyncGenerator<WatchView> {
  const host = nameOf(hostname());
  const since = systemClock.now();
  const watch = new Watch(host);
  const files = follow(host, since, options);
  const end = options.forMs === null ? Number.POSITIVE_INFINITY : Date.now() + options.forMs;
  try {
    let isLarge = false;
    for (let looks = 1; !signal.aborted; looks += 1) {
      const began = Date.now();
      const at = systemClock.now();
      const { snapshot, notes } = await tryToLook(host, at, options.netns, { isFirst: looks === 1, isLight: isLarge });
      isLarge ||= (snapshot?.length ?? 0) > LARGE_BYTES;
      const logs = await Promise.all(files.map((file) => file.look(systemClock.now())));
      const watched = await watch.take({ at, snapshot, logs: logs.map(({ digest }) => digest) });
      const { netns, everyMs } = options;
      yield watchView(watched, { host, netns, since, looks, everyMs, notes: [...notes, ...logs.flatMap(({ note }) => note ?? [])] });
      const next = Math.max(began + everyMs, Date.now() + REST_FACTOR * (Date.now() - began));
      if (next > end) return;
      await pause(next - Date.now(), signal);
    }
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}
