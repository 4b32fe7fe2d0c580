import { NEWLINE } from '../blocks.ts';
import { bucketsOf, type Fingerprint } from './word-buckets.ts';
import { FINGERPRINT, hashOf, MARKS_AT, open, TEXT_AT } from './word-code.ts';

/** For each byte of a fingerprint two tables, by its low and its high half: the buckets that have such a word. */
const markHalves = (memory: Uint8Array, buckets: readonly (readonly Fingerprint[])[]): void => {
  const mark = (at: number, bit: number): void => {
    memory[at] = (memory[at] ?? 0) | bit;
  };
  for (const [i, prints] of buckets.entries())
    for (const { word, offset } of prints)
      for (let k = 0; k < FINGERPRINT; k += 1) {
        const byte = word[offset + k] ?? 0;
        mark(k * 32 + (byte & 15), 1 << i);
        mark(k * 32 + 16 + (byte >> 4), 1 << i);
      }
};

const markHashes = (memory: Uint8Array, prints: readonly Fingerprint[]): void => {
  for (const { word, offset } of prints) {
    const hash = hashOf(word.subarray(offset, offset + FINGERPRINT));
    const at = MARKS_AT + (hash >> 3);
    memory[at] = (memory[at] ?? 0) | (1 << (hash & 7));
  }
};

/** Words to be sought, prepared once for all texts. */
export class Words {
  readonly #tables = new Uint8Array(TEXT_AT);
  readonly #byFirst: readonly (readonly Fingerprint[])[];

  /** @param words of at least `FINGERPRINT` bytes */
  constructor(words: readonly Buffer[]) {
    const buckets = bucketsOf(words);
    const prints = buckets.flat();
    markHalves(this.#tables, buckets);
    markHashes(this.#tables, prints);
    this.#byFirst = Array.from({ length: 256 }, (_, byte) => prints.filter(({ word, offset }) => word[offset] === byte));
  }

  writeTables(memory: Uint8Array): void {
    memory.set(this.#tables);
  }

  /** Where in the text a word begins whose fingerprint stands at `at`; `null` where none does. */
  at(text: Buffer, at: number): number | null {
    for (const { word, offset } of this.#byFirst[text[at] ?? 0] ?? [])
      if (at >= offset && startsAt(text, at - offset, word)) return at - offset;
    return null;
  }
}

const startsAt = (text: Buffer, at: number, word: Buffer): boolean => {
  for (let i = 0; i < word.length; i += 1) if (text[at + i] !== word[i]) return false;
  return true;
};

/**
 * Text in which many words are sought at once, at sixteen places in one step: a few bytes of each word, by their halves, are looked up in
 * tables that fit into vector registers; of the places that may have them, those are left whose bytes hash to what a word's do; and only
 * there is the text compared ("Teddy" of Hyperscan: X. Wang et al., "Hyperscan", NSDI 2019, §4.2; there, as here, words share eight buckets).
 */
export class SearchedText {
  /** What is sought in; it stays where it is in memory, so what is written here is copied no further. */
  readonly bytes: Buffer;
  readonly #words: Words;
  readonly #code;

  constructor(words: Words, capacity: number) {
    this.#words = words;
    this.#code = open(capacity);
    words.writeTables(new Uint8Array(this.#code.memory.buffer));
    this.bytes = Buffer.from(this.#code.memory.buffer, TEXT_AT, capacity);
  }

  /** A place in each line of `[from, to)` that has a word, ascending. Words that go beyond are none. */
  linesWithWords(from: number, to: number): readonly number[] {
    const text = this.bytes.subarray(0, to);
    const places: number[] = [];
    for (let at = this.#next(from, to); at < to; at = this.#next(at, to)) {
      const place = this.#words.at(text, at);
      if (place === null || place < from) {
        at += 1;
        continue;
      }
      places.push(place);
      const newline = text.indexOf(NEWLINE, place);
      if (newline < 0) break;
      at = newline + 1;
    }
    return places;
  }

  /** Newlines in `[from, to)`. */
  newlines(from: number, to: number): number {
    return this.#code.newlines(TEXT_AT + from, TEXT_AT + to);
  }

  #next(from: number, to: number): number {
    return this.#code.scan(TEXT_AT + from, TEXT_AT + to) - TEXT_AT;
  }
}
