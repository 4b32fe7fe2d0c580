import { type Addresses, type EndColumns, NO_PORT, type SocketColumns } from '../model/socket-columns.ts';

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
 * What identifies a socket, best first: the cookie (never reused while the host is up), the inode, the 4-tuple; `E` is the connection,
 * whichever end looks at it. Only like compares with like: `t` and `e` are of digests that were made before, with other hashes.
 */
type IdentityKind = 'c' | 'i' | 'T' | 'E';
const sizeOf = (kind: string | undefined): number => (kind === 'E' || kind === 'e' ? ENDS_SIZE : SKETCH_SIZE);

export interface SketchBuilder {
  /** @param i the socket's index */
  add(i: number): void;
  /** `null` where nothing was added. */
  finish(): string | null;
}

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a. */
const fnv = (text: string): number => {
  let hash = FNV_BASIS;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
};

/** murmur3's finaliser: bottom-k needs every bit to depend on every character. Signed: a number of 32 bits without a sign may be an object. */
const finished = (hash: number): number => {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** Of two hashes, in their order. */
const joined = (first: number, second: number): number => finished(Math.imul(first, 0x9e3779b1) + second);

/** Hashes ends: an address once for all of its ends, as those of a listing have few addresses and many ports. */
export class EndHashes {
  readonly #addresses: Addresses;
  /** By the address' number; those that were hashed. */
  readonly #hashes: Int32Array;
  readonly #isHashed: Uint8Array;

  constructor(addresses: Addresses) {
    this.#addresses = addresses;
    this.#hashes = new Int32Array(addresses.size);
    this.#isHashed = new Uint8Array(addresses.size);
  }

  of({ address, port }: EndColumns, i: number): number {
    const number = address[i] ?? 0;
    const hash = this.#isHashed[number] === 1 ? (this.#hashes[number] ?? 0) : this.#learn(number);
    return joined(hash, port[i] ?? NO_PORT);
  }

  #learn(number: number): number {
    const { bytes, starts } = this.#addresses;
    const end = starts[number + 1] ?? 0;
    let hash = FNV_BASIS;
    for (let at = starts[number] ?? 0; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), FNV_PRIME);
    this.#hashes[number] = hash;
    this.#isHashed[number] = 1;
    return hash;
  }
}

interface Identity {
  readonly kindOf: (i: number) => IdentityKind;
  readonly hashOf: (i: number) => number;
}

const ofSocket = ({ cookie: cookies, inode: inodes, local, peer }: SocketColumns, ends: EndHashes): Identity => ({
  kindOf: (i) => {
    if ((cookies[i] ?? null) !== null) return 'c';
    return (inodes[i] ?? 0) === 0 ? 'T' : 'i';
  },
  hashOf: (i) => {
    const cookie = cookies[i] ?? null;
    if (cookie !== null) return finished(fnv(cookie));
    const inode = inodes[i] ?? 0;
    return inode === 0 ? joined(ends.of(local, i), ends.of(peer, i)) : finished(fnv(String(inode)));
  },
});

/** Both ends write the same: a connection is known by its two endpoints, in no order (RFC 9293 §3.3.1). */
const ofConnection = ({ local, peer }: SocketColumns, ends: EndHashes): Identity => ({
  kindOf: () => 'E',
  hashOf: (i) => {
    const own = ends.of(local, i);
    const other = ends.of(peer, i);
    return own < other ? joined(own, other) : joined(other, own);
  },
});

/** Numbers without a sign are in the same order as signed ones with this bit turned. */
const SIGN = 1 << 31;

/** The smallest of many hashes, each once. Once they are full, hardly any hash gets in. */
class Smallest {
  /** Turned, ascending. */
  readonly #all: number[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  add(hash: number): void {
    const turned = hash ^ SIGN;
    const all = this.#all;
    let at = all.length;
    if (at === this.#size && turned >= (all[at - 1] ?? 0)) return;
    while (at > 0 && turned < (all[at - 1] ?? 0)) at -= 1;
    if (all[at - 1] === turned) return;
    all.splice(at, 0, turned);
    if (all.length > this.#size) all.pop();
  }

  /** Without signs, ascending, four bytes each. */
  bytes(): Buffer {
    const bytes = Buffer.alloc(this.#all.length * 4);
    for (const [i, turned] of this.#all.entries()) bytes.writeInt32BE(turned ^ SIGN, i * 4);
    return bytes;
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
      return `${kind}${smallest.bytes().toString('base64')}`;
    },
  };
};

/** Of sockets, by what identifies each best. */
export const sketchBuilder = (sockets: SocketColumns, ends = new EndHashes(sockets.addresses)): SketchBuilder =>
  builder(ofSocket(sockets, ends));

export interface WantedSketches {
  readonly withSockets: boolean;
  readonly withEnds: boolean;
}

/** For one pile: of its sockets, and of their connections, to be compared with the other host's. */
export class PileSketches {
  readonly #sockets: SketchBuilder | null;
  readonly #ends: SketchBuilder | null;

  constructor(sockets: SocketColumns, ends: EndHashes, { withSockets, withEnds }: WantedSketches) {
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

/** Whether two sketches know their members by the same: others tell nothing of each other. */
export const isAlike = (a: string, b: string): boolean => a[0] === b[0];

/** Whether the members of a sketch are known by their 4-tuple only, which another connection may have later. */
export const isOfTuples = (sketch: string | null): boolean => sketch?.[0] === 'T' || sketch?.[0] === 't';

/** Up to which hash a sketch tells whether a member is in its set; beyond, it is silent. */
const horizonOf = (sketch: string, hashes: readonly number[]): number =>
  hashes.length < sizeOf(sketch[0]) ? Number.POSITIVE_INFINITY : (hashes.at(-1) ?? 0);

/** How many of a set's sampled members could be looked for in other sets, and how many were in one of them. */
export interface Found {
  readonly judged: number;
  readonly found: number;
}

/** `null` where one of the others knows its members by something else. */
export const findIn = (sketch: string, others: readonly string[]): Found | null => {
  if (others.some((other) => !isAlike(other, sketch))) return null;
  const kept = others.map((other) => [other, decode(other)] as const);
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
  const there = earlier === null || later === null ? null : findIn(earlier, [later]);
  return there === null || there.judged === 0 ? null : there.found / there.judged;
};
