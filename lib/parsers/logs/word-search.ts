/**
 * Many words sought at once, by the pair of bytes at which a window over the text ends (Wu and Manber, "A fast algorithm for multi-pattern
 * searching", 1994): a pair that no word has within its first bytes lets the window go on by nearly its length, so that most bytes are never looked
 * at. One regular expression of as many words looks at each (measured: 0.24 GB/s against 0.9).
 */
const NEWLINE = 10;
const PAIRS = 65_536;

export class WordSearch {
  /** Bytes in the window: of the shortest word. */
  readonly #width: number;
  readonly #shifts: Uint8Array;
  /** Words by their first pair. */
  readonly #byStart = new Map<number, readonly Uint8Array[]>();
  /** Whether a word begins with this pair: asked far more often than it is so. */
  readonly #starts = new Uint8Array(PAIRS);

  /** @param words of at least three bytes */
  constructor(words: readonly Uint8Array[]) {
    const width = Math.min(...words.map(({ length }) => length));
    this.#width = width;
    this.#shifts = new Uint8Array(PAIRS).fill(Math.min(width - 1, 255));
    for (const word of words) this.#add(word);
  }

  /** Where words stand, the first of each line only, ascending. */
  linesIn(text: Buffer): readonly number[] {
    const places: number[] = [];
    const shifts = this.#shifts;
    const starts = this.#starts;
    const width = this.#width;
    for (let at = width - 1; at < text.length; ) {
      // Within bounds, whatever the compiler knows of it.
      const shift = shifts[((text[at - 1] ?? 0) << 8) | (text[at] ?? 0)] ?? 1;
      if (shift > 0) {
        at += shift;
        continue;
      }
      const start = at - width + 1;
      const pair = ((text[start] ?? 0) << 8) | (text[start + 1] ?? 0);
      if (starts[pair] === 1 && this.#isWord(text, start, pair)) {
        places.push(start);
        const end = text.indexOf(NEWLINE, at);
        if (end < 0) break;
        at = end + width;
      } else at += 1;
    }
    return places;
  }

  #add(word: Uint8Array): void {
    const width = this.#width;
    for (let end = 1; end < width; end += 1) {
      const pair = ((word[end - 1] ?? 0) << 8) | (word[end] ?? 0);
      this.#shifts[pair] = Math.min(this.#shifts[pair] ?? 0, width - 1 - end);
    }
    const start = ((word[0] ?? 0) << 8) | (word[1] ?? 0);
    this.#starts[start] = 1;
    this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), word]);
  }

  #isWord(text: Buffer, start: number, pair: number): boolean {
    return (this.#byStart.get(pair) ?? []).some((word) => word.every((byte, i) => text[start + i] === byte));
  }
}
