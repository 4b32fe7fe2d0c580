import type { DestinationUse, Holder, PortRange, PortUse } from '../model/digest.ts';
import type { Owner } from '../model/socket.ts';
import { type Census, NO_PORT } from './census.ts';
import { distinctPorts } from './distinct.ts';
import { holderOf } from './holder.ts';
import { Numbering } from './numbering.ts';
import { isAnyAddress } from './side.ts';

const MAX_SHARES = 8;
const MAX_DESTINATIONS = 4;
const MAX_DESTINATION_SHARES = 3;
const MAX_SHARED_WITH = 8;
const MAX_ADDRESSES = 3;

interface ShareDraft {
  readonly holder: Holder;
  /** Of each of its sockets. */
  readonly ports: number[];
  /** Sockets toward each peer, by its number. */
  readonly peers: Map<number, number>;
  readonly sharedWith: Set<number>;
}

/** The specific addresses whose clients take the most distinct ports: those that run out first. */
const busiestAddresses = ({ sockets, sides }: Census): readonly string[] => {
  const ports = new Map<string, number[]>();
  sockets.forEach(({ local }, i) => {
    if (sides[i] !== 'client' || local.port === null || isAnyAddress(local.address)) return;
    const same = ports.get(local.address);
    if (same === undefined) ports.set(local.address, [local.port]);
    else same.push(local.port);
  });
  return [...ports]
    .map(([address, same]) => [address, distinctPorts(same)] as const)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
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

const newShare = (holder: Holder): ShareDraft => ({ holder, ports: [], peers: new Map(), sharedWith: new Set() });

interface Shares {
  readonly shares: readonly ShareDraft[];
  readonly used: number;
  /** Ports that nobody else has, by place in `shares`. */
  readonly exclusive: readonly number[];
}

/** What a port's place holds instead of its only share. */
const FREE = -1;
const SEVERAL = -2;

/** @param scope places of the sockets in the census, all with a port */
const collectShares = (scope: readonly number[], census: Census): Shares => {
  const numbers = new Numbering<number>();
  const shares: ShareDraft[] = [];
  const soleShare = new Int32Array(65_536).fill(FREE);
  for (const i of scope) {
    const socket = census.sockets[i];
    if (socket === undefined) continue;
    const number = numbers.of(shareKey(census, i));
    let share = shares[number];
    if (share === undefined) {
      share = newShare(holderOf(socket.ownership));
      shares.push(share);
    }
    const port = census.port[i] ?? 0;
    share.ports.push(port);
    if (socket.ownership.kind === 'owned' && socket.ownership.owners.length > 1) addOwners(share, socket.ownership.owners);
    if (census.sides[i] === 'client') bump(share.peers, census.peer[i] ?? 0);
    const sole = soleShare[port];
    soleShare[port] = sole === FREE || sole === number ? number : SEVERAL;
  }
  return { shares, ...countPorts(soleShare, shares.length) };
};

const countPorts = (soleShare: Int32Array, shares: number): Omit<Shares, 'shares'> => {
  const exclusive = Array.from({ length: shares }, () => 0);
  let used = 0;
  for (const sole of soleShare) {
    if (sole !== FREE) used += 1;
    if (sole >= 0) exclusive[sole] = (exclusive[sole] ?? 0) + 1;
  }
  return { used, exclusive };
};

const destinationOf = (peer: number, scope: readonly number[], census: Census): DestinationUse => {
  const holders = new Map<number, number[]>();
  for (const i of scope) {
    const holder = census.holder[i] ?? 0;
    const port = census.port[i] ?? NO_PORT;
    const ports = holders.get(holder);
    if (ports === undefined) holders.set(holder, [port]);
    else ports.push(port);
  }
  return {
    peer: census.peers[peer] ?? '',
    ports: distinctPorts(scope.map((i) => census.port[i] ?? NO_PORT)),
    shares: [...holders]
      .map(([holder, ports]) => ({ holder: census.holders[holder] ?? holderOf({ kind: 'unknown' }), ports: distinctPorts(ports) }))
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
  sockets.forEach(({ local }, i) => {
    if (local.port === null || (local.address !== address && !isAnyAddress(local.address))) return;
    if (range === null ? sides[i] === 'client' : local.port >= range.from && local.port <= range.to) scope.push(i);
  });
  return scope;
};

const useOf = (address: string, census: Census, range: PortRange | null): PortUse => {
  const scope = scopeOf(address, census, range);
  const { shares, used, exclusive } = collectShares(scope, census);
  return {
    address,
    used,
    shares: shares
      .map((share, i) => ({
        holder: share.holder,
        peer: commonest(share.peers, census),
        ports: distinctPorts(share.ports),
        exclusivePorts: exclusive[i] ?? 0,
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
