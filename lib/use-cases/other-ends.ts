import type { Case } from '../cases/case.ts';
import { otherEndOf, type PeerHost, peerAddress } from '../diagnosis/other-end.ts';
import type { Digest, SnapshotDigest } from '../model/digest.ts';
import type { Deps } from './deps.ts';

/** The other end's snapshots that are read: a quarter of an hour at one a minute. */
const MAX_SNAPSHOTS = 15;

const snapshotsIn = (digests: readonly Digest[]): readonly SnapshotDigest[] =>
  digests.filter((digest) => digest.kind === 'snapshot').toSorted((a, b) => (a.takenAt < b.takenAt ? -1 : 1));

/** Loopback is the host itself. */
const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

const readPeers = async (host: string, address: string, deps: Deps): Promise<readonly PeerHost[]> => {
  const hosts = isLoopback(address) ? [host] : await deps.records.hostsAt(address);
  const limits = { spanMs: deps.settings.fold.windowMs, maxSnapshots: MAX_SNAPSHOTS };
  return Promise.all(
    hosts.map(async (other) => ({ host: other, snapshots: snapshotsIn(await deps.records.recentDigests(other, limits)) })),
  );
};

const peersAmong = (host: string, address: string, digests: readonly Digest[]): readonly PeerHost[] => {
  const has = (digest: SnapshotDigest): boolean => (isLoopback(address) ? digest.host === host : digest.addresses.includes(address));
  const found = snapshotsIn(digests).filter(has);
  return [...new Set(found.map((digest) => digest.host))].map((other) => ({
    host: other,
    snapshots: found.filter((digest) => digest.host === other),
  }));
};

/** What all uploads together show of the other end, where all are at hand. */
export const withOtherEndAmong = (current: Case, own: readonly Digest[], all: readonly Digest[]): Case => {
  const address = peerAddress(current.finding);
  if (address === null) return current;
  return { ...current, otherEnd: otherEndOf(current.finding, snapshotsIn(own), peersAmong(current.finding.host, address, all)) };
};

/**
 * Open cases with what the peer's own host shows. It is no part of the fold over a host's uploads: whose arrive last is made good by the
 * next upload, or by the sweep. What was known stays when the other host falls silent.
 */
export const withOtherEnds = (
  cases: readonly Case[],
  former: readonly Case[],
  own: readonly Digest[],
  deps: Deps,
): Promise<readonly Case[]> =>
  Promise.all(
    cases.map(async (current) => {
      const known = former.find(({ id }) => id === current.id)?.otherEnd ?? null;
      const address = peerAddress(current.finding);
      if (address === null || current.status === 'resolved') return { ...current, otherEnd: address === null ? null : known };
      const peers = await readPeers(current.finding.host, address, deps);
      return { ...current, otherEnd: otherEndOf(current.finding, snapshotsIn(own), peers) ?? known };
    }),
  );
