import type { Side } from '../model/digest.ts';
import type { Socket } from '../model/socket.ts';

/** Any-address of either family: a listener there has the port on every address. */
export const isAnyAddress = (address: string): boolean => address === '*' || address === '0.0.0.0' || address === '::';

const within = (port: number, [from, to]: readonly [number, number]): boolean => port >= from && port <= to;

/** How often one end of a connection recurs beyond chance: a service's end recurs, the ephemeral end does not. */
const RECURS = 3;

/** No port stands beside this one. */
const NO_PORT = 65_536;

/** Equal for equal ends: the number of an address, and the port on it. */
const endKey = (address: number, port: number | null): number => address * (NO_PORT + 1) + (port ?? NO_PORT);

/** Local addresses and peers of the sockets, by number. */
export interface Ends {
  readonly address: Int32Array;
  readonly peer: Int32Array;
  /** How many peers there are. */
  readonly peers: number;
}

const listeningOn = (sockets: readonly Socket[], { address }: Ends): ((i: number) => boolean) => {
  const ends = new Set<number>();
  const everywhere = new Set<number | null>();
  for (const [i, { state, local }] of sockets.entries()) {
    if (state !== 'listen') continue;
    ends.add(endKey(address[i] ?? 0, local.port));
    if (isAnyAddress(local.address)) everywhere.add(local.port);
  }
  return (i) => {
    const port = sockets[i]?.local.port ?? null;
    return everywhere.has(port) || ends.has(endKey(address[i] ?? 0, port));
  };
};

/**
 * Which end of each connection this host is, from all that one snapshot shows: a listener on the local port makes it the server's end.
 * Without one (a listing without `-a`, a server that is gone) the end that recurs is the service's, then the range decides, then the
 * lower port number.
 */
export const sidesOf = (sockets: readonly Socket[], ends: Ends, range: readonly [from: number, to: number]): readonly Side[] => {
  const hasListener = listeningOn(sockets, ends);
  const locals = new Map<number, number>();
  const peers = new Int32Array(ends.peers);
  const { address, peer } = ends;
  for (const [i, { state, local }] of sockets.entries()) {
    if (state === 'listen') continue;
    const end = endKey(address[i] ?? 0, local.port);
    locals.set(end, (locals.get(end) ?? 0) + 1);
    const number = peer[i] ?? 0;
    peers[number] = (peers[number] ?? 0) + 1;
  }
  return sockets.map((socket, i) => {
    if (socket.state === 'listen' || hasListener(i)) return 'server';
    const toLocal = locals.get(endKey(address[i] ?? 0, socket.local.port)) ?? 0;
    const toPeer = peers[peer[i] ?? 0] ?? 0;
    if (toLocal >= RECURS * toPeer && toLocal >= RECURS) return 'server';
    if (toPeer >= RECURS * toLocal && toPeer >= RECURS) return 'client';
    return byNumber(socket.local.port ?? 0, socket.peer.port ?? 0, range);
  });
};

const byNumber = (local: number, peer: number, range: readonly [number, number]): Side => {
  if (within(local, range) !== within(peer, range)) return within(local, range) ? 'client' : 'server';
  return local >= peer ? 'client' : 'server';
};
