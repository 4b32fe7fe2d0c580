import { type Census, LISTEN } from './census.ts';
import { tally } from './numbering.ts';

/** Any-address of either family: a listener there has the port on every address. */
export const isAnyAddress = (address: string): boolean => address === '*' || address === '0.0.0.0' || address === '::';

const within = (port: number, [from, to]: readonly [number, number]): boolean => port >= from && port <= to;

/** How often one end of a connection recurs beyond chance: a service's end recurs, the ephemeral end does not. */
const RECURS = 3;

/** Ends that someone listens on, each counted; a listener on any-address has its port on every one. */
const listened = ({ sockets, state, local, portOf, ends }: Census): ((end: number) => boolean) => {
  const isListened = new Uint8Array(ends);
  const everywhere = new Set<number | null>();
  for (const [i, end] of local.entries()) {
    if (state[i] !== LISTEN) continue;
    isListened[end] = 1;
    if (isAnyAddress(sockets[i]?.local.address ?? '')) everywhere.add(portOf(end));
  }
  return (end) => isListened[end] === 1 || everywhere.has(portOf(end));
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
  const hasListener = listened(census);
  const { state, local, peer, portOf } = census;
  const locals = tally(connected(local, census), census.ends);
  const peers = tally(connected(peer, census), census.ends);
  const isClient = (i: number): boolean => {
    const [from = 0, to = 0] = [local[i], peer[i]];
    if (state[i] === LISTEN || hasListener(from)) return false;
    const [fromCount = 0, toCount = 0] = [locals[from], peers[to]];
    if (fromCount >= RECURS * toCount && fromCount >= RECURS) return false;
    if (toCount >= RECURS * fromCount && toCount >= RECURS) return true;
    return isClientByNumber(portOf(from) ?? 0, portOf(to) ?? 0, range);
  };
  return Uint8Array.from(local, (_, i) => Number(isClient(i)));
};

const isClientByNumber = (local: number, peer: number, range: readonly [number, number]): boolean =>
  within(local, range) === within(peer, range) ? local >= peer : within(local, range);
