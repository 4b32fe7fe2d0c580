import type { DestinationUse, PortUse, SnapshotDigest } from '../model/digest.ts';
import { type Capacity, capacityOf } from './capacity.ts';
import type { EphemeralContest } from './contest.ts';
import { EXHAUSTED_SHARE } from './ephemeral.ts';
import { type Facts, snapshotsAround } from './facts.ts';
import type { FailureGroup } from './merge-failures.ts';
import { groundOf } from './namespaces.ts';
import { suspectsIn } from './suspects.ts';
import { vanishedOf } from './vanished.ts';

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

interface Sight {
  readonly snapshot: SnapshotDigest;
  readonly use: PortUse;
}

const isExhaustedBy = (use: PortUse, capacity: Capacity | null): boolean =>
  capacity !== null && use.used >= EXHAUSTED_SHARE * capacity.ports;

/** A full range on the address that leads out explains more calls than a full one on loopback; then the fuller; then the later. */
const better =
  (capacity: Capacity | null) =>
  (a: Sight, b: Sight): number => {
    const weight = ({ use }: Sight): number => (isExhaustedBy(use, capacity) ? (isLoopback(use.address) ? 1 : 2) : 0);
    return weight(b) - weight(a) || b.use.used - a.use.used || (a.snapshot.takenAt > b.snapshot.takenAt ? -1 : 1);
  };

const sightsOf = (snapshots: readonly SnapshotDigest[], mayBeLoopback: boolean): readonly Sight[] =>
  snapshots.flatMap((snapshot) =>
    snapshot.ports.filter(({ address }) => mayBeLoopback || !isLoopback(address)).map((use) => ({ snapshot, use })),
  );

/** A plain connect to another host takes a port on the address that leads there, never one on loopback. */
const mayBeLoopback = (victims: readonly FailureGroup[]): boolean =>
  victims.length === 0 || victims.some(({ call, peer }) => call !== 'connect' || peer === null || isLoopback(peer));

/** Without failures: the last time the range was full, else the present. */
const sightWithoutVictims = (snapshots: readonly SnapshotDigest[], capacity: Capacity | null): Sight | null => {
  const full = snapshots.findLast(({ ports }) => ports.some((use) => isExhaustedBy(use, capacity)));
  const chosen = full ?? snapshots.at(-1);
  return chosen === undefined ? null : (sightsOf([chosen], true).toSorted(better(capacity))[0] ?? emptySight(chosen, snapshots));
};

/** A listing without a single client connection is worth a look all the same where some have vanished from it. */
const emptySight = (snapshot: SnapshotDigest, snapshots: readonly SnapshotDigest[]): Sight | null => {
  const address = snapshots.flatMap(({ ports }) => ports).at(-1)?.address;
  if (address === undefined || snapshot.processes.every(({ pid }) => vanishedOf(pid, snapshots) === null)) return null;
  return { snapshot, use: { address, used: 0, shares: [], destinations: [] } };
};

const min = (groups: readonly FailureGroup[]): string => groups.reduce((a, { firstAt }) => (a === '' || firstAt < a ? firstAt : a), '');
const max = (groups: readonly FailureGroup[]): string => groups.reduce((a, { lastAt }) => (lastAt > a ? lastAt : a), '');

const needsEphemeral = ({ kind, call }: FailureGroup): boolean =>
  (kind === 'address-in-use' || kind === 'address-not-available') && (call === 'bind-any' || call === 'connect');

/** Calls that may be a client's: they are, if the range is full when they fail. */
const mayNeedEphemeral = ({ kind, call }: FailureGroup): boolean =>
  (kind === 'address-in-use' || kind === 'address-not-available') && (call === 'unknown' || call === 'bind-fixed');

const isUnplaced = ({ kind, call }: FailureGroup): boolean =>
  (kind === 'address-in-use' && call === 'listen') ||
  ((kind === 'address-in-use' || kind === 'address-not-available') && (call === 'unknown' || call === 'bind-fixed'));

const peerIs = (peer: string, named: string): boolean =>
  // A log may name the host rather than its address; the port is the same.
  peer === named || (/[a-z]/i.test(named.slice(0, named.lastIndexOf(':'))) && peer.endsWith(named.slice(named.lastIndexOf(':'))));

/** The peer toward which all ports are taken, where only plain connects (to it, as far as the logs name one) fail. */
const contestedDestination = (victims: readonly FailureGroup[], use: PortUse, capacity: Capacity | null): DestinationUse | null => {
  if (capacity === null || victims.length === 0 || victims.some(({ call }) => call !== 'connect')) return null;
  const named = victims.flatMap(({ peer }) => peer ?? []);
  return (
    use.destinations.find(
      ({ peer, ports }) => ports >= EXHAUSTED_SHARE * capacity.ports && (named.length === 0 || named.some((name) => peerIs(peer, name))),
    ) ?? null
  );
};

export interface BuiltEphemeral {
  readonly contest: EphemeralContest | null;
  /** Failures of a bind that names no port, and that a full range does not explain. */
  readonly unplaced: readonly FailureGroup[];
}

/** The contest about the ephemeral ports. `groups` are the failures that name no fixed port. */
export const buildEphemeral = (facts: Facts, groups: readonly FailureGroup[]): BuiltEphemeral => {
  const capacity = capacityOf(facts.snapshots);
  const certain = groups.filter(needsEphemeral);
  const possible = groups.filter(mayNeedEphemeral);
  const all = [...certain, ...possible];
  const sight = sightFor(facts, all, capacity);
  const isExhausted = sight === null || capacity === null ? null : isExhaustedBy(sight.use, capacity);
  const victims = isExhausted === true ? all : certain;
  const unplaced = groups.filter((group) => isUnplaced(group) && !victims.includes(group));
  const judged = victims.length === all.length ? sight : sightFor(facts, victims, capacity);
  if (judged === null && victims.length === 0) return { contest: null, unplaced };
  const destination = judged === null ? null : contestedDestination(victims, judged.use, capacity);
  return {
    contest: {
      kind: 'ephemeral-ports',
      ...groundOf(facts, 'ephemeral-ports'),
      victims,
      capacity,
      peak: judged?.snapshot ?? null,
      use: judged?.use ?? null,
      destination,
      suspects: judged === null ? [] : suspectsIn(judged.use, destination, judged.snapshot, facts.snapshots),
      isExhausted: judged === null || capacity === null ? null : isExhaustedBy(judged.use, capacity),
    },
    unplaced,
  };
};

const sightFor = (facts: Facts, victims: readonly FailureGroup[], capacity: Capacity | null): Sight | null => {
  if (victims.length === 0) return sightWithoutVictims(facts.snapshots, capacity);
  const around = snapshotsAround(facts.snapshots, min(victims), max(victims));
  return sightsOf(around, mayBeLoopback(victims)).toSorted(better(capacity))[0] ?? null;
};
