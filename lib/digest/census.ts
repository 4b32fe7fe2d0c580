import type { Holder } from '../model/digest.ts';
import { type Endpoint, type Socket, TCP_STATES, type TcpState } from '../model/socket.ts';
import { holderOf, ownerOf } from './holder.ts';
import { PairNumbering } from './numbering.ts';

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

/** Numbers addresses, and ends by their address and port. */
class Ends {
  readonly addresses: string[] = [];
  readonly pairs: PairNumbering;
  readonly #byAddress = new Map<string, number>();

  constructor(seed: number, expected: number) {
    this.pairs = new PairNumbering(seed, expected);
  }

  address(text: string): number {
    const known = this.#byAddress.get(text);
    if (known !== undefined) return known;
    this.#byAddress.set(text, this.addresses.length);
    return this.addresses.push(text) - 1;
  }

  of({ address, port }: Endpoint): number {
    return this.pairs.of(this.address(address), port ?? NO_PORT);
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
  const ends = new Ends(seed, sockets.length);
  const holders = new Holders();
  const count = sockets.length;
  const [address, local, peer, holder] = [new Int32Array(count), new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const state = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const socket = sockets[i];
    if (socket === undefined) break;
    const end = ends.of(socket.local);
    local[i] = end;
    address[i] = ends.pairs.firstOf(end);
    peer[i] = ends.of(socket.peer);
    holder[i] = holders.of(socket);
    state[i] = STATE_NUMBERS.get(socket.state) ?? 0;
  }
  const { addresses, pairs } = ends;
  return { sockets, address, local, peer, ports: pairs.seconds(), addresses, holder, holders: holders.all, state, seed };
};
