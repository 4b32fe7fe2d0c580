import { parseUploadKey } from '../digest/upload-key.ts';
import type { Deps } from './deps.ts';
import { ingest } from './ingest.ts';
import type { ObjectRef } from './ports.ts';
import { sweep } from './sweep.ts';
import { silentAnnouncer, untold } from './untold.ts';

/** One object of the bucket's listing. */
export interface Listed {
  readonly ref: ObjectRef;
  /** When it was uploaded: RFC 3339 UTC. */
  readonly at: string;
}

/** Both on the time of upload; `from` included, `to` not. */
export interface ReplayWindow {
  readonly from: string;
  readonly to: string;
}

export interface ReplayProgress {
  readonly done: number;
  readonly of: number;
  /** Everything that was uploaded before is taken in. */
  readonly reached: string;
}

export interface ReplayOutcome {
  readonly ingested: number;
  readonly rejected: number;
  readonly gone: number;
  /** Of hosts that the table has heard of later than that: what it has of them stays. */
  readonly known: number;
  /** Hosts and fleets that the last sweep could not settle. */
  readonly failed: readonly string[];
}

/** As the schedule does, on whole minutes: what a sweep notices (that a host is silent) it may have noticed some seconds before or after. */
const SWEEP_MS = 60_000;
/** More keys than a machine can be asked to hold and sort, at some 200 bytes each. */
const MAX_OBJECTS = 2_000_000;

export class TooMuchError extends Error {
  override readonly name = 'TooMuchError';
}

/**
 * The objects of the window as they came: by time of upload, those of one second by key.
 *
 * @throws TooMuchError where there are more than can be sorted
 */
export const inOrder = async (listing: AsyncIterable<Listed>, { from, to }: ReplayWindow): Promise<readonly Listed[]> => {
  const wanted: Listed[] = [];
  for await (const one of listing) {
    if (one.at < from || one.at >= to) continue;
    if (wanted.length === MAX_OBJECTS)
      throw new TooMuchError(`More than ${MAX_OBJECTS} uploads: replay them in parts, by --from and --to.`);
    wanted.push(one);
  }
  return wanted.sort((a, b) => (a.at === b.at ? (a.ref.key < b.ref.key ? -1 : 1) : a.at < b.at ? -1 : 1));
};

/** The hosts of these uploads, each once. */
export const hostsOf = (objects: readonly Listed[]): readonly string[] => [
  ...new Set(
    objects.flatMap(({ ref }) => {
      const { host } = parseUploadKey(ref.key);
      return host === null ? [] : [host];
    }),
  ),
];

/** Wall clock up to which the table knows a host: its last upload, or the last that was told of it, as that it is silent. */
const knownUntil = async (host: string, records: Deps['records']): Promise<string> => {
  const [heardAt, board] = await Promise.all([records.lastHeard(host), records.readBoard(host)]);
  return [heardAt ?? '', ...(board?.ledger ?? []).map(({ toldAt }) => toldAt ?? '')].reduce((a, b) => (a > b ? a : b));
};

/** A clock that stands where the replay is. */
class Then {
  #ms: number;

  constructor(at: string) {
    this.#ms = Date.parse(at);
  }

  set(ms: number): void {
    this.#ms = Math.max(ms, this.#ms);
  }

  now(): string {
    return new Date(this.#ms).toISOString();
  }
}

export interface ReplayDeps extends Omit<Deps, 'announcer' | 'clock' | 'records'> {
  /** The table, to a given clock: what it keeps, it keeps from the time of upload on. */
  readonly recordsAt: (clock: { now(): string }) => Deps['records'];
}

/**
 * Takes the uploads in again, in the order and at the times in which they came, with the sweeps between them, and tells nobody: the same
 * analyses as the first time. What people said (acknowledgements, silences, tokens) is in no upload. May be repeated, and resumed from where
 * it was interrupted by the same call: a host is restored from where the table's knowledge of it ends, since what is known of a host cannot go back in time.
 */
export const replay = async (
  objects: readonly Listed[],
  window: ReplayWindow & { readonly hasFleets: boolean },
  deps: ReplayDeps,
  onProgress: (progress: ReplayProgress) => void,
): Promise<ReplayOutcome> => {
  const first = objects[0];
  if (first === undefined) return { ingested: 0, rejected: 0, gone: 0, known: 0, failed: [] };
  const clock = new Then(first.at);
  const stored = deps.recordsAt(clock);
  const ahead = new Map<string, string>();
  for (const host of hostsOf(objects)) ahead.set(host, await knownUntil(host, stored));
  const isPast = (host: string, at: string): boolean => at < (ahead.get(host) ?? '');
  const mayTouch = (host: string): boolean => ahead.has(host) && !isPast(host, clock.now());
  const records = untold(stored, clock, mayTouch, window.hasFleets);
  const past: Deps = { ...deps, records, clock, announcer: silentAnnouncer };
  const counts = { ingested: 0, rejected: 0, gone: 0, known: 0 };
  let failed: readonly string[] = [];
  let done = 0;
  // No sweep may touch anything before that: it is not worth its reads.
  const sweepFrom = [...ahead.values()].reduce((a, b) => (a < b ? a : b), window.to);
  let sweepAt = Math.ceil(Date.parse(sweepFrom > first.at ? sweepFrom : first.at) / SWEEP_MS) * SWEEP_MS;

  const sweepUntil = async (ms: number): Promise<void> => {
    for (; sweepAt <= ms; sweepAt += SWEEP_MS) {
      clock.set(sweepAt);
      onProgress({ done, of: objects.length, reached: clock.now() });
      failed = (await sweep(past)).failed;
    }
  };

  for (const { ref, at } of objects) {
    await sweepUntil(Date.parse(at));
    onProgress({ done, of: objects.length, reached: at });
    clock.set(Date.parse(at));
    const { host } = parseUploadKey(ref.key);
    const { kind } = host !== null && isPast(host, at) ? { kind: 'known' as const } : await ingest(ref, past);
    counts[kind] += 1;
    done += 1;
  }
  await sweepUntil(Date.parse(window.to));
  return { ...counts, failed };
};
