import type { DestinationUse, Holder, PortRange, PortUse } from '../model/digest.ts';
import type { Socket } from '../model/socket.ts';
import { type Census, NO_PORT } from './census.ts';
import { holderOf } from './holder.ts';
import { DistinctCounts } from './numbering.ts';
import { peerText } from './peer-text.ts';
import { portShares } from './port-shares.ts';
import { isAnyAddress } from './side.ts';

const MAX_DESTINATIONS = 4;
const MAX_DESTINATION_SHARES = 3;
const MAX_ADDRESSES = 3;

/** The specific addresses whose client-side sockets take the most distinct ports: those that run out first. */
const busiestAddresses = ({ address, addresses, local, ports: portOf, seed }: Census, isClient: Uint8Array): readonly number[] => {
  const ports = new DistinctCounts(seed, local.length);
  for (let i = 0; i < local.length; i += 1)
    if (isClient[i] === 1 && portOf[local[i] ?? 0] !== NO_PORT) ports.add(address[i] ?? 0, local[i] ?? 0);
  return ports.counts
    .map((count, id) => ({ count, id, text: addresses[id] ?? '' }))
    .filter(({ text }) => !isAnyAddress(text))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
    .slice(0, MAX_ADDRESSES)
    .map(({ id }) => id);
};

const pidOf = (holder: Holder): number | string => (holder.kind === 'process' ? holder.pid : holder.kind);

const destinationOf = (sockets: readonly [Socket, ...Socket[]]): DestinationUse => {
  const holders = new Map<number | string, { readonly holder: Holder; readonly ports: Set<number | null> }>();
  for (const socket of sockets) {
    const holder = holderOf(socket);
    const share = holders.get(pidOf(holder)) ?? { holder, ports: new Set() };
    holders.set(pidOf(holder), share);
    share.ports.add(socket.local.port);
  }
  return {
    peer: peerText(sockets[0]),
    ports: new Set(sockets.map(({ local }) => local.port)).size,
    shares: [...holders.values()]
      .map(({ holder, ports }) => ({ holder, ports: ports.size }))
      .sort((a, b) => b.ports - a.ports)
      .slice(0, MAX_DESTINATION_SHARES),
  };
};

/** Those with most sockets; of equals the one whose text is less. */
const destinations = ({ sockets, peer }: Census, scope: readonly number[], isClient: Uint8Array): PortUse['destinations'] => {
  const toward = new Map<number, [Socket, ...Socket[]]>();
  for (const i of scope) {
    const [socket, end = 0] = [sockets[i], peer[i]];
    if (isClient[i] === 0 || socket === undefined) continue;
    const same = toward.get(end);
    if (same === undefined) toward.set(end, [socket]);
    else same.push(socket);
  }
  return [...toward.values()]
    .sort((a, b) => b.length - a.length || (peerText(a[0]) < peerText(b[0]) ? -1 : 1))
    .slice(0, MAX_DESTINATIONS)
    .map(destinationOf);
};

const useOf = (id: number, census: Census, range: PortRange | null, isClient: Uint8Array): PortUse => {
  const isHere = Uint8Array.from(census.addresses, (text, one) => Number(one === id || isAnyAddress(text)));
  const scope: number[] = [];
  for (let i = 0; i < isClient.length; i += 1) {
    const port = census.ports[census.local[i] ?? 0] ?? NO_PORT;
    if (port === NO_PORT || isHere[census.address[i] ?? 0] === 0) continue;
    if (range === null ? isClient[i] === 1 : port >= range.from && port <= range.to) scope.push(i);
  }
  const address = census.addresses[id] ?? '';
  return { address, ...portShares(census, scope, isClient), destinations: destinations(census, scope, isClient) };
};

/**
 * Who takes the ephemeral ports, per local address: distinct ports, not sockets, since `connect` shares a port across peers
 * (KERNEL.md). `exclusivePorts` is the counterfactual: what would return if this holder were gone.
 */
export const portUse = (census: Census, range: PortRange | null, isClient: Uint8Array): readonly PortUse[] =>
  busiestAddresses(census, isClient).map((id) => useOf(id, census, range, isClient));
