import type { Side } from '../model/digest.ts';
import type { Socket } from '../model/socket.ts';

/** Any-address of either family: a listener there has the port on every address. */
export const isAnyAddress = (address: string): boolean => address === '*' || address === '0.0.0.0' || address === '::';

const within = (port: number, [from, to]: readonly [number, number]): boolean => port >= from && port <= to;

/** How often one end of a connection recurs beyond chance: a service's end recurs, the ephemeral end does not. */
const RECURS = 3;

export type SideOf = (socket: Socket) => Side;

const countBy = (sockets: readonly Socket[], key: (socket: Socket) => string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const socket of sockets) counts.set(key(socket), (counts.get(key(socket)) ?? 0) + 1);
  return counts;
};

const localEnd = (socket: Socket): string => `${socket.local.address} ${socket.local.port}`;
const peerEnd = (socket: Socket): string => `${socket.peer.address} ${socket.peer.port}`;

const listeningOn = (sockets: readonly Socket[]): ((socket: Socket) => boolean) => {
  const ends = new Set<string>();
  const everywhere = new Set<number | null>();
  for (const socket of sockets) {
    if (socket.state !== 'listen') continue;
    ends.add(localEnd(socket));
    if (isAnyAddress(socket.local.address)) everywhere.add(socket.local.port);
  }
  return (socket) => everywhere.has(socket.local.port) || ends.has(localEnd(socket));
};

/**
 * Which end of each connection this host is, from all that one snapshot shows: a listener on the local port makes it the server's end.
 * Without one (a listing without `-a`, a server that is gone) the end that recurs is the service's, then the range decides, then the
 * lower port number.
 */
export const sideTeller = (sockets: readonly Socket[], range: readonly [from: number, to: number]): SideOf => {
  const hasListener = listeningOn(sockets);
  const connected = sockets.filter((socket) => socket.state !== 'listen');
  const locals = countBy(connected, localEnd);
  const peers = countBy(connected, peerEnd);
  const tell = (socket: Socket): Side => {
    if (socket.state === 'listen' || hasListener(socket)) return 'server';
    const local = locals.get(localEnd(socket)) ?? 0;
    const peer = peers.get(peerEnd(socket)) ?? 0;
    if (local >= RECURS * peer && local >= RECURS) return 'server';
    if (peer >= RECURS * local && peer >= RECURS) return 'client';
    return byNumber(socket.local.port ?? 0, socket.peer.port ?? 0, range);
  };
  // Every part of a digest asks for every socket.
  const told = new Map(sockets.map((socket) => [socket, tell(socket)]));
  return (socket) => told.get(socket) ?? tell(socket);
};

const byNumber = (local: number, peer: number, range: readonly [number, number]): Side => {
  if (within(local, range) !== within(peer, range)) return within(local, range) ? 'client' : 'server';
  return local >= peer ? 'client' : 'server';
};
