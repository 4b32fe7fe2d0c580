import type { Holder, Listener, Pile, PortRow, PortUse, SnapshotDigest } from '../model/digest.ts';

/**
 * Names are a host's own words: a listing may call a process, or an address, by a hundred thousand characters, and a digest with them fits into no item
 * of the table. No system's names are longer than this: 15 characters of a Linux process, 253 of a host.
 */
export const MAX_NAME = 256;

type Shorten = <T extends string | null>(name: T) => T | string;

const held = <T extends { readonly holder: Holder }>(one: T, short: Shorten): T =>
  one.holder.kind === 'process' ? { ...one, holder: { ...one.holder, command: short(one.holder.command) } } : one;

const pileOf = (one: Pile, short: Shorten): Pile => ({ ...held(one, short), localAddress: short(one.localAddress), peer: short(one.peer) });

const listenerOf = (one: Listener, short: Shorten): Listener => ({ ...held(one, short), address: short(one.address) });

const portUseOf = (one: PortUse, short: Shorten): PortUse => ({
  ...one,
  address: short(one.address),
  shares: one.shares.map((share) => ({ ...held(share, short), peer: short(share.peer) })),
  destinations: one.destinations.map((to) => ({ ...to, peer: short(to.peer), shares: to.shares.map((share) => held(share, short)) })),
});

const shortTo =
  (max: number): Shorten =>
  (name) =>
    name === null || name.length <= max ? name : name.slice(0, max);

/** The unit's name is at a path's end. */
const endOf = (path: string | null, max: number): string | null => (path === null ? null : path.slice(-max));

const shortName = shortTo(MAX_NAME);

/** A row of a lookup, likewise. */
export const rowWithNames = (row: PortRow): PortRow => ({
  ...held(row, shortName),
  localAddress: shortName(row.localAddress),
  peer: shortName(row.peer),
  cgroup: endOf(row.cgroup, MAX_NAME),
});

/** The same, with names of at most so many characters. */
export const withNames =
  (max: number) =>
  (digest: SnapshotDigest): SnapshotDigest => {
    const short = shortTo(max);
    return {
      ...digest,
      bootId: short(digest.bootId),
      addresses: digest.addresses.map(short),
      piles: digest.piles.map((pile) => ({ ...pileOf(pile, short), cgroup: endOf(pile.cgroup, max) })),
      listeners: digest.listeners.map((listener) => ({ ...listenerOf(listener, short), cgroup: endOf(listener.cgroup, max) })),
      ports: digest.ports.map((use) => portUseOf(use, short)),
      processes: digest.processes.map((process) => ({ ...process, command: short(process.command) })),
    };
  };
