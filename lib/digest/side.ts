import type { Side } from '../model/digest.ts';
import type { Socket } from '../model/socket.ts';

/** Any-address of either family: a listener there has the port on every address. */
export const isAnyAddress = (address: string): boolean => address === '*' || address === '0.0.0.0' || address === '::';

const within = (port: number, [from, to]: readonly [number, number]): boolean => port >= from && port <= to;

/** How often one end of a connection recurs beyond chance: a service's end recurs, the ephemeral end does not. */
const RECURS = 3;

const PORTS = 65_536;

/** Equal for equal ends: the number of an address, and the port on it (-1: none). */
const endKey = (address: number, port: number): number => address * (PORTS + 1) + port + 1;

const localEnd = ({ address, port }: Ends, i: number): number => endKey(address[i] ?? 0, port[i] ?? -1);

/** Local ends and peers of the sockets, by number. */
export interface Ends {
  readonly address: Int32Array;
  readonly port: Int32Array;
  readonly peer: Int32Array;
  /** How many peers there are. */
  readonly peers: number;
}

const listeningOn = (sockets: readonly Socket[], ends: Ends): ((i: number) => boolean) => {
  const listening = new Set<number>();
  const everywhere = new Set<number>();
  sockets.forEach(({ state, local }, i) => {
    if (state !== 'listen') return;
    listening.add(localEnd(ends, i));
    if (isAnyAddress(local.address)) everywhere.add(ends.port[i] ?? -1);
  });
  return (i) => everywhere.has(ends.port[i] ?? -1) || listening.has(localEnd(ends, i));
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
  sockets.forEach(({ state }, i) => {
    if (state === 'listen') return;
    const end = localEnd(ends, i);
    locals.set(end, (locals.get(end) ?? 0) + 1);
    const peer = ends.peer[i] ?? 0;
    peers[peer] = (peers[peer] ?? 0) + 1;
  });
  return sockets.map((socket, i) => {
    if (socket.state === 'listen' || hasListener(i)) return 'server';
    const local = locals.get(localEnd(ends, i)) ?? 0;
    const peer = peers[ends.peer[i] ?? 0] ?? 0;
    if (local >= RECURS * peer && local >= RECURS) return 'server';
    if (peer >= RECURS * local && peer >= RECURS) return 'client';
    return byNumber(socket.local.port ?? 0, socket.peer.port ?? 0, range);
  });
};

const byNumber = (local: number, peer: number, range: readonly [number, number]): Side => {
  if (within(local, range) !== within(peer, range)) return within(local, range) ? 'client' : 'server';
  return local >= peer ? 'client' : 'server';
};
