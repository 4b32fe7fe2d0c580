import { capacityOf } from '../diagnosis/capacity.ts';
import { growthOf, held, type Moment, sameHolder, track } from '../diagnosis/track.ts';
import { forecast, slopeOf } from '../diagnosis/trend.ts';
import type { LogDigest, Pile, SnapshotDigest } from '../model/digest.ts';
import type { DescriptorsView, HolderRow, LogView, PortsView, Sample, WatchView } from '../model/watching.ts';
import type { Watched } from './watch.ts';

/** Who holds connections, how many, and how that grows: what is shown of a host before any rule has found anything. */

/** Below this part of its limit nobody needs to look at a program's descriptors. */
const DESCRIPTORS_FROM = 0.5;
/** So many looks decide how it grows now. */
const RECENT = 20;

const isAlike = (a: Pile, b: Pile): boolean =>
  a.side === b.side && a.peer === b.peer && a.localPort === b.localPort && sameHolder(a.holder, b.holder);

const allOf = ({ closeWait, established, timeWait, passing }: Moment): number => closeWait + established + timeWait + passing;

const rowOf = (pile: Pile, snapshots: readonly SnapshotDigest[]): HolderRow => {
  const moments = track(snapshots, (other) => isAlike(pile, other));
  const last = moments.at(-1);
  return {
    holder: pile.holder,
    side: pile.side,
    peer: pile.peer,
    localPort: pile.localPort,
    established: last?.established ?? 0,
    closeWait: last?.closeWait ?? 0,
    timeWait: last?.timeWait ?? 0,
    other: last?.passing ?? 0,
    series: moments.map((moment): Sample => [Date.parse(moment.snapshot.takenAt), allOf(moment)]),
    perMinute: growthOf(moments.slice(-RECENT), held)?.perMinute ?? null,
  };
};

const size = ({ established, closeWait, timeWait, other }: HolderRow): number => established + closeWait + timeWait + other;

const holdersOf = (snapshots: readonly SnapshotDigest[]): readonly HolderRow[] => {
  const firsts = (snapshots.at(-1)?.piles ?? []).filter((pile, i, all) => all.findIndex((other) => isAlike(pile, other)) === i);
  return firsts.map((pile) => rowOf(pile, snapshots)).sort((a, b) => size(b) - size(a));
};

const rangeOf = (snapshots: readonly SnapshotDigest[]): PortsView['range'] => {
  const capacity = capacityOf(snapshots);
  return capacity === null
    ? null
    : { from: capacity.from, to: capacity.to, capacity: capacity.ports, isAssumed: capacity.basis !== 'sysctl' };
};

export const portsOf = (snapshots: readonly SnapshotDigest[]): PortsView => {
  const range = rangeOf(snapshots);
  const fullest = snapshots.at(-1)?.ports[0];
  if (fullest === undefined) return { address: null, used: 0, range, series: [], perMinute: null, fullAt: null };
  const usedAt = ({ ports }: SnapshotDigest): number => ports.find(({ address }) => address === fullest.address)?.used ?? 0;
  const series = snapshots.map((snapshot): Sample => [Date.parse(snapshot.takenAt), usedAt(snapshot)]);
  const slope = slopeOf(series.slice(-RECENT));
  const grows = slope !== null && slope.low > 0;
  const full =
    grows && range !== null ? forecast([Date.parse(snapshots.at(-1)?.takenAt ?? ''), fullest.used], slope, range.capacity) : null;
  return {
    address: fullest.address,
    used: fullest.used,
    range,
    series,
    perMinute: slope?.perMinute ?? null,
    fullAt: full === null ? null : { about: full.at, earliest: full.earliest, latest: full.latest },
  };
};

const descriptorsOf = (snapshot: SnapshotDigest | undefined): readonly DescriptorsView[] =>
  (snapshot?.processes ?? [])
    .flatMap(({ pid, command, descriptors }) =>
      descriptors === null || descriptors.soft === null || descriptors.open < DESCRIPTORS_FROM * descriptors.soft
        ? []
        : [{ pid, command, open: descriptors.open, soft: descriptors.soft }],
    )
    .sort((a, b) => b.open / b.soft - a.open / a.soft);

const logOf = ({ app, failures }: LogDigest): LogView => ({
  app,
  failures: failures.reduce((sum, { count }) => sum + count, 0),
  kind: failures[0]?.kind ?? null,
  lastAt: failures.reduce<string | null>((last, { lastAt }) => (last === null || lastAt > last ? lastAt : last), null),
});

export type Setting = Pick<WatchView, 'host' | 'netns' | 'since' | 'looks' | 'everyMs' | 'notes'>;

export const watchView = (watched: Watched, setting: Setting): WatchView => ({
  ...setting,
  at: watched.at,
  notes: [...(watched.refused === null ? [] : [watched.refused]), ...setting.notes],
  ports: portsOf(watched.snapshots),
  holders: holdersOf(watched.snapshots),
  descriptors: descriptorsOf(watched.snapshots.at(-1)),
  logs: watched.logs.map(logOf),
  analyses: watched.analyses,
});
