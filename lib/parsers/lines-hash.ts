import { createHash } from 'node:crypto';

/** A call for each line would cost more than the hashing. */
const HELD_CHARS = 64 * 1024;

/** SHA-256 of lines, each with a line feed behind it: what a snapshot is known by, wherever in an object it stands. */
export class LinesHash {
  readonly #hash = createHash('sha256');
  #held: string[] = [];
  #chars = 0;

  add(line: string): void {
    this.#held.push(line);
    this.#chars += line.length;
    if (this.#chars >= HELD_CHARS) this.#flush();
  }

  /** Hexadecimal. */
  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    if (this.#held.length > 0) this.#hash.update(`${this.#held.join('\n')}\n`);
    this.#held = [];
    this.#chars = 0;
  }
}
