import type { DestinationUse, Holder, PortRange, PortShare, PortUse } from '../model/digest.ts';
import type { Owner, Socket } from '../model/socket.ts';
import { holderKey, holderOf } from './holder.ts';
import { isAnyAddress, type SideOf } from './side.ts';

const MAX_SHARES = 8;
const MAX_DESTINATIONS = 4;
const MAX_DESTINATION_SHARES = 3;
const MAX_SHARED_WITH = 8;
const MAX_ADDRESSES = 3;

export const peerText = (socket: Socket): string =>
  socket.peer.address.includes(':') ? `[${socket.peer.address}]:${socket.peer.port}` : `${socket.peer.address}:${socket.peer.port}`;

interface ShareDraft {
  readonly holder: PortShare['holder'];
  readonly ports: Set<number>;
  readonly peers: Map<string, number>;
  readonly sharedWith: Set<number>;
}

/** The specific addresses whose sockets take the most distinct ports: those that run out first. */
const busiestAddresses = (sockets: readonly Socket[]): readonly string[] => {
  const ports = new Map<string, Set<number>>();
  for (const { local } of sockets) {
    if (isAnyAddress(local.address) || local.port === null) continue;
    const seen = ports.get(local.address) ?? new Set();
    ports.set(local.address, seen.add(local.port));
  }
  return [...ports]
    .sort(([a, m], [b, n]) => n.size - m.size || (a < b ? -1 : 1))
    .slice(0, MAX_ADDRESSES)
    .map(([address]) => address);
};

/** Nobody's sockets (TIME_WAIT, or a listing without PIDs) are told apart by their peer. */
const shareKey = (socket: Socket): string => {
  const holder = holderOf(socket);
  return holder.kind === 'process' ? holderKey(holder) : `${holder.kind} ${peerText(socket)}`;
};

const addOwners = ({ holder, sharedWith }: ShareDraft, owners: readonly Owner[]): void => {
  for (const { pid } of owners) if (holder.kind === 'process' && pid !== holder.pid) sharedWith.add(pid);
};

const bump = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const commonest = (counts: Map<string, number>): string | null =>
  [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0] ?? null;

const collectShares = (sockets: readonly Socket[], sideOf: SideOf): { shares: ShareDraft[]; soleShare: Map<number, ShareDraft | null> } => {
  const shares = new Map<string, ShareDraft>();
  const soleShare = new Map<number, ShareDraft | null>();
  for (const socket of sockets) {
    const port = socket.local.port;
    if (port === null) continue;
    const key = shareKey(socket);
    const share = shares.get(key) ?? {
      holder: holderOf(socket),
      ports: new Set<number>(),
      peers: new Map<string, number>(),
      sharedWith: new Set<number>(),
    };
    shares.set(key, share);
    share.ports.add(port);
    if (socket.ownership.kind === 'owned' && socket.ownership.owners.length > 1) addOwners(share, socket.ownership.owners);
    if (sideOf(socket) === 'client') bump(share.peers, peerText(socket));
    const sole = soleShare.get(port);
    soleShare.set(port, sole === undefined || sole === share ? share : null);
  }
  return { shares: [...shares.values()], soleShare };
};

const destinationOf = (peer: string, sockets: readonly Socket[]): DestinationUse => {
  const holders = new Map<string, { readonly holder: Holder; readonly ports: Set<number | null> }>();
  for (const socket of sockets) {
    const holder = holderOf(socket);
    const share = holders.get(holderKey(holder)) ?? { holder, ports: new Set() };
    holders.set(holderKey(holder), share);
    share.ports.add(socket.local.port);
  }
  return {
    peer,
    ports: new Set(sockets.map(({ local }) => local.port)).size,
    shares: [...holders.values()]
      .map(({ holder, ports }) => ({ holder, ports: ports.size }))
      .sort((a, b) => b.ports - a.ports)
      .slice(0, MAX_DESTINATION_SHARES),
  };
};

const destinations = (sockets: readonly Socket[], sideOf: SideOf): PortUse['destinations'] => {
  const toward = new Map<string, Socket[]>();
  for (const socket of sockets) {
    if (sideOf(socket) !== 'client') continue;
    const peer = peerText(socket);
    const same = toward.get(peer);
    if (same === undefined) toward.set(peer, [socket]);
    else same.push(socket);
  }
  return [...toward]
    .sort(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1))
    .slice(0, MAX_DESTINATIONS)
    .map(([peer, same]) => destinationOf(peer, same));
};

const useOf = (address: string, sockets: readonly Socket[], range: PortRange | null, sideOf: SideOf): PortUse => {
  const inScope = sockets.filter((socket) => {
    const { address: localAddress, port } = socket.local;
    if (port === null || (localAddress !== address && !isAnyAddress(localAddress))) return false;
    return range === null ? sideOf(socket) === 'client' : port >= range.from && port <= range.to;
  });
  const { shares, soleShare } = collectShares(inScope, sideOf);
  const exclusive = new Map<ShareDraft, number>();
  for (const sole of soleShare.values()) if (sole !== null) exclusive.set(sole, (exclusive.get(sole) ?? 0) + 1);
  return {
    address,
    used: soleShare.size,
    shares: shares
      .map((share) => ({
        holder: share.holder,
        peer: commonest(share.peers),
        ports: share.ports.size,
        exclusivePorts: exclusive.get(share) ?? 0,
        sharedWith: [...share.sharedWith].sort((a, b) => a - b).slice(0, MAX_SHARED_WITH),
      }))
      .sort((a, b) => b.exclusivePorts - a.exclusivePorts || b.ports - a.ports)
      .slice(0, MAX_SHARES),
    destinations: destinations(inScope, sideOf),
  };
};

/**
 * Who takes the ephemeral ports, per local address: distinct ports, not sockets, since `connect` shares a port across peers
 * (KERNEL.md). `exclusivePorts` is the counterfactual: what would return if this holder were gone.
 */
export const portUse = (sockets: readonly Socket[], range: PortRange | null, sideOf: SideOf): readonly PortUse[] =>
  busiestAddresses(sockets.filter((socket) => sideOf(socket) === 'client')).map((address) => useOf(address, sockets, range, sideOf));
