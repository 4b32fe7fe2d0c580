import type { LogDigest, SnapshotDigest } from '../model/digest.ts';
import { MAX_NAME, withNames } from './short-names.ts';

/** 32 KB at most, whatever a host uploads: a window of sixty must be read at once (DESIGN.md). */
export const MAX_DIGEST_BYTES = 32 * 1024;

type Reduction<T> = (digest: T) => T;

/** Applies reductions, the least regrettable first, until the digest fits. */
const fit = <T>(digest: T, reductions: readonly Reduction<T>[]): T => {
  let smaller = digest;
  for (const reduce of reductions) {
    if (Buffer.byteLength(JSON.stringify(smaller)) <= MAX_DIGEST_BYTES) return smaller;
    smaller = reduce(smaller);
  }
  return smaller;
};

const fewerSamples = <T extends SnapshotDigest | LogDigest>(digest: T): T => ({
  ...digest,
  account: { ...digest.account, samples: digest.account.samples.slice(0, 3) },
});

/** A path that a host chose may be 4 KB long; the unit's name is at its end. */
const SHORT_CGROUP = 64;
/** An address of IPv6 and a port. */
const SHORT_NAME = 48;
const short = (cgroup: string | null): string | null => (cgroup === null ? null : cgroup.slice(-SHORT_CGROUP));

export const fitSnapshot = (digest: SnapshotDigest): SnapshotDigest =>
  fit(withNames(MAX_NAME)(digest), [
    fewerSamples,
    (d) => ({
      ...d,
      piles: d.piles.map((pile) => ({ ...pile, cgroup: short(pile.cgroup) })),
      listeners: d.listeners.map((l) => ({ ...l, cgroup: null })),
    }),
    (d) => ({ ...d, processes: d.processes.map((process) => ({ ...process, args: null })) }),
    (d) => ({ ...d, listeners: d.listeners.slice(0, 24), processes: d.processes.slice(0, 16) }),
    (d) => ({ ...d, piles: d.piles.slice(0, 12), ports: d.ports.slice(0, 1) }),
    withNames(SHORT_NAME),
  ]);

/** Minutes beyond the newest `keep` are summed into the oldest kept one: the count stays, the place in time blurs. */
const fewerMinutes =
  (keep: number): Reduction<LogDigest> =>
  (digest) => ({
    ...digest,
    failures: digest.failures.map((failure) => {
      const surplus = failure.minutes.length - keep;
      if (surplus <= 0) return failure;
      const early = failure.minutes.slice(0, surplus + 1);
      const sum = early.reduce((total, [, count]) => total + count, 0);
      return { ...failure, minutes: [[early.at(-1)?.[0] ?? 0, sum] as const, ...failure.minutes.slice(surplus + 1)] };
    }),
  });

const fewerFrames =
  (withFrames: number): Reduction<LogDigest> =>
  (digest) => ({ ...digest, failures: digest.failures.map((failure, i) => (i < withFrames ? failure : { ...failure, frames: [] })) });

const shorterErrors: Reduction<LogDigest> = (digest) => ({
  ...digest,
  failures: digest.failures.map((failure) => ({
    ...failure,
    error: failure.error.slice(0, 120),
    frame: failure.frame?.slice(0, 120) ?? null,
  })),
});

export const fitLog = (digest: LogDigest): LogDigest =>
  fit(digest, [fewerSamples, fewerFrames(4), fewerMinutes(60), fewerFrames(1), shorterErrors, fewerMinutes(30), fewerMinutes(10)]);
