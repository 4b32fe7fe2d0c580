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
  /** Of the content: for numbering what the host cannot foresee. */
  readonly seed: number;
}

export const NO_PORT = -1;
const STATE_NUMBERS: ReadonlyMap<TcpState, number> = new Map(TCP_STATES.map((state, i) => [state, i]));
export const LISTEN = TCP_STATES.indexOf('listen');

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

/** Numbers the ends of one side; both sides share the numbers. An end's address is often the one before's. */
class Ends {
  readonly #pairs: PairNumbering;
  readonly #addresses: Addresses;
  #last: string | null = null;
  #lastNumber = -1;

  constructor(pairs: PairNumbering, addresses: Addresses) {
    this.#pairs = pairs;
    this.#addresses = addresses;
  }

  of({ address, port }: Endpoint): number {
    if (address !== this.#last) {
      this.#last = address;
      this.#lastNumber = this.#addresses.of(address);
    }
    return this.#pairs.of(this.#lastNumber, port ?? NO_PORT);
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

/** @param contentId SHA-256 of the snapshot, hex */
export const censusOf = (sockets: readonly Socket[], contentId: string): Census => {
  const seed = Number.parseInt(contentId.slice(0, 8), 16) | 0;
  const count = sockets.length;
  const addresses = new Addresses();
  const pairs = new PairNumbering(seed, count);
  const [locals, peers, holders] = [new Ends(pairs, addresses), new Ends(pairs, addresses), new Holders()];
  const [address, local, peer, holder] = [new Int32Array(count), new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const state = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const socket = sockets[i];
    if (socket === undefined) break;
    const end = locals.of(socket.local);
    local[i] = end;
    address[i] = pairs.firstOf(end);
    peer[i] = peers.of(socket.peer);
    holder[i] = holders.of(socket);
    state[i] = STATE_NUMBERS.get(socket.state) ?? 0;
  }
  const textOf = (end: number): string =>
    endText({ address: addresses.texts[pairs.firstOf(end)] ?? '', port: portOrNull(pairs.secondOf(end)) });
  const numbers = { address, local, peer, ports: pairs.seconds(), addresses: addresses.texts, holder, state };
  return { sockets, ...numbers, holders: holders.all, textOf, seed };
};

const portOrNull = (port: number): number | null => (port === NO_PORT ? null : port);
