import { createHash } from 'node:crypto';
import type { Line } from './line.ts';

const WORD = 4;
const HIGH_BITS = 0x80808080 | 0;
const HIGH_BIT = 0x80;

const allAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < HIGH_BIT);

/** Looks at each and decides at the end: a test for each word would cost more than looking at those behind. */
const hasHighBits = (words: Int32Array): boolean => {
  let bits = 0;
  for (let i = 0; i < words.length; i += 1) bits |= words[i] ?? 0;
  return (bits & HIGH_BITS) !== 0;
};

/** Four bytes at a time, but for those before and behind a whole word. */
const isAscii = (bytes: Buffer): boolean => {
  const lead = (WORD - (bytes.byteOffset % WORD)) % WORD;
  if (bytes.length < lead + WORD) return allAscii(bytes);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + lead, Math.floor((bytes.length - lead) / WORD));
  return !hasHighBits(words) && allAscii(bytes.subarray(0, lead)) && allAscii(bytes.subarray(lead + words.length * WORD));
};

/** SHA-256 of lines as text, whatever ended them. Lines that follow one another in memory are hashed at once. */
export class ContentHash {
  readonly #hash = createHash('sha256');
  #bytes: Buffer | null = null;
  #start = 0;
  #end = 0;

  add({ bytes, start, end }: Line): void {
    if (this.#bytes !== bytes || start !== this.#end + 1) {
      this.#settle();
      this.#bytes = bytes;
      this.#start = start;
    }
    this.#end = end;
  }

  hex(): string {
    this.#settle();
    return this.#hash.digest('hex');
  }

  #settle(): void {
    if (this.#bytes === null) return;
    const bytes = this.#bytes.subarray(this.#start, this.#end);
    this.#bytes = null;
    // Invalid bytes count as U+FFFD: what is read is hashed.
    this.#hash.update(isAscii(bytes) ? bytes : bytes.toString('utf8')).update('\n');
  }
}
