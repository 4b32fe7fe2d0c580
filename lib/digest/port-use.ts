import type { DestinationUse, PortRange, PortUse } from '../model/digest.ts';
import { NO_PORT } from '../model/socket-columns.ts';
import type { Census } from './census.ts';
import { PortTakers } from './numbering.ts';
import { portShares } from './port-shares.ts';
import { isAnyAddress } from './side.ts';

const MAX_DESTINATIONS = 4;
const MAX_DESTINATION_SHARES = 3;
const MAX_ADDRESSES = 3;

/** The specific addresses whose client-side sockets take the most distinct ports: those that run out first. */
const busiestAddresses = ({ address, addresses, local, ports }: Census, isClient: Uint8Array): readonly number[] => {
  const isSeen = new Uint8Array(ports.length);
  const counts = new Int32Array(addresses.size);
  for (let i = 0; i < local.length; i += 1) {
    const end = local[i] ?? 0;
    if (isClient[i] === 0 || isSeen[end] === 1 || ports[end] === NO_PORT) continue;
    isSeen[end] = 1;
    const id = address[i] ?? 0;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  const busy: { readonly id: number; readonly text: string; readonly count: number }[] = [];
  for (let id = 0; id < counts.length; id += 1) {
    if (counts[id] === 0) continue;
    const text = addresses.textOf(id);
    if (!isAnyAddress(text)) busy.push({ id, text, count: counts[id] ?? 0 });
  }
  return busy
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
    .slice(0, MAX_ADDRESSES)
    .map(({ id }) => id);
};

/** @param scope sockets of one local address with a port, by their indexes */
const destinationOf = (end: number, census: Census, scope: Int32Array, takers: PortTakers): DestinationUse => {
  const { peer, holder, port } = census;
  takers.clear();
  /** Index of a socket of each holder, by the holder's number. */
  const firsts = new Map<number, number>();
  for (let n = 0; n < scope.length; n += 1) {
    const i = scope[n] ?? 0;
    if (peer[i] !== end) continue;
    const by = holder[i] ?? 0;
    if (takers.counts[by] === undefined) firsts.set(by, i);
    takers.take(port[i] ?? 0, by);
  }
  return {
    peer: census.textOf(end),
    ports: takers.used,
    shares: [...firsts]
      .map(([by, first]) => ({ holder: census.holderAt(first), ports: takers.counts[by] ?? 0 }))
      .sort((a, b) => b.ports - a.ports)
      .slice(0, MAX_DESTINATION_SHARES),
  };
};

/** How many sockets go to each end. */
interface PeerCounts {
  /** Those that any goes to, each once. */
  readonly ends: Int32Array;
  /** By the end's number. */
  readonly counts: Int32Array;
}

/** Ends with most sockets; of equals the one whose text is less. */
const fullest = ({ ends, counts }: PeerCounts, textOf: (end: number) => string): readonly number[] => {
  const best: number[] = [];
  const isBefore = (a: number, b: number): boolean =>
    counts[a] === counts[b] ? textOf(a) < textOf(b) : (counts[a] ?? 0) > (counts[b] ?? 0);
  for (let n = 0; n < ends.length; n += 1) {
    const end = ends[n] ?? 0;
    const last = best[MAX_DESTINATIONS - 1];
    if (last !== undefined && !isBefore(end, last)) continue;
    const at = best.findIndex((other) => isBefore(end, other));
    best.splice(at < 0 ? best.length : at, 0, end);
    best.length = Math.min(best.length, MAX_DESTINATIONS);
  }
  return best;
};

const countPeers = (scope: Int32Array, { peer, ports }: Census): PeerCounts => {
  const counts = new Int32Array(ports.length);
  const ends = new Int32Array(scope.length);
  let size = 0;
  for (let n = 0; n < scope.length; n += 1) {
    const end = peer[scope[n] ?? 0] ?? 0;
    const count = counts[end] ?? 0;
    if (count === 0) {
      ends[size] = end;
      size += 1;
    }
    counts[end] = count + 1;
  }
  return { ends: ends.subarray(0, size), counts };
};

const clientsIn = (scope: Int32Array, isClient: Uint8Array): Int32Array => {
  const clients = new Int32Array(scope.length);
  let size = 0;
  for (let n = 0; n < scope.length; n += 1) {
    const i = scope[n] ?? 0;
    if (isClient[i] === 0) continue;
    clients[size] = i;
    size += 1;
  }
  return clients.subarray(0, size);
};

const destinations = (census: Census, clients: Int32Array, takers: PortTakers): PortUse['destinations'] =>
  fullest(countPeers(clients, census), census.textOf).map((end) => destinationOf(end, census, clients, takers));

/** 1 for each local address that is any, by its number. */
const anyAddresses = ({ address, addresses }: Census): Uint8Array => {
  const isAny = new Uint8Array(addresses.size);
  const isSeen = new Uint8Array(addresses.size);
  for (let i = 0; i < address.length; i += 1) {
    const id = address[i] ?? 0;
    if (isSeen[id] === 1) continue;
    isSeen[id] = 1;
    if (isAnyAddress(addresses.textOf(id))) isAny[id] = 1;
  }
  return isAny;
};

/** What the uses of all addresses are worked out from. */
interface Ground {
  readonly census: Census;
  readonly range: PortRange | null;
  readonly isClient: Uint8Array;
  readonly isAny: Uint8Array;
  readonly takers: PortTakers;
}

/** Sockets on one address or any, within the range; without a range the client-side ones. By their indexes. */
const scopeOf = (id: number, { census, range, isClient, isAny }: Ground): Int32Array => {
  const scope = new Int32Array(isClient.length);
  let size = 0;
  const { address: addresses, port: ports } = census;
  for (let i = 0; i < isClient.length; i += 1) {
    const port = ports[i] ?? NO_PORT;
    const address = addresses[i] ?? 0;
    if (port === NO_PORT || (address !== id && isAny[address] === 0)) continue;
    if (range === null ? isClient[i] === 0 : port < range.from || port > range.to) continue;
    scope[size] = i;
    size += 1;
  }
  return scope.subarray(0, size);
};

const useOf = (id: number, ground: Ground): PortUse => {
  const { census, isClient, takers } = ground;
  const scope = scopeOf(id, ground);
  return {
    address: census.addresses.textOf(id),
    ...portShares(census, scope, isClient, takers),
    destinations: destinations(census, clientsIn(scope, isClient), takers),
  };
};

/**
 * Who takes the ephemeral ports, per local address: distinct ports, not sockets, since `connect` shares a port across peers
 * (KERNEL.md). `exclusivePorts` is the counterfactual: what would return if this holder were gone.
 */
export const portUse = (census: Census, range: PortRange | null, isClient: Uint8Array): readonly PortUse[] => {
  const ground = { census, range, isClient, isAny: anyAddresses(census), takers: new PortTakers(census.seed) };
  return busiestAddresses(census, isClient).map((id) => useOf(id, ground));
};
