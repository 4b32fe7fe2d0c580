import { defaultRangeOf } from '../digest/default-range.ts';
import type { SnapshotDigest } from '../model/digest.ts';

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

const disprovesDefault = ({ seenPorts, dialect }: SnapshotDigest): boolean => {
  const [from, to] = defaultRangeOf(dialect);
  return seenPorts !== null && ((seenPorts.min >= PRIVILEGED && seenPorts.min < from) || seenPorts.max > to);
};

/**
 * The host's ephemeral range over a window: a sysctl of any of its snapshots, else one inferred from the ports seen, else the system's
 * default where no port seen disproves it, else `null`: unknown.
 */
export const capacityOf = (snapshots: readonly SnapshotDigest[]): Capacity | null => {
  const ranges = snapshots.flatMap(({ range }) => range ?? []);
  const told = ranges.findLast(({ basis }) => basis === 'sysctl') ?? ranges.sort((a, b) => a.to - a.from - (b.to - b.from)).at(-1);
  if (told !== undefined) return { from: told.from, to: told.to, ports: told.to - told.from + 1 - told.reserved, basis: told.basis };
  if (snapshots.some(disprovesDefault)) return null;
  const [from, to] = defaultRangeOf(snapshots.at(-1)?.dialect ?? null);
  return { from, to, ports: to - from + 1, basis: 'assumed' };
};

/** The sentence that names an assumption, for people. */
export const capacityCaveat = (capacity: Capacity | null): readonly string[] => {
  if (capacity === null) {
    return [
      'The port range is unknown (no sysctl section, and ports outside the kernel default are in use): run `sysctl net.ipv4.ip_local_port_range`.',
    ];
  }
  if (capacity.basis === 'sysctl') return [];
  return capacity.basis === 'inferred'
    ? [
        `The port range ${capacity.from}–${capacity.to} is inferred: the ports in use fill it without gaps. The snapshots hold no sysctl section.`,
      ]
    : [`The port range ${capacity.from}–${capacity.to} is assumed (the kernel's default): the snapshots hold no sysctl section.`];
};
