import { type Addresses, type EndColumns, NO_PORT, portOr, type SocketColumns } from '../model/socket-columns.ts';

/**
 * A bottom-k sketch: the k smallest hashes of a set's members. Two of them tell how much of one set is still in the other, from
 * 64 numbers each, whatever the sets' sizes.
 *
 * Error: survival is a mean over m ≤ k uniformly drawn members, so its standard error is √(s(1−s)/m): at k = 64 at most 0.0625, and
 * none where s is 0 or 1 (all gone, all still there), which is what tells a stuck pile from a busy one.
 */
export const SKETCH_SIZE = 64;
/** The same connections seen from the other host: whether nearly all or hardly any are there needs fewer (standard error at most 0.09). */
const ENDS_SIZE = 32;

/**
 * What identifies a socket, best first: the cookie (never reused while the host is up), the inode, the 4-tuple; `e` is the connection,
 * whichever end looks at it. Only like compares with like.
 */
type IdentityKind = 'c' | 'i' | 't' | 'e';
const sizeOf = (kind: string | undefined): number => (kind === 'e' ? ENDS_SIZE : SKETCH_SIZE);

export interface SketchBuilder {
  /** @param i the socket's index */
  add(i: number): void;
  /** `null` where nothing was added. */
  finish(): string | null;
}

const FNV_BASIS = 0x811c9dc5;

/** FNV-1a, a part of the text at a time: what is hashed is never put together. */
const fnv = (hash: number, text: string): number => {
  let h = hash;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
};

const NOT_ASCII = 0x80;

/** Of an address' text, whose characters are its bytes as long as they are ASCII. */
const fnvAddress = (hash: number, addresses: Addresses, address: number): number => {
  const { bytes, starts } = addresses;
  const end = starts[address + 1] ?? 0;
  let h = hash;
  let bits = 0;
  for (let at = starts[address] ?? 0; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    bits |= byte;
    h = Math.imul(h ^ byte, 0x01000193);
  }
  return bits < NOT_ASCII ? h : fnv(hash, addresses.textOf(address));
};

