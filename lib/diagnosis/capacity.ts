import { defaultRangeOf } from '../digest/default-range.ts';
import type { PortRange, SnapshotDigest } from '../model/digest.ts';

/** How many ports the kernel may choose from, and how that is known. */
export interface Capacity {
  readonly from: number;
  readonly to: number;
  /** The range less the reserved ports. */
  readonly ports: number;
  readonly basis: 'sysctl' | 'inferred' | 'assumed';
}

/** Ports below are privileged: a client there bound them on purpose (NFS, rsh), which says nothing of the range. */
const PRIVILEGED = 1024;

/** An edge that moves from snapshot to snapshot is where the pile stands, not where the range ends. */
const EDGE_TOLERANCE = 2;

const isSteady = (inferred: readonly PortRange[]): boolean => {
  const [before, last] = inferred.slice(-2);
  if (before === undefined || last === undefined) return true;
  return Math.abs(before.from - last.from) <= EDGE_TOLERANCE && Math.abs(before.to - last.to) <= EDGE_TOLERANCE;
};

/** The widest of the ranges that the ports in use fill, if its edges stay where they are. */
const inferredFrom = (ranges: readonly PortRange[]): PortRange | undefined =>
  isSteady(ranges) ? ranges.toSorted((a, b) => a.to - a.from - (b.to - b.from)).at(-1) : undefined;

/** What of a snapshot tells its range. */
type Shown = Pick<SnapshotDigest, 'range' | 'seenPorts' | 'dialect'>;

const disprovesDefault = ({ seenPorts, dialect }: Shown): boolean => {
  const [from, to] = defaultRangeOf(dialect);
  return seenPorts !== null && ((seenPorts.min >= PRIVILEGED && seenPorts.min < from) || seenPorts.max > to);
};

/**
 * The host's ephemeral range over a window: a sysctl of any of its snapshots, else one inferred from the ports seen, else the system's
 * default where no port seen disproves it, else `null`: unknown.
 */
export const capacityOf = (snapshots: readonly Shown[]): Capacity | null => {
  const ranges = snapshots.flatMap(({ range }) => range ?? []);
  const told = ranges.findLast(({ basis }) => basis === 'sysctl') ?? inferredFrom(ranges);
  if (told !== undefined) return { from: told.from, to: told.to, ports: told.to - told.from + 1 - told.reserved, basis: told.basis };
  if (snapshots.some(disprovesDefault)) return null;
  const [from, to] = defaultRangeOf(snapshots.at(-1)?.dialect ?? null);
  return { from, to, ports: to - from + 1, basis: 'assumed' };
};

/** The sentence that names an assumption, for people. */
export const capacityCaveat = (capacity: Capacity | null): readonly string[] => {
  if (capacity === null) {
    return [
      "The port range is unknown: the snapshots hold no sysctl section, and ports outside the kernel's default are in use. Run `sysctl net.ipv4.ip_local_port_range`.",
    ];
  }
  if (capacity.basis === 'sysctl') return [];
  return capacity.basis === 'inferred'
    ? [
        `The port range ${capacity.from}–${capacity.to} is inferred: the ports in use fill it and none lies just outside. The snapshots hold no sysctl section.`,
      ]
    : [`The port range ${capacity.from}–${capacity.to} is assumed (the kernel's default): the snapshots hold no sysctl section.`];
};
