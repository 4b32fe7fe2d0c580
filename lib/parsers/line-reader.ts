import { BlockSplitter, DEFAULT_MAX_LINE, NEWLINE } from './blocks.ts';
import { Line } from './line.ts';

const RETURN = 0x0d;
const UTF8_BOM = [0xef, 0xbb, 0xbf] as const;

/** Splits a stream of bytes into lines that stay bytes: LF and CRLF end one, a last one without an end counts too. */
export class LineReader {
  readonly #sink: (line: Line) => void;
  readonly #blocks: BlockSplitter;
  readonly #line = new Line();
  #lines = 0;
  #truncated = 0;

  constructor(sink: (line: Line) => void) {
    this.#sink = sink;
    this.#blocks = new BlockSplitter((block, isCut) => this.#block(block, isCut), DEFAULT_MAX_LINE);
  }

  /** How many have been read. */
  get lines(): number {
    return this.#lines;
  }

  /** @param chunk not to be changed afterwards */
  push(chunk: Uint8Array): void {
    this.#blocks.push(chunk);
  }

  /** Truncated ones were longer than the bound: cut there, their rest skipped without being kept. */
  end(): { readonly truncatedLines: number } {
    this.#blocks.end();
    return { truncatedLines: this.#truncated };
  }

  #block(block: Buffer, isCut: boolean): void {
    let start = this.#lines === 0 && UTF8_BOM.every((byte, i) => block[i] === byte) ? UTF8_BOM.length : 0;
    for (let end = block.indexOf(NEWLINE, start); end >= 0; end = block.indexOf(NEWLINE, start)) {
      this.#emit(block, start, end, isCut);
      start = end + 1;
    }
    this.#emit(block, start, block.length, isCut);
  }

  #emit(block: Buffer, start: number, end: number, isCut: boolean): void {
    this.#lines += 1;
    const isReturned = end > start && block[end - 1] === RETURN;
    this.#line.set(block, start, isReturned ? end - 1 : end, this.#lines);
    if (isCut || end - start > DEFAULT_MAX_LINE) this.#cut(isCut);
    this.#sink(this.#line);
  }

  /** The bound is one of characters, which may take several bytes each. */
  #cut(isCut: boolean): void {
    const { text, number } = this.#line;
    if (isCut || text.length > DEFAULT_MAX_LINE) this.#truncated += 1;
    const bytes = Buffer.from(text.slice(0, DEFAULT_MAX_LINE));
    this.#line.set(bytes, 0, bytes.length, number);
  }
}
