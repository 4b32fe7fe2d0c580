import type { Endpoint, Socket } from '../model/socket.ts';

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

/** FNV-1a with murmur3's finaliser: bottom-k needs every bit to depend on every character. */
const START = 0x811c9dc5;
const SPACE = 0x20;

const withCode = (h: number, code: number): number => Math.imul(h ^ code, 0x01000193);

const withText = (h: number, text: string): number => {
  let hash = h;
  for (let i = 0; i < text.length; i += 1) hash = withCode(hash, text.charCodeAt(i));
  return hash;
};

const ZERO = 0x30;

/** The decimal digits of a port. */
const withPort = (h: number, port: number): number => {
  let unit = 1;
  while (unit * 10 <= port) unit *= 10;
  let hash = h;
  let rest = port;
  while (unit >= 1) {
    const digit = Math.floor(rest / unit);
    hash = withCode(hash, ZERO + digit);
    rest -= digit * unit;
    unit = Math.floor(unit / 10);
  }
  return hash;
};

/** `address port`, without making a text of it: a leak has thousands. */
const withEnd = (h: number, { address, port }: Endpoint): number => {
  const hash = withCode(withText(h, address), SPACE);
  return port === null ? withText(hash, 'null') : withPort(hash, port);
};

const finished = (hash: number): number => {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const kindOf = ({ cookie, inode }: Socket): IdentityKind => {
  if (cookie !== null) return 'c';
  return inode !== null && inode !== 0 ? 'i' : 't';
};

const identityHash = (socket: Socket, kind: IdentityKind): number => {
  if (kind === 'c') return finished(withText(START, socket.cookie ?? ''));
  if (kind === 'i') return finished(withText(START, String(socket.inode)));
  return finished(withEnd(withCode(withEnd(START, socket.local), SPACE), socket.peer));
};

/** `address port` of one sorts before that of the other. */
const isBefore = (a: Endpoint, b: Endpoint): boolean => (a.address === b.address ? String(a.port) < String(b.port) : a.address < b.address);

/** Both ends write the same: a connection is known by its two endpoints, in no order (RFC 9293 §3.3.1). */
const connectionHash = ({ local, peer }: Socket): number => {
  const [first, second] = isBefore(local, peer) ? [local, peer] : [peer, local];
  return finished(withEnd(withCode(withEnd(START, first), SPACE), second));
};

/** So many are held before the smallest are picked out: rarely, and never all. */
const HELD = 256;

class SmallestHashes {
  readonly #size: number;
  #held: number[] = [];
  #bound = Number.POSITIVE_INFINITY;

  constructor(size: number) {
    this.#size = size;
  }

  add(hash: number): void {
    if (hash > this.#bound) return;
    this.#held.push(hash);
    if (this.#held.length >= HELD) this.#pick();
  }

  get(): readonly number[] {
    this.#pick();
    return this.#held;
  }

  #pick(): void {
    this.#held = [...new Set(Uint32Array.from(this.#held).sort())].slice(0, this.#size);
    this.#bound = this.#held.length < this.#size ? Number.POSITIVE_INFINITY : (this.#held.at(-1) ?? 0);
  }
}

const written = (kind: IdentityKind, hashes: readonly number[]): string => {
  const bytes = Buffer.alloc(hashes.length * 4);
  for (const [i, hash] of hashes.entries()) bytes.writeUInt32BE(hash, i * 4);
  return `${kind}${bytes.toString('base64')}`;
};

/** `null` for no sockets. A listing that mixes kinds (an inode of 0 among others) would compare unlike with unlike: the first kind is followed. */
export const sketchOf = (sockets: readonly Socket[]): string | null => {
  const [first] = sockets;
  if (first === undefined) return null;
  const kind = kindOf(first);
  const smallest = new SmallestHashes(sizeOf(kind));
  for (const socket of sockets) if (kindOf(socket) === kind) smallest.add(identityHash(socket, kind));
  return written(kind, smallest.get());
};

/** A sketch of connections, to be compared with the other host's. */
export const endsSketch = (sockets: readonly Socket[]): string | null => {
  if (sockets.length === 0) return null;
  const smallest = new SmallestHashes(sizeOf('e'));
  for (const socket of sockets) smallest.add(connectionHash(socket));
  return written('e', smallest.get());
};

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
