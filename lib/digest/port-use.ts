import type { DestinationUse, Holder, PortRange, PortUse } from '../model/digest.ts';
import type { Owner } from '../model/socket.ts';
import type { Census } from './census.ts';
import { holderOf } from './holder.ts';
import { isAnyAddress } from './side.ts';

const MAX_SHARES = 8;
const MAX_DESTINATIONS = 4;
const MAX_DESTINATION_SHARES = 3;
const MAX_SHARED_WITH = 8;
const MAX_ADDRESSES = 3;

interface ShareDraft {
  readonly holder: Holder;
  readonly ports: Set<number>;
  /** Sockets toward each peer, by its number. */
  readonly peers: Map<number, number>;
  readonly sharedWith: Set<number>;
}

/** The specific addresses whose clients take the most distinct ports: those that run out first. */
const busiestAddresses = ({ sockets, sides }: Census): readonly string[] => {
  const ports = new Map<string, Set<number>>();
  for (const [i, { local }] of sockets.entries()) {
    if (sides[i] !== 'client' || local.port === null || isAnyAddress(local.address)) continue;
    const seen = ports.get(local.address) ?? new Set();
    ports.set(local.address, seen.add(local.port));
  }
  return [...ports]
    .sort(([a, m], [b, n]) => n.size - m.size || (a < b ? -1 : 1))
    .slice(0, MAX_ADDRESSES)
    .map(([address]) => address);
};

/** Nobody's sockets (TIME_WAIT, or a listing without PIDs) are told apart by their peer. */
const shareKey = ({ holders, holder, peer, peers }: Census, i: number): number => {
  const number = holder[i] ?? 0;
  return holders[number]?.kind === 'process' ? number : holders.length + number * peers.length + (peer[i] ?? 0);
};

const addOwners = ({ holder, sharedWith }: ShareDraft, owners: readonly Owner[]): void => {
  for (const { pid } of owners) if (holder.kind === 'process' && pid !== holder.pid) sharedWith.add(pid);
};

const bump = (counts: Map<number, number>, key: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const commonest = (counts: ReadonlyMap<number, number>, { peers }: Census): string | null => {
  const named = [...counts].map(([peer, sockets]) => [peers[peer] ?? '', sockets] as const);
  return (
    named.reduce<readonly [string, number] | null>(
      (best, one) => (best === null || one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best),
      null,
    )?.[0] ?? null
  );
};

const newShare = (holder: Holder): ShareDraft => ({ holder, ports: new Set(), peers: new Map(), sharedWith: new Set() });

interface Shares {
  readonly shares: readonly ShareDraft[];
  /** By port: the only holder, or `null` where several have it. */
  readonly soleShare: ReadonlyMap<number, ShareDraft | null>;
}

/** @param scope places of the sockets in the census, all with a port */
const collectShares = (scope: readonly number[], census: Census): Shares => {
  const shares = new Map<number, ShareDraft>();
  const soleShare = new Map<number, ShareDraft | null>();
  for (const i of scope) {
    const socket = census.sockets[i];
    const port = socket?.local.port ?? null;
    if (socket === undefined || port === null) continue;
    const key = shareKey(census, i);
    const share = shares.get(key) ?? newShare(holderOf(socket.ownership));
    shares.set(key, share);
    share.ports.add(port);
    if (socket.ownership.kind === 'owned' && socket.ownership.owners.length > 1) addOwners(share, socket.ownership.owners);
    if (census.sides[i] === 'client') bump(share.peers, census.peer[i] ?? 0);
    const sole = soleShare.get(port);
    soleShare.set(port, sole === undefined || sole === share ? share : null);
  }
  return { shares: [...shares.values()], soleShare };
};

const destinationOf = (peer: number, scope: readonly number[], census: Census): DestinationUse => {
  const holders = new Map<number, Set<number | null>>();
  for (const i of scope) {
    const holder = census.holder[i] ?? 0;
    const ports = holders.get(holder) ?? new Set();
    holders.set(holder, ports.add(census.sockets[i]?.local.port ?? null));
  }
  return {
    peer: census.peers[peer] ?? '',
    ports: new Set(scope.map((i) => census.sockets[i]?.local.port)).size,
    shares: [...holders]
      .map(([holder, ports]) => ({ holder: census.holders[holder] ?? holderOf({ kind: 'unknown' }), ports: ports.size }))
      .sort((a, b) => b.ports - a.ports)
      .slice(0, MAX_DESTINATION_SHARES),
  };
};

const destinations = (scope: readonly number[], census: Census): PortUse['destinations'] => {
  const toward = new Map<number, number[]>();
  for (const i of scope) {
    if (census.sides[i] !== 'client') continue;
    const peer = census.peer[i] ?? 0;
    const same = toward.get(peer);
    if (same === undefined) toward.set(peer, [i]);
    else same.push(i);
  }
  return [...toward]
    .map(([peer, same]) => ({ peer, same, text: census.peers[peer] ?? '' }))
    .sort((a, b) => b.same.length - a.same.length || (a.text < b.text ? -1 : 1))
    .slice(0, MAX_DESTINATIONS)
    .map(({ peer, same }) => destinationOf(peer, same, census));
};

/** Places of the sockets that take a port of the range on this address. */
const scopeOf = (address: string, { sockets, sides }: Census, range: PortRange | null): readonly number[] => {
  const scope: number[] = [];
  for (const [i, { local }] of sockets.entries()) {
    if (local.port === null || (local.address !== address && !isAnyAddress(local.address))) continue;
    if (range === null ? sides[i] === 'client' : local.port >= range.from && local.port <= range.to) scope.push(i);
  }
  return scope;
};

const useOf = (address: string, census: Census, range: PortRange | null): PortUse => {
  const scope = scopeOf(address, census, range);
  const { shares, soleShare } = collectShares(scope, census);
  const exclusive = new Map<ShareDraft, number>();
  for (const sole of soleShare.values()) if (sole !== null) exclusive.set(sole, (exclusive.get(sole) ?? 0) + 1);
  return {
    address,
    used: soleShare.size,
    shares: shares
      .map((share) => ({
        holder: share.holder,
        peer: commonest(share.peers, census),
        ports: share.ports.size,
        exclusivePorts: exclusive.get(share) ?? 0,
        sharedWith: [...share.sharedWith].sort((a, b) => a - b).slice(0, MAX_SHARED_WITH),
      }))
      .sort((a, b) => b.exclusivePorts - a.exclusivePorts || b.ports - a.ports)
      .slice(0, MAX_SHARES),
    destinations: destinations(scope, census),
  };
};

/**
 * Who takes the ephemeral ports, per local address: distinct ports, not sockets, since `connect` shares a port across peers
 * (KERNEL.md). `exclusivePorts` is the counterfactual: what would return if this holder were gone.
 */
export const portUse = (census: Census, range: PortRange | null): readonly PortUse[] =>
  busiestAddresses(census).map((address) => useOf(address, census, range));
