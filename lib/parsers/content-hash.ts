import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Line } from './line.ts';

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
