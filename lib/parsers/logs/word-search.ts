import { bucketsOf, type Fingerprint } from './word-buckets.ts';
import { compile, FINGERPRINT, TEXT_AT } from './word-code.ts';

const NEWLINE = 10;
/** Bytes looked at in one call, copied into the code's memory: they stay in the processor's cache. */
const PORTION = 64 * 1024;
/** The code reads less than this beyond. */
const MARGIN = 32;

/** For each byte of a fingerprint two tables, by its low and its high half: the buckets that have such a word. */
const tablesOf = (buckets: readonly (readonly Fingerprint[])[]): Uint8Array => {
  const tables = new Uint8Array(FINGERPRINT * 32);
  const mark = (at: number, bit: number): void => {
    tables[at] = (tables[at] ?? 0) | bit;
  };
  for (const [i, prints] of buckets.entries())
    for (const { word, offset } of prints)
      for (let k = 0; k < FINGERPRINT; k += 1) {
        const byte = word[offset + k] ?? 0;
        mark(k * 32 + (byte & 15), 1 << i);
        mark(k * 32 + 16 + (byte >> 4), 1 << i);
      }
  return tables;
};

const startsAt = (text: Buffer, at: number, word: Buffer): boolean => {
  for (let i = 0; i < word.length; i += 1) if (text[at + i] !== word[i]) return false;
  return true;
};

/**
 * Many words sought at once, at sixteen places in one step: a few bytes of each word, by their halves, are looked up in tables that fit into vector
 * registers, and only where they may stand is the text compared ("Teddy" of Hyperscan: X. Wang et al., "Hyperscan", NSDI 2019, §4.2; there,
 * as here, words share eight buckets).
 */
export class WordSearch {
  readonly #byFirst: readonly (readonly Fingerprint[])[];
  readonly #code = compile(Math.ceil((TEXT_AT + PORTION + MARGIN) / 65_536));
  readonly #memory = new Uint8Array(this.#code.memory.buffer);

  /** @param words of at least `FINGERPRINT` bytes */
  constructor(words: readonly Buffer[]) {
    const buckets = bucketsOf(words);
    this.#memory.set(tablesOf(buckets));
    const prints = buckets.flat();
    this.#byFirst = Array.from({ length: 256 }, (_, byte) => prints.filter(({ word, offset }) => word[offset] === byte));
  }

  /** A place in each line that has a word, ascending. */
  linesIn(text: Buffer): readonly number[] {
    const places: number[] = [];
    for (let from = 0; from < text.length; ) from = this.#portion(text, from, places);
    return places;
  }

  /** @returns where to go on */
  #portion(text: Buffer, from: number, places: number[]): number {
    const length = Math.min(PORTION, text.length - from);
    const held = Math.min(PORTION + MARGIN, text.length - from);
    this.#memory.set(text.subarray(from, from + held), TEXT_AT);
    this.#memory.fill(0, TEXT_AT + held, TEXT_AT + PORTION + MARGIN);
    const end = TEXT_AT + length;
    for (let at = this.#code.scan(TEXT_AT, end); at < end; at = this.#code.scan(at + 1, end)) {
      const place = this.#wordAt(text, from + at - TEXT_AT);
      if (place === null) continue;
      places.push(place);
      const next = text.indexOf(NEWLINE, place);
      if (next < 0) return text.length;
      if (next >= from + length) return next;
      at = TEXT_AT + next - from;
    }
    return from + length;
  }

  /** Where a word begins whose fingerprint stands at `at`. */
  #wordAt(text: Buffer, at: number): number | null {
    for (const { word, offset } of this.#byFirst[text[at] ?? 0] ?? [])
      if (at >= offset && startsAt(text, at - offset, word)) return at - offset;
    return null;
  }
}
