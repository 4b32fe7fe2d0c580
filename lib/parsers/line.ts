/** Spaces and control characters: what no word of a listing holds. */
const SPACE = 0x20;
const COLON = 0x3a;
const NOT_ASCII = 0x80;

/**
 * One line of an upload as bytes, and the tokenizer that every listing's reader uses: it takes words off from the left. Most bytes of a
 * listing are the same few words again and again, so a word is not made a string: its hash is worked out as it is passed, and `Memo`
 * knows what it means. One object serves all lines, one after another: whoever keeps a line keeps its `text`.
 */
export class Line {
  bytes: Buffer;
  /** Its first byte, and the one behind its last. */
  start: number;
  end: number;
  /** 1-based, in the decompressed upload. */
  number: number;
  /** Where the next word is looked for. */
  at: number;
  /** The word that was taken last; empty at the end of the line. */
  wordStart = 0;
  wordEnd = 0;
  wordHash = 0;
  /** The last colon within it, before 0 where there is none, and the hash of what is before. */
  colon = -1;
  hostHash = 0;
  #text: string | null = null;

  constructor(bytes: Buffer = Buffer.alloc(0), number = 0) {
    this.bytes = bytes;
    this.start = 0;
    this.end = bytes.length;
    this.number = number;
    this.at = 0;
  }

  static of(text: string, number: number): Line {
    return new Line(Buffer.from(text), number);
  }

  /** Moves on to another line. */
  set(bytes: Buffer, start: number, end: number, number: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.number = number;
    this.at = start;
    this.#text = null;
  }

  /** Invalid bytes become U+FFFD. */
  get text(): string {
    this.#text ??= this.bytes.toString('utf8', this.start, this.end);
    return this.#text;
  }

  /** The rest behind the word that was taken last. */
  get rest(): string {
    return this.#slice(this.at, this.end);
  }

  get word(): string {
    return this.#slice(this.wordStart, this.wordEnd);
  }

  /** The first byte; NaN of an empty line. */
  get first(): number {
    return this.start < this.end ? (this.bytes[this.start] ?? Number.NaN) : Number.NaN;
  }

  /** Nothing but white space, Unicode's included. */
  isBlank(): boolean {
    const { first } = this;
    if (first > SPACE && first < NOT_ASCII) return false;
    return this.text.trim() === '';
  }

  /** @param prefix in ASCII */
  startsWith(prefix: string): boolean {
    if (this.first !== prefix.charCodeAt(0) || this.end - this.start < prefix.length) return false;
    for (let i = 1; i < prefix.length; i += 1) if (this.bytes[this.start + i] !== prefix.charCodeAt(i)) return false;
    return true;
  }

  rewind(): void {
    this.at = this.start;
  }

  /** Takes the next word; false at the end of the line. */
  next(): boolean {
    const { bytes, end } = this;
    let at = this.at;
    while (at < end && (bytes[at] ?? 0) <= SPACE) at += 1;
    this.wordStart = at;
    this.colon = -1;
    let hash = HASH_BASIS;
    for (; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte <= SPACE) break;
      if (byte === COLON) {
        this.colon = at;
        this.hostHash = hash;
      }
      hash = Math.imul(hash ^ byte, HASH_PRIME);
    }
    this.wordEnd = at;
    this.wordHash = hash;
    this.at = at;
    return at > this.wordStart;
  }

  /** Takes the next word as a number, as `count` tells it. Queues are short and many: a number is read as it is passed, and has no hash. */
  nextCount(): number | null {
    const { bytes, end } = this;
    let at = this.at;
    while (at < end && (bytes[at] ?? 0) <= SPACE) at += 1;
    const start = at;
    let value = 0;
    for (; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const isWhole = at === end || (bytes[at] ?? 0) <= SPACE;
    if (!isWhole || at === start || at - start > MAX_DIGITS) return this.next() ? this.count() : null;
    this.at = at;
    return value;
  }

  /** Of the text, where that has been asked for and has a character for each byte. */
  #slice(start: number, end: number): string {
    const text = this.#text;
    if (text === null || text.length !== this.end - this.start) return this.bytes.toString('utf8', start, end);
    return text.slice(start - this.start, end - this.start);
  }

  /** Takes all that is left as one word, without the spaces around it. */
  takeRest(): void {
    const { bytes } = this;
    let start = this.at;
    while (start < this.end && bytes[start] === SPACE) start += 1;
    let end = this.end;
    while (end > start && bytes[end - 1] === SPACE) end -= 1;
    let hash = HASH_BASIS;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), HASH_PRIME);
    this.wordStart = start;
    this.wordEnd = end;
    this.wordHash = hash;
    this.colon = -1;
    this.at = this.end;
  }

  /** The number that the last word writes in decimal digits; `null` for any other word, and for a number that would not be exact. */
  count(): number | null {
    const count = digitsIn(this.bytes, this.wordStart, this.wordEnd);
    if (count >= 0) return count;
    if (this.wordEnd - this.wordStart <= MAX_DIGITS || !/^\d+$/.test(this.word)) return null;
    const long = Number(this.word);
    return Number.isSafeInteger(long) ? long : null;
  }
}

/** FNV-1a: a multiplication for each byte. Signed, as `Math.imul` gives them, so that hashes are equal wherever they are kept. */
export const HASH_BASIS = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** The number that decimal digits write; -1 for anything else, and where it has more of them than any number here. */
export const digitsIn = (bytes: Buffer, start: number, end: number): number => {
  if (end <= start || end - start > MAX_DIGITS) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
};

/** Exact as a number. */
const MAX_DIGITS = 15;
