import { createHash } from 'node:crypto';

/**
 * What tells a log's upload from others: the SHA-256 of what was read of it. Of a long log that is not all, but it is all that its digest
 * comes from: where two have the same, their digests are the same too. To hash the rest would take as long as to search it.
 */
export class LogIdentity {
  readonly #read = createHash('sha256');
  readonly #gaps = createHash('sha256');
  #bytes = 0;
  #hasGaps = false;

  bytes(bytes: Uint8Array): void {
    this.#read.update(bytes);
    this.#bytes += bytes.length;
  }

  /** So many lines were passed over behind what was read so far. */
  gap(lines: number): void {
    this.#hasGaps = true;
    this.#gaps.update(`${this.#bytes} ${lines}\n`);
  }

  hex(): string {
    const read = this.#read.digest('hex');
    return this.#hasGaps
      ? createHash('sha256')
          .update(`${read} ${this.#gaps.digest('hex')}`)
          .digest('hex')
      : read;
  }
}
