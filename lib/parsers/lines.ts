import { BlockSplitter, DEFAULT_MAX_LINE } from './blocks.ts';

/** Receives each line without its end; `line` is 1-based in the decompressed upload. */
export type LineSink = (text: string, line: number) => void;

export interface LineTotals {
  readonly lines: number;
  readonly bytes: number;
  /** Lines longer than the bound: cut there, their rest skipped without being kept. */
  readonly truncatedLines: number;
}

const RETURN = '\r';
const UTF8_BOM = '\u{feff}';

/**
 * Splits a stream of bytes into lines in bounded memory. UTF-8 (invalid bytes become U+FFFD), or UTF-16, with a byte order mark as
 * PowerShell writes it or without. LF and CRLF end a line; a last line without an end counts too.
 *
 * Whole blocks of lines are decoded at once: a decoder call for each line would cost more than all else.
 */
export class LineSplitter {
  readonly #sink: LineSink;
  readonly #maxLine: number;
  readonly #blocks: BlockSplitter;
  #lines = 0;
  #truncated = 0;

  constructor(sink: LineSink, options: { readonly maxLineChars?: number } = {}) {
    this.#sink = sink;
    this.#maxLine = options.maxLineChars ?? DEFAULT_MAX_LINE;
    this.#blocks = new BlockSplitter((block, isCut) => this.#block(block, isCut), this.#maxLine);
  }

  push(chunk: Uint8Array): void {
    this.#blocks.push(chunk);
  }

  end(): LineTotals {
    this.#blocks.end();
    return { lines: this.#lines, bytes: this.#blocks.bytes, truncatedLines: this.#truncated };
  }

  #block(block: Buffer, isCut: boolean): void {
    const text = block.toString('utf8');
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#emit(text.slice(start, end), isCut);
      start = end + 1;
    }
    this.#emit(text.slice(start), isCut);
  }

  #emit(raw: string, isCut: boolean): void {
    this.#lines += 1;
    let text = raw.endsWith(RETURN) ? raw.slice(0, -1) : raw;
    if (this.#lines === 1 && text.startsWith(UTF8_BOM)) text = text.slice(1);
    if (isCut || text.length > this.#maxLine) this.#truncated += 1;
    this.#sink(text.slice(0, this.#maxLine), this.#lines);
  }
}