/** murmur3's finaliser: bottom-k needs every bit to depend on every character. */
const finished = (hash: number): number => {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const ZERO = 0x30;

/** Of a port's decimal digits. */
const fnvPort = (hash: number, port: number): number => {
  if (port === NO_PORT) return fnv(hash, 'null');
  let h = hash;
  let unit = 1;
  while (unit * 10 <= port) unit *= 10;
  for (; unit >= 1; unit = (unit / 10) | 0) h = Math.imul(h ^ (ZERO + (((port / unit) | 0) % 10)), 0x01000193);
  return h;
};

/**
 * Hashes `10.0.0.1 80 10.0.0.2 443`. The sockets of a pile have one address in common, and both of its sketches often ask for the same:
 * what was hashed last is kept.
 */
class EndsHash {
  readonly #addresses: Addresses;
  #address = -1;
  #addressHash = 0;
  #first: EndColumns | null = null;
  #socket = -1;
  #hash = 0;

  constructor({ addresses }: SocketColumns) {
    this.#addresses = addresses;
  }

  of(first: EndColumns, second: EndColumns, i: number): number {
    if (i === this.#socket && first === this.#first) return this.#hash;
    const address = first.address[i] ?? 0;
    if (address !== this.#address) {
      this.#address = address;
      this.#addressHash = fnv(fnvAddress(FNV_BASIS, this.#addresses, address), ' ');
    }
    const beforeSecond = fnv(fnvPort(this.#addressHash, first.port[i] ?? NO_PORT), ' ');
    const beforePort = fnv(fnvAddress(beforeSecond, this.#addresses, second.address[i] ?? 0), ' ');
    this.#socket = i;
    this.#first = first;
    this.#hash = finished(fnvPort(beforePort, second.port[i] ?? NO_PORT));
    return this.#hash;
  }
}

interface Identity {
  readonly kindOf: (i: number) => IdentityKind;
  readonly hashOf: (i: number) => number;
}

const ofSocket = ({ cookie: cookies, inode: inodes, local, peer }: SocketColumns, ends: EndsHash): Identity => ({
  kindOf: (i) => {
    if ((cookies[i] ?? null) !== null) return 'c';
    return (inodes[i] ?? 0) === 0 ? 't' : 'i';
  },
  hashOf: (i) => {
    const cookie = cookies[i] ?? null;
    if (cookie !== null) return finished(fnv(FNV_BASIS, cookie));
    const inode = inodes[i] ?? 0;
    return inode === 0 ? ends.of(local, peer, i) : finished(fnv(FNV_BASIS, String(inode)));
  },
});

/** As the texts of their ends are ordered, `null` for no port. */
const isLocalBefore = ({ local, peer, addresses }: SocketColumns, i: number): boolean => {
  const { bytes, starts } = addresses;
  const from = local.address[i] ?? 0;
  const to = peer.address[i] ?? 0;
  const fromStart = starts[from] ?? 0;
  const toStart = starts[to] ?? 0;
  const length = Math.min((starts[from + 1] ?? 0) - fromStart, (starts[to + 1] ?? 0) - toStart);
  for (let at = 0; at < length; at += 1) {
    const a = bytes[fromStart + at] ?? 0;
    const b = bytes[toStart + at] ?? 0;
    if (a >= NOT_ASCII || b >= NOT_ASCII) break;
    if (a !== b) return a < b;
  }
  return `${addresses.textOf(from)} ${portOr(local.port[i])}` < `${addresses.textOf(to)} ${portOr(peer.port[i])}`;
};

/** Both ends write the same: a connection is known by its two endpoints, in no order (RFC 9293 §3.3.1). */
const ofConnection = (sockets: SocketColumns, ends: EndsHash): Identity => ({
  kindOf: () => 'e',
  hashOf: (i) => {
    const { local, peer } = sockets;
    return isLocalBefore(sockets, i) ? ends.of(local, peer, i) : ends.of(peer, local, i);
  },
});

/** The smallest of many hashes, each once, ascending. Once they are full, hardly any hash gets in. */
class Smallest {
  readonly all: number[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  add(hash: number): void {
    const { all } = this;
    if (all.length === this.#size && hash >= (all.at(-1) ?? 0)) return;
    let at = all.length;
    while (at > 0 && hash < (all[at - 1] ?? 0)) at -= 1;
    if (all[at - 1] === hash) return;
    all.splice(at, 0, hash);
    if (all.length > this.#size) all.pop();
  }
}

const builder = ({ kindOf, hashOf }: Identity): SketchBuilder => {
  let kind: IdentityKind | null = null;
  let smallest = new Smallest(0);
  return {
    add(i) {
      const socketKind = kindOf(i);
      if (kind === null) {
        kind = socketKind;
        smallest = new Smallest(sizeOf(kind));
      }
      // A listing that mixes kinds (an inode of 0 among others) would compare unlike with unlike: follow the first kind only.
      if (socketKind === kind) smallest.add(hashOf(i));
    },
    finish() {
      if (kind === null) return null;
      const bytes = Buffer.alloc(smallest.all.length * 4);
      for (const [i, hash] of smallest.all.entries()) bytes.writeUInt32BE(hash, i * 4);
      return `${kind}${bytes.toString('base64')}`;
    },
  };
};

/** Of sockets, by what identifies each best. */
export const sketchBuilder = (sockets: SocketColumns, ends = new EndsHash(sockets)): SketchBuilder => builder(ofSocket(sockets, ends));

export interface WantedSketches {
  readonly withSockets: boolean;
  readonly withEnds: boolean;
}

/** For one pile: of its sockets, and of their connections, to be compared with the other host's. */
export class PileSketches {
  readonly #sockets: SketchBuilder | null;
  readonly #ends: SketchBuilder | null;

  constructor(sockets: SocketColumns, { withSockets, withEnds }: WantedSketches) {
    const ends = new EndsHash(sockets);
    this.#sockets = withSockets ? sketchBuilder(sockets, ends) : null;
    this.#ends = withEnds ? builder(ofConnection(sockets, ends)) : null;
  }

  add(i: number): void {
    this.#sockets?.add(i);
    this.#ends?.add(i);
  }

  finish(): { readonly sketch: string | null; readonly ends: string | null } {
    return { sketch: this.#sockets?.finish() ?? null, ends: this.#ends?.finish() ?? null };
  }
}

const decode = (sketch: string): readonly number[] => {
  const bytes = Buffer.from(sketch.slice(1), 'base64');
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readUInt32BE(i * 4));
};

/** What the members of a sketch are known by; `null` for none. */
export const identityKind = (sketch: string | null): string | null => sketch?.[0] ?? null;

/** Up to which hash a sketch tells whether a member is in its set; beyond, it is silent. */
const horizonOf = (sketch: string, hashes: readonly number[]): number =>
  hashes.length < sizeOf(sketch[0]) ? Number.POSITIVE_INFINITY : (hashes.at(-1) ?? 0);

/** How many of a set's sampled members could be looked for in other sets, and how many were in one of them. */
export interface Found {
  readonly judged: number;
  readonly found: number;
}

export const findIn = (sketch: string, others: readonly string[]): Found => {
  const kept = others.filter((other) => other[0] === sketch[0]).map((other) => [other, decode(other)] as const);
  const horizon = Math.min(...kept.map(([other, hashes]) => horizonOf(other, hashes)));
  const judged = decode(sketch).filter((hash) => hash <= horizon);
  const there = new Set(kept.flatMap(([, hashes]) => hashes));
  return { judged: judged.length, found: judged.filter((hash) => there.has(hash)).length };
};

/** What the members of a sketch are, one by one: those that a sketch of the same kind can tell from others. */
export const membersOf = (sketch: string): { readonly hashes: readonly number[]; readonly horizon: number } => {
  const hashes = decode(sketch);
  return { hashes, horizon: horizonOf(sketch, hashes) };
};

/**
 * Which part of the earlier set is still in the later one, 0 to 1; `null` where that cannot be told (no sketch, other identities).
 * A hash of `earlier` can be judged only up to `later`'s largest kept hash.
 */
export const survival = (earlier: string | null, later: string | null): number | null => {
  if (earlier === null || later === null || earlier[0] !== later[0]) return null;
  const { judged, found } = findIn(earlier, [later]);
  return judged === 0 ? null : found / judged;
};
