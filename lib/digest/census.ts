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
  /** For each socket: the number of its holder in `holders`, of its local address, of its peer in `peers`. */
  readonly holder: Int32Array;
  readonly address: Int32Array;
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

/** Equal for equal holders, whatever command name a forked child gave itself. */
const keyOf = (holder: Holder): number => {
  if (holder.kind === 'process') return holder.pid;
  return holder.kind === 'nobody' ? NOBODY : UNKNOWN;
};

class Holders {
  readonly all: Holder[] = [];
  readonly #numbers = new Numbering<number>();
  /** Sockets of one process share this object, where the listing's reader saw that they do. */
  #last: Socket['ownership'] | null = null;
  #lastNumber = 0;

  of({ ownership }: Socket): number {
    if (ownership === this.#last) return this.#lastNumber;
    const holder = holderOf(ownership);
    const number = this.#numbers.of(keyOf(holder));
    this.all[number] = holder;
    this.#last = ownership;
    this.#lastNumber = number;
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

export const censusOf = (sockets: readonly Socket[], range: readonly [from: number, to: number]): Census => {
  const [holders, peers] = [new Holders(), new Peers()];
  const addresses = new Numbering<string>();
  const [owned, groups] = [new Numbering<number>(), new Numbering<number>()];
  const [holder, address, peer, ownedIn] = [sockets, sockets, sockets, sockets].map(({ length }) => new Int32Array(length));
  if (holder === undefined || address === undefined || peer === undefined || ownedIn === undefined) throw new Error('unreachable');
  for (const [i, socket] of sockets.entries()) {
    holder[i] = holders.of(socket);
    address[i] = addresses.of(socket.local.address);
    peer[i] = peers.of(socket);
    ownedIn[i] = owned.of((holder[i] ?? 0) * TCP_STATES.length + (STATE_NUMBERS.get(socket.state) ?? 0));
  }
  const group = ownedIn.map((number, i) => groups.of(number * addresses.size + (address[i] ?? 0)));
  return {
    sockets,
    holder,
    address,
    peer,
    group,
    sides: sidesOf(sockets, { address, peer, peers: peers.all.length }, range),
    holders: holders.all,
    peers: peers.all,
  };
};
