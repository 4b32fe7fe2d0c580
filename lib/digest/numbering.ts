/**
 * Numbers pairs of integers 0, 1, 2, … in the order in which they first come, so that what is counted by an end, a holder or a share is
 * counted in plain arrays. Open addressing in typed arrays: a text for each pair, as a key of a Map, costs ten times as much, and a
 * listing has a million sockets.
 *
 * A host chooses its addresses and ports, but not so that their slots collide: the seed comes from the hash of all that it uploads.
 */
export class PairNumbering {
  #slots: Int32Array;
  /** Two for each pair, side by side: what is looked at together comes from memory together. */
  #parts: Int32Array;
  readonly #seed: number;
  #size = 0;

  /**
   * @param seed 32 bits that the host cannot choose
   * @param expected about how many pairs will come; more may
   */
  constructor(seed: number, expected = 0) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(expected, LEAST)));
    this.#slots = new Int32Array(size * 2).fill(-1);
    this.#parts = new Int32Array(size * 2);
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  firstOf(id: number): number {
    return this.#parts[id * 2] ?? -1;
  }

  secondOf(id: number): number {
    return this.#parts[id * 2 + 1] ?? -1;
  }

  /** By number. */
  seconds(): Int32Array {
    const seconds = new Int32Array(this.#size);
    for (let id = 0; id < seconds.length; id += 1) seconds[id] = this.#parts[id * 2 + 1] ?? -1;
    return seconds;
  }

  /** The pair's number; a new one where it has none. */
  of(first: number, second: number): number {
    const slots = this.#slots;
    const parts = this.#parts;
    const mask = slots.length - 1;
    let slot = scattered(this.#seed, first, second) & mask;
    for (let id = slots[slot] ?? -1; id >= 0; id = slots[slot] ?? -1) {
      if (parts[id * 2] === first && parts[id * 2 + 1] === second) return id;
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, first, second);
  }

  #add(slot: number, first: number, second: number): number {
    const id = this.#size;
    this.#slots[slot] = id;
    this.#parts[id * 2] = first;
    this.#parts[id * 2 + 1] = second;
    this.#size += 1;
    if (this.#size * 2 === this.#parts.length) this.#grow();
    return id;
  }

  #grow(): void {
    this.#parts = doubled(this.#parts);
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = this.#slots.length - 1;
    for (let id = 0; id < this.#size; id += 1) {
      let slot = scattered(this.#seed, this.firstOf(id), this.secondOf(id)) & mask;
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

const PORTS = 65_536;
const FREE = -1;

/**
 * Counts the distinct ports of each taker (a share, a holder) and of all together. Hardly any port has two takers, so the first of each
 * is kept by the port, and pairs are numbered for the others only.
 */
export class PortTakers {
  /** Distinct ports, by taker. */
  readonly counts: number[] = [];
  readonly #first = new Int32Array(PORTS).fill(FREE);
  readonly #isShared = new Uint8Array(PORTS);
  readonly #seed: number;
  #others: PairNumbering;
  #used = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#others = new PairNumbering(seed);
  }

  /** Begins anew: its tables are large, and a digest counts in one after another. */
  clear(): void {
    if (this.#used === 0) return;
    this.counts.length = 0;
    this.#first.fill(FREE);
    this.#isShared.fill(0);
    if (this.#others.size > 0) this.#others = new PairNumbering(this.#seed);
    this.#used = 0;
  }

  /** Distinct ports, of all together. */
  get used(): number {
    return this.#used;
  }

  take(port: number, taker: number): void {
    const first = this.#first[port] ?? FREE;
    if (first === taker) return;
    if (first === FREE) {
      this.#first[port] = taker;
      this.#used += 1;
      this.#count(taker);
      return;
    }
    this.#isShared[port] = 1;
    const known = this.#others.size;
    if (this.#others.of(taker, port) === known) this.#count(taker);
  }

  /** Ports that nobody else has, by taker. */
  exclusive(): Int32Array {
    const counts = new Int32Array(this.counts.length);
    for (let port = 0; port < PORTS; port += 1) {
      const taker = this.#first[port] ?? FREE;
      if (taker !== FREE && this.#isShared[port] === 0) counts[taker] = (counts[taker] ?? 0) + 1;
    }
    return counts;
  }

  #count(taker: number): void {
    this.counts[taker] = (this.counts[taker] ?? 0) + 1;
  }
}
