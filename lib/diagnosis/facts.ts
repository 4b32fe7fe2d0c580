import type { Severity } from '../model/analysis.ts';
import type { Digest, LogDigest, MarkerDigest, PortLookup, SnapshotDigest } from '../model/digest.ts';
import type { Source } from '../model/snapshot.ts';
import { type FailureGroup, mergeFailures } from './merge-failures.ts';

/** What is known of one host at one time. The order of `digests` has no meaning. */
export interface Window {
  readonly host: string;
  readonly digests: readonly Digest[];
  readonly lookups: readonly PortLookup[];
}

/** The cases that are open, by resource key, with how severe they stand. */
export type OpenCases = ReadonlyMap<string, Severity>;
export const nothingOpen: OpenCases = new Map();

/** The window joined: distinct snapshots in the order they were taken, failures counted once. */
export interface Facts {
  readonly host: string;
  /** The network namespace that these facts are about; `null` for the host's own, and before they are divided (`namespaces.ts`). */
  readonly netns: string | null;
  readonly snapshots: readonly SnapshotDigest[];
  readonly failures: readonly FailureGroup[];
  readonly lookups: readonly PortLookup[];
  /** What was deployed, in order. */
  readonly markers: readonly MarkerDigest[];
  readonly open: OpenCases;
  /** The newest time that any evidence bears; `null` for an empty window. */
  readonly newestAt: string | null;
  readonly remarks: readonly string[];
}

/**
 * How far a snapshot may lie from a failure and still testify. Cron takes one a minute, an agent five minutes' worth at once but each
 * with its own time: three minutes forgive two that were lost.
 */
export const REACH_MS = 3 * 60_000;

const byTime = (a: SnapshotDigest, b: SnapshotDigest): number => {
  if (a.takenAt !== b.takenAt) return a.takenAt < b.takenAt ? -1 : 1;
  return a.contentId < b.contentId ? -1 : 1;
};

const isSnapshot = (digest: Digest): digest is SnapshotDigest => digest.kind === 'snapshot';
const isLog = (digest: Digest): digest is LogDigest => digest.kind === 'log';

/** The same snapshot uploaded twice is one; which upload stands for it must not depend on arrival. */
const distinctSnapshots = (digests: readonly Digest[]): readonly SnapshotDigest[] => {
  const byIdentity = new Map<string, SnapshotDigest>();
  for (const digest of digests.filter(isSnapshot)) {
    const key = `${digest.takenAt} ${digest.contentId}`;
    const twin = byIdentity.get(key);
    if (twin === undefined || digest.source.uri < twin.source.uri) byIdentity.set(key, digest);
  }
  return [...byIdentity.values()].sort(byTime);
};

const distinctLogs = (digests: readonly Digest[]): readonly LogDigest[] =>
  digests.filter(isLog).sort((a, b) => (a.source.uri < b.source.uri ? -1 : a.source.uri > b.source.uri ? 1 : 0));

const distinctMarkers = (digests: readonly Digest[]): readonly MarkerDigest[] =>
  [...new Map(digests.flatMap((digest) => (digest.kind === 'marker' ? [[digest.contentId, digest] as const] : []))).values()].sort(
    (a, b) => (a.at === b.at ? (a.contentId < b.contentId ? -1 : 1) : a.at < b.at ? -1 : 1),
  );

/** The same remark about many uploads is made once, with the figures of the last. */
const distinctRemarks = (remarks: readonly string[]): readonly string[] =>
  [...new Map(remarks.map((remark) => [remark.replaceAll(/\d+/g, '#'), remark])).values()].slice(0, 6);

/** Joins a window. A function of the set of digests: order and repetition do not matter. */
export const correlate = (window: Window, open: OpenCases = nothingOpen): Facts => {
  const snapshots = distinctSnapshots(window.digests);
  const logs = distinctLogs(window.digests);
  const failures = mergeFailures(logs);
  const times = [...snapshots.map(({ takenAt }) => takenAt), ...failures.map(({ lastAt }) => lastAt)];
  return {
    host: window.host,
    netns: null,
    snapshots,
    failures,
    lookups: window.lookups,
    markers: distinctMarkers(window.digests),
    open,
    newestAt: times.reduce<string | null>((newest, at) => (newest === null || at > newest ? at : newest), null),
    remarks: distinctRemarks([...snapshots, ...logs].flatMap(({ remarks }) => remarks)),
  };
};

const apart = (a: string, b: string): number => Date.parse(a) - Date.parse(b);

/**
 * The snapshots that can testify on failures between two times: those within, and the nearest on either side if within reach.
 * A failure is judged by the snapshots around its time, not by the last one: the culprit may have exited since.
 */
export const snapshotsAround = (snapshots: readonly SnapshotDigest[], firstAt: string, lastAt: string): readonly SnapshotDigest[] => {
  const within = snapshots.filter(({ takenAt }) => takenAt >= firstAt && takenAt <= lastAt);
  const before = snapshots.filter(({ takenAt }) => takenAt < firstAt && apart(firstAt, takenAt) <= REACH_MS).slice(-1);
  const after = snapshots.filter(({ takenAt }) => takenAt > lastAt && apart(takenAt, lastAt) <= REACH_MS).slice(0, 1);
  return [...before, ...within, ...after];
};

/** A port of a snapshot that must be looked up in the raw upload before the window can be judged. */
export interface WantedLookup {
  readonly source: Source;
  readonly contentId: string;
  readonly takenAt: string;
  readonly port: number;
}
