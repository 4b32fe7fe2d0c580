import { NO_PORT } from '../model/socket-columns.ts';
import { type Census, LISTEN } from './census.ts';

/** Any-address of either family: a listener there has the port on every address. */
const ANY_ADDRESSES: readonly string[] = ['*', '0.0.0.0', '::'];
export const isAnyAddress = (address: string): boolean => ANY_ADDRESSES.includes(address);

const MAX_PORT = 65_535;

const within = (port: number, [from, to]: readonly [number, number]): boolean => port >= from && port <= to;

/** How often one end of a connection recurs beyond chance: a service's end recurs, the ephemeral end does not. */
const RECURS = 3;

/** 1 for each end that someone listens on; a listener on any-address has its port on every one. */
const listened = ({ address, addresses, state, local, ports }: Census): Uint8Array => {
  const isListened = new Uint8Array(ports.length);
  /** By port, `NO_PORT` included. */
  const isEverywhere = new Uint8Array(MAX_PORT + 1 - NO_PORT);
  for (let i = state.indexOf(LISTEN); i >= 0; i = state.indexOf(LISTEN, i + 1)) {
    const end = local[i] ?? 0;
    isListened[end] = 1;
    if (isAnyAddress(addresses.textOf(address[i] ?? 0))) isEverywhere[(ports[end] ?? NO_PORT) - NO_PORT] = 1;
  }
  for (let end = 0; end < ports.length; end += 1) if (isEverywhere[(ports[end] ?? NO_PORT) - NO_PORT] === 1) isListened[end] = 1;
  return isListened;
};

/** How many connections have each end on one side. */
const connected = (ends: Int32Array, { state, ports }: Census): Int32Array => {
  const counts = new Int32Array(ports.length);
  for (let i = 0; i < ends.length; i += 1) {
    const end = ends[i] ?? 0;
    if (state[i] !== LISTEN) counts[end] = (counts[end] ?? 0) + 1;
  }
  return counts;
};

/**
 * Which end of each connection this host is, from all that one snapshot shows: a listener on the local port makes it the server's end.
 * Without one (a listing without `-a`, a server that is gone) the end that recurs is the service's, then the range decides, then the
 * lower port number.
 *
 * @returns 1 for each socket that is a client's end, by its index
 */
export const clientEnds = (census: Census, range: readonly [from: number, to: number]): Uint8Array => {
  const isListened = listened(census);
  const { state, local, peer, ports } = census;
  const locals = connected(local, census);
  const peers = connected(peer, census);
  const isClient = new Uint8Array(local.length);
  for (let i = 0; i < local.length; i += 1) {
    const from = local[i] ?? 0;
    const to = peer[i] ?? 0;
    if (state[i] === LISTEN || isListened[from] === 1) continue;
    const recurring = whoseRecurs(locals[from] ?? 0, peers[to] ?? 0);
    isClient[i] = Number(recurring === null ? isClientByNumber(portIn(ports, from), portIn(ports, to), range) : recurring === 'peer');
  }
  return isClient;
};

const whoseRecurs = (local: number, peer: number): 'local' | 'peer' | null => {
  if (local >= RECURS * peer && local >= RECURS) return 'local';
  return peer >= RECURS * local && peer >= RECURS ? 'peer' : null;
};

/** 0 where there is none. */
const portIn = (ports: Int32Array, end: number): number => Math.max(0, ports[end] ?? 0);

const isClientByNumber = (local: number, peer: number, range: readonly [number, number]): boolean =>
  within(local, range) === within(peer, range) ? local >= peer : within(local, range);
