import { NO_PORT } from '../model/socket-columns.ts';
import { type Census, LISTEN } from './census.ts';
import { tally } from './numbering.ts';

/** Any-address of either family: a listener there has the port on every address. */
const ANY_ADDRESSES: readonly string[] = ['*', '0.0.0.0', '::'];
export const isAnyAddress = (address: string): boolean => ANY_ADDRESSES.includes(address);

const within = (port: number, [from, to]: readonly [number, number]): boolean => port >= from && port <= to;

/** How often one end of a connection recurs beyond chance: a service's end recurs, the ephemeral end does not. */
const RECURS = 3;

/** 1 for each end that someone listens on; a listener on any-address has its port on every one. */
const listened = ({ address, addresses, state, local, ports }: Census): Uint8Array => {
  const isListened = new Uint8Array(ports.length);
  const everywhere = new Set<number>();
  for (let i = 0; i < local.length; i += 1) {
    const end = local[i] ?? 0;
    if (state[i] !== LISTEN) continue;
    isListened[end] = 1;
    if (isAnyAddress(addresses.textOf(address[i] ?? 0))) everywhere.add(ports[end] ?? NO_PORT);
  }
  return isListened.map((here, end) => here | Number(everywhere.has(ports[end] ?? NO_PORT)));
};

const connected = (ends: Int32Array, { state }: Census): Int32Array => ends.map((end, i) => (state[i] === LISTEN ? -1 : end));

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
  const locals = tally(connected(local, census), ports.length);
  const peers = tally(connected(peer, census), ports.length);
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
