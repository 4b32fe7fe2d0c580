/** Longer words are rare, and worked out each time. */
const MAX_KEY = 64;

/** Works out what the bytes between mean. */
type Work<T> = (bytes: Buffer, start: number, end: number) => T;

/** From their text. */
export const ofText =
  <T>(work: (text: string) => T): Work<T> =>
  (bytes, start, end) =>
    work(bytes.toString('utf8', start, end));

/**
 * What a word means, worked out once for each distinct word: listings repeat the same states, addresses and programs thousands of times.
 * A table of fixed size in which a new word takes an old one's place, so that it stays bounded, and quick at its worst, whatever a host
 * writes.
 */
export class Memo<T> {
  readonly #work: Work<T>;
  readonly #mask: number;
  readonly #values: (T | undefined)[];
  /** Of the keys, plus one: 0 is a free slot. */
  readonly #lengths: Uint8Array;
  readonly #keys: Uint8Array;

  /** @param slots a power of two */
  constructor(work: Work<T>, slots: number) {
    this.#work = work;
    this.#mask = slots - 1;
    this.#values = new Array<T | undefined>(slots).fill(undefined);
    this.#lengths = new Uint8Array(slots);
    this.#keys = new Uint8Array(slots * MAX_KEY);
  }

  /** @param hash of those bytes, as `Line` works it out */
  of(bytes: Buffer, start: number, end: number, hash: number): T {
    const slot = (hash ^ (hash >>> 15)) & this.#mask;
    if (this.#lengths[slot] === end - start + 1 && this.#isKey(slot, bytes, start, end)) {
      const known = this.#values[slot];
      if (known !== undefined) return known;
    }
    return this.#learn(slot, bytes, start, end);
  }

  #isKey(slot: number, bytes: Buffer, start: number, end: number): boolean {
    const keys = this.#keys;
    const offset = slot * MAX_KEY - start;
    for (let at = start; at < end; at += 1) if (keys[offset + at] !== bytes[at]) return false;
    return true;
  }

  #learn(slot: number, bytes: Buffer, start: number, end: number): T {
    const value = this.#work(bytes, start, end);
    if (end - start > MAX_KEY) return value;
    this.#values[slot] = value;
    this.#lengths[slot] = end - start + 1;
    // Byte by byte: a view of so few costs more than copying them.
    for (let at = start; at < end; at += 1) this.#keys[slot * MAX_KEY + at - start] = bytes[at] ?? 0;
    return value;
  }
}
