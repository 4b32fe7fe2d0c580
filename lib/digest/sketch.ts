import type { Socket } from '../model/socket.ts';

/**
 * A bottom-k sketch: the k smallest hashes of a set's members. Two of them tell how much of one set is still in the other, from
 * 64 numbers each, whatever the sets' sizes.
 *
 * Error: survival is a mean over m ≤ k uniformly drawn members, so its standard error is √(s(1−s)/m): at k = 64 at most 0.0625, and
 * none where s is 0 or 1 (all gone, all still there), which is what tells a stuck pile from a busy one.
 */
export const SKETCH_SIZE = 64;

/** What identifies a socket, best first: the cookie (never reused while the host is up), the inode, the 4-tuple. Only like compares with like. */
type IdentityKind = 'c' | 'i' | 't';

export interface SketchBuilder {
  add(socket: Socket): void;
  /** `null` where nothing was added. */
  finish(): string | null;
}

/** FNV-1a with murmur3's finaliser: bottom-k needs every bit to depend on every character. */
const hash32 = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const identity = (socket: Socket): readonly [IdentityKind, string] => {
  if (socket.cookie !== null) return ['c', socket.cookie];
  if (socket.inode !== null && socket.inode !== 0) return ['i', String(socket.inode)];
  return ['t', `${socket.local.address} ${socket.local.port} ${socket.peer.address} ${socket.peer.port}`];
};

export const sketchBuilder = (): SketchBuilder => {
  const hashes: number[] = [];
  let kind: IdentityKind | null = null;
  return {
    add(socket) {
      const [socketKind, id] = identity(socket);
      kind ??= socketKind;
      // A listing that mixes kinds (an inode of 0 among others) would compare unlike with unlike: follow the first kind only.
      if (socketKind === kind) hashes.push(hash32(id));
    },
    finish() {
      if (kind === null) return null;
      const smallest = [...new Set(Uint32Array.from(hashes).sort())].slice(0, SKETCH_SIZE);
      const bytes = Buffer.alloc(smallest.length * 4);
      for (const [i, hash] of smallest.entries()) bytes.writeUInt32BE(hash, i * 4);
      return `${kind}${bytes.toString('base64')}`;
    },
  };
};

const decode = (sketch: string): readonly number[] => {
  const bytes = Buffer.from(sketch.slice(1), 'base64');
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readUInt32BE(i * 4));
};

/** What the members of a sketch are known by; `null` for none. */
export const identityKind = (sketch: string | null): string | null => sketch?.[0] ?? null;

/**
 * Which part of the earlier set is still in the later one, 0 to 1; `null` where that cannot be told (no sketch, other identities).
 * A hash of `earlier` can be judged only up to `later`'s largest kept hash, beyond which `later` is silent.
 */
export const survival = (earlier: string | null, later: string | null): number | null => {
  if (earlier === null || later === null || earlier[0] !== later[0]) return null;
  const after = decode(later);
  const horizon = after.length < SKETCH_SIZE ? Number.POSITIVE_INFINITY : (after.at(-1) ?? 0);
  const judged = decode(earlier).filter((hash) => hash <= horizon);
  if (judged.length === 0) return null;
  const kept = new Set(after);
  return judged.filter((hash) => kept.has(hash)).length / judged.length;
};
