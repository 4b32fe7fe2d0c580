import type { Holder } from '../model/digest.ts';
import { type Endpoint, type Socket, TCP_STATES, type TcpState } from '../model/socket.ts';
import { holderOf, ownerOf } from './holder.ts';
import { PairNumbering } from './numbering.ts';
import { endText } from './peer-text.ts';

/**
 * What every part of a digest asks of every socket, worked out once and as numbers: an array entry for each socket, by its index.
 * A number stands for an address, an end (address and port) or a holder; equal things have equal numbers.
 */
export interface Census {
  readonly sockets: readonly Socket[];
  /** Of the local end. */
  readonly address: Int32Array;
  /** Of local and peer; both kinds of end are numbered together. */
  readonly local: Int32Array;
  readonly peer: Int32Array;
  /** By an end's number; `NO_PORT` where it has none. */
  readonly ports: Int32Array;
  /** An end as `10.0.0.1:80`. */
  readonly textOf: (end: number) => string;
  readonly addresses: readonly string[];
  readonly holder: Int32Array;
  /** In the order in which they come first; a process is named as its last socket names it. */
  readonly holders: readonly Holder[];
  readonly state: Uint8Array;
  /** How much waits to be read: `EMPTY`, `ONE` byte (a FIN), `MORE`, or `NOT_SHOWN`. */
  readonly queue: Uint8Array;
  /** 1 where the inode is 0: no process has accepted or kept the socket. */
  readonly isWithoutInode: Uint8Array;
  readonly hasSeveralOwners: Uint8Array;
  /** What any of the sockets tells. */
  readonly shows: { readonly owners: boolean; readonly inodes: boolean; readonly queues: boolean; readonly lastAcks: boolean };
  /** Of the content: for numbering what the host cannot foresee. */
  readonly seed: number;
}

export const NO_PORT = -1;
const STATE_NUMBERS: ReadonlyMap<TcpState, number> = new Map(TCP_STATES.map((state, i) => [state, i]));
/** A state's number. */
export const stateNumber = (state: TcpState): number => STATE_NUMBERS.get(state) ?? 0;
export const LISTEN = stateNumber('listen');

export const EMPTY = 0;
export const ONE = 1;
export const MORE = 2;
export const NOT_SHOWN = 3;

class Addresses {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** Numbers the ends of one side; both sides share the numbers. An end is often the one before, or has its address. */
class Ends {
  readonly #pairs: PairNumbering;
  readonly #addresses: Addresses;
  #last: Endpoint | null = null;
  #lastAddress = -1;
  #lastEnd = -1;

  constructor(pairs: PairNumbering, addresses: Addresses) {
    this.#pairs = pairs;
    this.#addresses = addresses;
  }

  of(end: Endpoint): number {
    if (end === this.#last) return this.#lastEnd;
    if (end.address !== this.#last?.address) this.#lastAddress = this.#addresses.of(end.address);
    this.#last = end;
    this.#lastEnd = this.#pairs.of(this.#lastAddress, end.port ?? NO_PORT);
    return this.#lastEnd;
  }
}

/** What is not a process, among PIDs: whole numbers, negative ones in a hostile listing. */
const NOBODY = 0.5;
const UNKNOWN = 0.25;

class Holders {
  readonly all: Holder[] = [];
  readonly #byPid = new Map<number, number>();

  of(socket: Socket): number {
    const owner = ownerOf(socket);
    const pid = owner?.pid ?? (socket.ownership.kind === 'unowned' ? NOBODY : UNKNOWN);
    const known = this.#byPid.get(pid);
    if (known === undefined) {
      this.#byPid.set(pid, this.all.length);
      return this.all.push(holderOf(socket)) - 1;
    }
    const holder = this.all[known];
    if (owner !== null && holder?.kind === 'process' && holder.command !== owner.command) this.all[known] = holderOf(socket);
    return known;
  }
}

const queueOf = (recvQ: number | null): number => {
  if (recvQ === null) return NOT_SHOWN;
  return recvQ === 0 ? EMPTY : recvQ === 1 ? ONE : MORE;
};

/** @param contentId SHA-256 of the snapshot, hex */
export const censusOf = (sockets: readonly Socket[], contentId: string): Census => {
  const seed = Number.parseInt(contentId.slice(0, 8), 16) | 0;
  const count = sockets.length;
  const addresses = new Addresses();
  const pairs = new PairNumbering(seed, count);
  const [locals, peers, holders] = [new Ends(pairs, addresses), new Ends(pairs, addresses), new Holders()];
  const [address, local, peer, holder] = [new Int32Array(count), new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const [state, queue] = [new Uint8Array(count), new Uint8Array(count)];
  const [isWithoutInode, hasSeveralOwners] = [new Uint8Array(count), new Uint8Array(count)];
  const shows = { owners: false, inodes: false, queues: false, lastAcks: false };
  for (let i = 0; i < count; i += 1) {
    const socket = sockets[i];
    if (socket === undefined) break;
    const { ownership, inode, recvQ } = socket;
    const end = locals.of(socket.local);
    local[i] = end;
    address[i] = pairs.firstOf(end);
    peer[i] = peers.of(socket.peer);
    holder[i] = holders.of(socket);
    state[i] = stateNumber(socket.state);
    queue[i] = queueOf(recvQ);
    if (inode === 0) isWithoutInode[i] = 1;
    if (ownership.kind === 'owned' && ownership.owners.length > 1) hasSeveralOwners[i] = 1;
    if (ownership.kind !== 'unknown') shows.owners = true;
    if (inode !== null) shows.inodes = true;
    if (recvQ !== null) shows.queues = true;
    if (socket.lastAckMs !== null) shows.lastAcks = true;
  }
  const textOf = (end: number): string =>
    endText({ address: addresses.texts[pairs.firstOf(end)] ?? '', port: portOrNull(pairs.secondOf(end)) });
  const numbers = { address, local, peer, ports: pairs.seconds(), addresses: addresses.texts, holder, state };
  return { sockets, ...numbers, queue, isWithoutInode, hasSeveralOwners, shows, holders: holders.all, textOf, seed };
};

const portOrNull = (port: number): number | null => (port === NO_PORT ? null : port);
