import { TextDecoder } from 'node:util';

/** Receives whole lines as UTF-8, without the end of the last one. `isCut`: a line is too long, and what follows of it is left out. */
export type BlockSink = (bytes: Buffer, isCut: boolean) => void;

/** No log line or socket row is as long; a gigabyte without a newline must not be kept in memory. */
export const DEFAULT_MAX_LINE = 256 * 1024;

export const NEWLINE = 0x0a;

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** So many bytes tell the encoding. */
export const HEAD_BYTES = 4;

/** Without a mark, two characters of ASCII tell it by their zero bytes: no text in UTF-8 begins so. */
const withoutMark = ([a = 1, b = 1, c = 1, d = 1]: Uint8Array): Encoding => {
  if (a > 0 && b === 0 && c > 0 && d === 0) return 'utf-16le';
  return a === 0 && b > 0 && c === 0 && d > 0 ? 'utf-16be' : 'utf-8';
};

/** By the first bytes of a text. */
export const encodingOf = (head: Uint8Array): Encoding => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return withoutMark(head);
};

const NOTHING = Buffer.alloc(0);
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Cuts a stream of bytes into blocks of whole lines in bounded memory: UTF-8, or UTF-16, with a byte order mark as PowerShell writes it or without. */
export class BlockSplitter {
  readonly #sink: BlockSink;
  readonly #maxLine: number;
  #decoder: TextDecoder | null = null;
  #isStarted = false;
  #head: Buffer = NOTHING;
  #rest: Buffer = NOTHING;
  #isSkipping = false;
  #bytes = 0;

  constructor(sink: BlockSink, maxLine: number) {
    this.#sink = sink;
    this.#maxLine = maxLine;
  }

  /** How many have been pushed. */
  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#isStarted) {
      this.#feed(bufferOf(chunk));
      return;
    }
    this.#head = this.#head.length === 0 ? bufferOf(chunk) : Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= HEAD_BYTES) this.#start();
  }

  end(): void {
    if (!this.#isStarted) this.#start();
    if (this.#decoder !== null) this.#split(Buffer.from(this.#decoder.decode(), 'utf8'));
    if (this.#rest.length > 0 && !this.#isSkipping) this.#sink(this.#rest, false);
  }

  #start(): void {
    this.#isStarted = true;
    const encoding = encodingOf(this.#head);
    if (encoding !== 'utf-8') this.#decoder = new TextDecoder(encoding);
    const head = this.#head;
    this.#head = NOTHING;
    this.#feed(head);
  }

  #feed(chunk: Buffer): void {
    this.#split(this.#decoder === null ? chunk : Buffer.from(this.#decoder.decode(chunk, { stream: true }), 'utf8'));
  }

  #split(bytes: Buffer): void {
    let block = bytes;
    if (this.#isSkipping) {
      const end = block.indexOf(NEWLINE);
      if (end < 0) return;
      this.#isSkipping = false;
      block = block.subarray(end + 1);
    }
    const first = this.#rest.length === 0 ? -1 : block.indexOf(NEWLINE);
    if (first >= 0) {
      const line = Buffer.concat([this.#rest, block.subarray(0, first)]);
      this.#rest = NOTHING;
      this.#sink(line, false);
    }
    const last = block.lastIndexOf(NEWLINE);
    if (last > first) this.#sink(block.subarray(first + 1, last), false);
    this.#keep(block.subarray(last + 1));
  }

  #keep(tail: Buffer): void {
    if (tail.length === 0) return;
    this.#rest = this.#rest.length === 0 ? Buffer.from(tail) : Buffer.concat([this.#rest, tail]);
    if (this.#rest.length <= this.#maxLine) return;
    const cut = this.#rest;
    this.#rest = NOTHING;
    this.#isSkipping = true;
    this.#sink(cut, true);
  }
}
