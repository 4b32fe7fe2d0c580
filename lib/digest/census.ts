import type { Holder, Side } from '../model/digest.ts';
import { type Socket, TCP_STATES } from '../model/socket.ts';
import { holderOf } from './holder.ts';
import { Numbering } from './numbering.ts';
import { sidesOf } from './side.ts';

/**
 * The sockets of a snapshot, with whose, where and toward whom each is as numbers: every part of a digest groups by these, and a text made for
 * each socket, in each part, was most of its time.
 */
export interface Census {
  readonly sockets: readonly Socket[];
  /** For each socket: the number of its holder in `holders`, of its local address, its local port, the number of its peer in `peers`. */
  readonly holder: Int32Array;
  readonly address: Int32Array;
  readonly port: Int32Array;
  readonly peer: Int32Array;
  /** Equal for sockets of one holder in one state on one local address. */
  readonly group: Int32Array;
  readonly sides: readonly Side[];
  /** By number. Of a process that names itself in several ways, the last one. */
  readonly holders: readonly Holder[];
  readonly peers: readonly string[];
}

/** `10.20.8.21:8080`, `[2001:db8::1]:443` */
export const peerText = ({ peer: { address, port } }: Socket): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const NOBODY = -1;
const UNKNOWN = -2;

class Holders {
  readonly all: Holder[] = [];
  readonly #numbers = new Numbering<number>();

  of({ ownership }: Socket): number {
    if (ownership.kind !== 'owned') return this.#noted(ownership.kind === 'unowned' ? NOBODY : UNKNOWN, ownership);
    const [first] = ownership.owners;
    if (ownership.owners.length > 1) return this.#several(ownership);
    const number = this.#numbers.of(first.pid);
    const known = this.all[number];
    if (known?.kind !== 'process' || known.command !== first.command) this.all[number] = holderOf(ownership);
    return number;
  }

  /** Equal for equal holders, whatever command name a forked child gave itself. */
  #several(ownership: Socket['ownership']): number {
    const holder = holderOf(ownership);
    return this.#noted(holder.kind === 'process' ? holder.pid : UNKNOWN, ownership);
  }

  #noted(key: number, ownership: Socket['ownership']): number {
    const number = this.#numbers.of(key);
    this.all[number] = holderOf(ownership);
    return number;
  }
}

class Peers {
  readonly all: string[] = [];
  readonly #byText = new Numbering<string>();
  /** Readers hand over one object for each peer, as far as they remember it. */
  readonly #byObject = new Map<Socket['peer'], number>();

  of(socket: Socket): number {
    const known = this.#byObject.get(socket.peer);
    if (known !== undefined) return known;
    const text = peerText(socket);
    const number = this.#byText.of(text);
    this.all[number] = text;
    this.#byObject.set(socket.peer, number);
    return number;
  }
}

const STATE_NUMBERS = new Map(TCP_STATES.map((state, i) => [state, i]));

/** No port: `*`, or a service without a number. */
export const NO_PORT = -1;

export const censusOf = (sockets: readonly Socket[], range: readonly [from: number, to: number]): Census => {
  const [holders, peers] = [new Holders(), new Peers()];
  const addresses = new Numbering<string>();
  const [owned, groups] = [new Numbering<number>(), new Numbering<number>()];
  const numbers = (): Int32Array => new Int32Array(sockets.length);
  const [holder, address, port, peer, ownedIn] = [numbers(), numbers(), numbers(), numbers(), numbers()];
  sockets.forEach((socket, i) => {
    const number = holders.of(socket);
    holder[i] = number;
    address[i] = addresses.of(socket.local.address);
    port[i] = socket.local.port ?? NO_PORT;
    peer[i] = peers.of(socket);
    ownedIn[i] = owned.of(number * TCP_STATES.length + (STATE_NUMBERS.get(socket.state) ?? 0));
  });
  const group = ownedIn.map((number, i) => groups.of(number * addresses.size + (address[i] ?? 0)));
  const sides = sidesOf(sockets, { address, port, peer, peers: peers.all.length }, range);
  return { sockets, holder, address, port, peer, group, sides, holders: holders.all, peers: peers.all };
};
