import type { Holder } from '../model/digest.ts';
import { type Addresses, NO_PORT, portOr, type SocketColumns, stateNumber, UNKNOWN } from '../model/socket-columns.ts';
import { holderOf } from './holder.ts';
import { PairNumbering } from './numbering.ts';
import { endText } from './peer-text.ts';

/**
 * What every part of a digest asks of every socket, worked out once and as numbers: an array entry for each socket, by its index.
 * A number stands for an address, an end (address and port) or a holder; equal things have equal numbers.
 */
export interface Census {
  readonly sockets: SocketColumns;
  readonly state: Uint8Array;
  /** Of the local end; `NO_PORT` where it has none. */
  readonly address: Int32Array;
  readonly port: Int32Array;
  readonly addresses: Addresses;
  /** Of local and peer; both kinds of end are numbered together. */
  readonly local: Int32Array;
  readonly peer: Int32Array;
  /** By an end's number; `NO_PORT` where it has none. */
  readonly ports: Int32Array;
  /** An end as `10.0.0.1:80`. */
  readonly textOf: (end: number) => string;
  readonly holder: Int32Array;
  /** In the order in which they come first; a process is named as its last socket names it. */
  readonly holders: readonly Holder[];
  /** Whose one socket is, as it names it itself. */
  readonly holderAt: (i: number) => Holder;
  /** Of the content: for numbering what the host cannot foresee. */
  readonly seed: number;
}

export const LISTEN = stateNumber('listen');

interface Ends {
  readonly local: Int32Array;
  readonly peer: Int32Array;
  readonly pairs: PairNumbering;
}

const endsOf = ({ local, peer, size }: SocketColumns, seed: number): Ends => {
  const pairs = new PairNumbering(seed, size);
  const [locals, peers] = [new Int32Array(size), new Int32Array(size)];
  const { address: localAddress, port: localPort } = local;
  const { address: peerAddress, port: peerPort } = peer;
  for (let i = 0; i < size; i += 1) {
    locals[i] = pairs.of(localAddress[i] ?? 0, localPort[i] ?? NO_PORT);
    peers[i] = pairs.of(peerAddress[i] ?? 0, peerPort[i] ?? NO_PORT);
  }
  return { local: locals, peer: peers, pairs };
};

/** Equal for whose holders are one. */
const holderKey = (holder: Holder): string => (holder.kind === 'process' ? `${holder.pid}` : holder.kind);

const holdersOf = ({ ownership, ownerships, size }: SocketColumns): Pick<Census, 'holder' | 'holders' | 'holderAt'> => {
  const named = ownerships.map(holderOf);
  const numbers = new Map<string, number>();
  /** By the ownership's number. */
  const numberOf = new Int32Array(ownerships.length).fill(-1);
  const holder = new Int32Array(size);
  /** By the holder's number: the ownership that names it. */
  const last: number[] = [];
  const numbered = (owner: number): number => {
    const key = holderKey(named[owner] ?? UNKNOWN_HOLDER);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    numberOf[owner] = number;
    return number;
  };
  for (let i = 0; i < size; i += 1) {
    const owner = ownership[i] ?? UNKNOWN;
    const known = numberOf[owner] ?? -1;
    const number = known < 0 ? numbered(owner) : known;
    holder[i] = number;
    last[number] = owner;
  }
  const holderWith = (owner: number): Holder => named[owner] ?? UNKNOWN_HOLDER;
  return { holder, holders: last.map(holderWith), holderAt: (i) => holderWith(ownership[i] ?? UNKNOWN) };
};

const UNKNOWN_HOLDER: Holder = { kind: 'unknown' };

/** @param contentId SHA-256 of the snapshot, hex */
export const censusOf = (sockets: SocketColumns, contentId: string): Census => {
  const seed = Number.parseInt(contentId.slice(0, 8), 16) | 0;
  const { local, peer, pairs } = endsOf(sockets, seed);
  const { addresses, state } = sockets;
  const textOf = (end: number): string => endText({ address: addresses.textOf(pairs.firstOf(end)), port: portOr(pairs.secondOf(end)) });
  const ends = { address: sockets.local.address, port: sockets.local.port, addresses, local, peer, ports: pairs.seconds(), textOf };
  return { sockets, state, ...ends, ...holdersOf(sockets), seed };
};
