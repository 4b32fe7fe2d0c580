import { TextDecoder } from 'node:util';

/** Receives each line without its end; `line` is 1-based in the decompressed upload. */
export type LineSink = (text: string, line: number) => void;

export interface LineTotals {
  readonly lines: number;
  readonly bytes: number;
  /** Lines longer than the bound: cut there, their rest skipped without being kept. */
  readonly truncatedLines: number;
}

/** No log line or socket row is as long; a gigabyte without a newline must not be kept in memory. */
const DEFAULT_MAX_LINE = 256 * 1024;

const NEWLINE = 0x0a;
const RETURN = '\r';
const UTF8_BOM = '\u{feff}';

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const HEAD_BYTES = 4;

/** Without a mark, two characters of ASCII tell it by their zero bytes: no text in UTF-8 begins so. */
const withoutMark = ([a = 1, b = 1, c = 1, d = 1]: Uint8Array): Encoding => {
  if (a > 0 && b === 0 && c > 0 && d === 0) return 'utf-16le';
  return a === 0 && b > 0 && c === 0 && d > 0 ? 'utf-16be' : 'utf-8';
};

const encodingOf = (head: Uint8Array): Encoding => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return withoutMark(head);
};

/**
 * Splits a stream of bytes into lines in bounded memory. UTF-8 (invalid bytes become U+FFFD), or UTF-16, with a byte order mark as
 * PowerShell writes it or without. LF and CRLF end a line; a last line without an end counts too.
 *
 * Whole blocks of lines are decoded at once: a decoder call for each line would cost more than all else.
 */
export class LineSplitter {
  readonly #sink: LineSink;
  readonly #maxLine: number;
  #decoder: TextDecoder | null = null;
  #isStarted = false;
  #head: Uint8Array = new Uint8Array(0);
  #rest: Uint8Array = new Uint8Array(0);
  #isSkipping = false;
  #lines = 0;
  #bytes = 0;
  #truncated = 0;

  constructor(sink: LineSink, options: { readonly maxLineChars?: number } = {}) {
    this.#sink = sink;
    this.#maxLine = options.maxLineChars ?? DEFAULT_MAX_LINE;
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#isStarted) {
      this.#feed(chunk);
      return;
    }
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= HEAD_BYTES) this.#start();
  }

  end(): LineTotals {
    if (!this.#isStarted) this.#start();
    if (this.#decoder !== null) this.#split(Buffer.from(this.#decoder.decode(), 'utf8'));
    if (this.#rest.length > 0 && !this.#isSkipping) this.#emitBlock(this.#rest);
    return { lines: this.#lines, bytes: this.#bytes, truncatedLines: this.#truncated };
  }

  #start(): void {
    this.#isStarted = true;
    const encoding = encodingOf(this.#head);
    if (encoding !== 'utf-8') this.#decoder = new TextDecoder(encoding);
    const head = this.#head;
    this.#head = new Uint8Array(0);
    this.#feed(head);
  }

  #feed(chunk: Uint8Array): void {
    this.#split(this.#decoder === null ? chunk : Buffer.from(this.#decoder.decode(chunk, { stream: true }), 'utf8'));
  }

  #split(bytes: Uint8Array): void {
    let block = bytes;
    if (this.#isSkipping) {
      const end = block.indexOf(NEWLINE);
      if (end < 0) return;
      this.#isSkipping = false;
      block = block.subarray(end + 1);
    }
    const last = block.lastIndexOf(NEWLINE);
    if (last >= 0) {
      const whole = block.subarray(0, last);
      this.#emitBlock(this.#rest.length === 0 ? whole : Buffer.concat([this.#rest, whole]));
      this.#rest = new Uint8Array(0);
    }
    this.#keep(block.subarray(last + 1));
  }

  #keep(tail: Uint8Array): void {
    if (tail.length === 0) return;
    this.#rest = this.#rest.length === 0 ? Buffer.from(tail) : Buffer.concat([this.#rest, tail]);
    if (this.#rest.length <= this.#maxLine) return;
    this.#emitBlock(this.#rest);
    this.#rest = new Uint8Array(0);
    this.#isSkipping = true;
  }

  #emitBlock(bytes: Uint8Array): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#emit(text.slice(start, end));
      start = end + 1;
    }
    this.#emit(text.slice(start));
  }

  #emit(raw: string): void {
    this.#lines += 1;
    let text = raw.endsWith(RETURN) ? raw.slice(0, -1) : raw;
    if (this.#lines === 1 && text.startsWith(UTF8_BOM)) text = text.slice(1);
    if (text.length > this.#maxLine) {
      text = text.slice(0, this.#maxLine);
      this.#truncated += 1;
    } else if (this.#rest.length > this.#maxLine) this.#truncated += 1;
    this.#sink(text, this.#lines);
  }
}
