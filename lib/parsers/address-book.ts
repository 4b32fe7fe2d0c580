import type { Addresses } from '../model/socket-columns.ts';
import { HASH_BASIS, HASH_PRIME } from './line.ts';

const LEAST_ADDRESSES = 64;
/** No address is longer in any standard notation. */
const USUAL_LENGTH = 40;
/** So far from its slot an address is looked for. Chance hardly ever takes one there; a host that wants its addresses to collide does. */
const MAX_STEPS = 16;
const FREE = -1;

const scattered = (hash: number): number => {
  const h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
};

const textIn = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');

/**
 * Numbers the addresses of one listing 0, 1, 2, … in the order in which they first come, from their bytes: a busy server's clients are
 * tens of thousands, each seen once or twice, and hardly any of them is ever asked for as a text.
 */
export class AddressBook implements Addresses {
  /** All, one behind the other, in UTF-8. */
  bytes: Uint8Array = new Uint8Array(LEAST_ADDRESSES * USUAL_LENGTH);
  /** By number; one more, where the last ends. */
  starts: Int32Array = new Int32Array(LEAST_ADDRESSES + 1);
  #size = 0;
  #hashes = new Int32Array(LEAST_ADDRESSES);
  #slots = new Int32Array(LEAST_ADDRESSES * 2).fill(FREE);
  /** Those for which there was no slot near enough. */
  readonly #others = new Map<string, number>();

  get size(): number {
    return this.#size;
  }

  textOf(address: number): string {
    return textIn(this.bytes, this.starts[address] ?? 0, this.starts[address + 1] ?? 0);
  }

  /** The number of an address that is known, else -1. @param hash of those bytes, as `Line` works it out */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = scattered(hash) & mask;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const known = this.#slots[slot] ?? FREE;
      if (known === FREE) return -1;
      if (this.#hashes[known] === hash && this.#is(known, bytes, start, end)) return known;
      slot = (slot + 1) & mask;
    }
    return this.#others.get(textIn(bytes, start, end)) ?? -1;
  }

  /** One that is not known. @param bytes valid UTF-8: invalid bytes are one text, whichever they are */
  add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const address = this.#size;
    const from = this.starts[address] ?? 0;
    if (from + end - start > this.bytes.length) this.#growBytes(from + end - start);
    for (let at = start; at < end; at += 1) this.bytes[from + at - start] = bytes[at] ?? 0;
    this.#hashes[address] = hash;
    this.starts[address + 1] = from + end - start;
    this.#size = address + 1;
    if (this.#size === this.#hashes.length) this.#grow();
    else this.#place(address);
    return address;
  }

  /** The number of the address that these bytes write. @param bytes valid UTF-8 */
  of(bytes: Uint8Array, start: number, end: number): number {
    let hash = HASH_BASIS;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), HASH_PRIME);
    const known = this.find(bytes, start, end, hash);
    return known >= 0 ? known : this.add(bytes, start, end, hash);
  }

  ofText(text: string): number {
    const bytes = Buffer.from(text);
    return this.of(bytes, 0, bytes.length);
  }

  #is(known: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.starts[known] ?? 0;
    if ((this.starts[known + 1] ?? 0) - from !== end - start) return false;
    for (let at = start; at < end; at += 1) if (this.bytes[from + at - start] !== bytes[at]) return false;
    return true;
  }

  #growBytes(needed: number): void {
    const more = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    more.set(this.bytes);
    this.bytes = more;
  }

  #grow(): void {
    const [starts, hashes] = [this.starts, this.#hashes];
    this.starts = new Int32Array(this.#size * 2 + 1);
    this.starts.set(starts);
    this.#hashes = new Int32Array(this.#size * 2);
    this.#hashes.set(hashes);
    this.#slots = new Int32Array(this.#size * 4).fill(FREE);
    for (let address = 0; address < this.#size; address += 1) this.#place(address);
  }

  /** In a slot near enough, if there is one now. */
  #place(address: number): void {
    const mask = this.#slots.length - 1;
    let slot = scattered(this.#hashes[address] ?? 0) & mask;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (this.#slots[slot] === FREE) {
        this.#slots[slot] = address;
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#others.set(this.textOf(address), address);
  }
}
