/**
 * Numbers pairs of integers 0, 1, 2, … in the order in which they first come, so that what is counted by an end, a holder or a share is
 * counted in plain arrays. Open addressing in typed arrays: a text for each pair, as a key of a Map, costs ten times as much, and a
 * listing has a million sockets.
 *
 * A host chooses its addresses and ports, but not so that their slots collide: the seed comes from the hash of all that it uploads.
 */
export class PairNumbering {
  #slots: Int32Array;
  #first: Int32Array;
  #second: Int32Array;
  readonly #seed: number;
  #size = 0;

  /**
   * @param seed 32 bits that the host cannot choose
   * @param expected about how many pairs will come; more may
   */
  constructor(seed: number, expected = 0) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(expected, LEAST)));
    this.#slots = new Int32Array(size * 2).fill(-1);
    this.#first = new Int32Array(size);
    this.#second = new Int32Array(size);
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  firstOf(id: number): number {
    return this.#first[id] ?? -1;
  }

  secondOf(id: number): number {
    return this.#second[id] ?? -1;
  }

  /** By number. */
  seconds(): Int32Array {
    return this.#second.slice(0, this.#size);
  }

  /** The pair's number; a new one where it has none. */
  of(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let slot = scattered(this.#seed, first, second) & mask;
    for (let id = this.#slots[slot] ?? -1; id >= 0; id = this.#slots[slot] ?? -1) {
      if (this.#first[id] === first && this.#second[id] === second) return id;
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, first, second);
  }

  #add(slot: number, first: number, second: number): number {
    const id = this.#size;
    this.#slots[slot] = id;
    this.#first[id] = first;
    this.#second[id] = second;
    this.#size += 1;
    if (this.#size === this.#first.length) this.#grow();
    return id;
  }

  #grow(): void {
    this.#first = doubled(this.#first);
    this.#second = doubled(this.#second);
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = this.#slots.length - 1;
    for (let id = 0; id < this.#size; id += 1) {
      let slot = scattered(this.#seed, this.firstOf(id), this.#second[id] ?? 0) & mask;
      while ((this.#slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      this.#slots[slot] = id;
    }
  }
}

const LEAST = 256;

/** murmur3's finaliser, over the first and the seed, then over that and the second. */
const scattered = (seed: number, first: number, second: number): number => {
  let h = Math.imul(first ^ seed, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ second, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
};

const doubled = (values: Int32Array): Int32Array<ArrayBuffer> => {
  const more = new Int32Array(values.length * 2);
  more.set(values);
  return more;
};

/** How often each number below `size` occurs; a negative one is none. */
export const tally = (ids: Int32Array | Uint8Array, size: number): Int32Array => {
  const counts = new Int32Array(size);
  for (let i = 0; i < ids.length; i += 1) {
    const id = ids[i] ?? -1;
    if (id >= 0) counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
};

/** Counts distinct pairs by their first part. */
export class DistinctCounts {
  readonly counts: number[] = [];
  readonly #pairs: PairNumbering;

  constructor(seed: number, expected: number) {
    this.#pairs = new PairNumbering(seed, expected);
  }

  add(of: number, thing: number): void {
    const known = this.#pairs.size;
    if (this.#pairs.of(of, thing) === known) this.counts[of] = (this.counts[of] ?? 0) + 1;
  }
}
