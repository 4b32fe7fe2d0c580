import { encodingOf, HEAD_BYTES, NEWLINE } from '../blocks.ts';
import { LineSplitter } from '../lines.ts';
import { isContinuation } from './continuation.ts';
import { HintedText } from './hints.ts';

/** @param isCalm it was searched, and has no word that failing lines have; false where nobody looked  @param line 1-based */
export type LogLineSink = (text: string, line: number, isCalm: boolean) => void;

/**
 * Reads a long log without looking at each line: blocks of it are searched for words that failures have, and only what is around them is
 * handed over line by line, with enough before (the record's head, a server's announcement of its port) and behind (the trace, an echo).
 */
export interface SkimSink {
  readonly line: LogLineSink;
  /** So many lines, in none of which anything may fail, are not handed over. */
  readonly gap: (lines: number) => void;
  /** All that is handed over, as it stands in the log: with the gaps it is all that is known of it. */
  readonly bytes?: (bytes: Uint8Array) => void;
  /** Nothing more is to be read line by line: what follows is told by `bytes` and `gap` only. */
  readonly isDone?: () => boolean;
}

/** What memory it takes, and from where on it skims. */
export interface SkimSizes {
  /** A small log is read line by line: what its lines look like is learnt from its beginning. */
  readonly whole: number;
  /** What comes in, is searched and is counted while it is in the processor's cache. */
  readonly block: number;
  /** What is kept of a block for windows that begin in it. */
  readonly back: number;
}

const SIZES: SkimSizes = { whole: 1024 * 1024, block: 256 * 1024, back: 128 * 1024 };

/** As many lines as a record may have (`group.ts`). */
const MAX_LINES_BEFORE = 400;
const MAX_LINES_BEHIND = 400;

/** How far a window around a hint goes, in lines that may begin records. */
interface Reach {
  readonly before: number;
  readonly behind: number;
}

/** Announcements belong to failures within 20 records (`neighbours.ts`); the record behind may tell the same again, or name the port. */
const PLAIN: Reach = { before: 24, behind: 4 };
/** In a transport's frame each line of a trace stands at the margin. */
const FRAMED: Reach = { before: MAX_LINES_BEFORE, behind: 80 };
const FRAME = /^(?:\{|<\d|<Event|\S{20,40} (?:stdout|stderr) )/;
const FRAME_BYTES = 200;

/** Docker and containerd cut lines of more than 16 KiB into parts, anywhere: a word that two parts share is in neither. */
const PART_BYTES = 16_000;

/** After so much of which nothing was handed over, one line is: without any, nobody would know when that was written. */
const SAMPLE_EVERY_BYTES = 1024 * 1024;
/** A block's first lines may go on with a trace; so many are looked at for one that bears a time. */
const EDGE_LINES = 64;
const EDGE_BYTES = 400;

const TAB = 9;
const SPACE = 32;

const startOf = (bytes: Buffer, at: number): number => (at <= 0 ? 0 : bytes.lastIndexOf(NEWLINE, at - 1) + 1);

/** Behind the line's end; of whole lines there always is one. */
const behind = (bytes: Buffer, at: number): number => {
  const end = bytes.indexOf(NEWLINE, at);
  return end < 0 ? bytes.length : end + 1;
};

const isHead = (bytes: Buffer, start: number): boolean => {
  const first = bytes[start];
  return first !== SPACE && first !== TAB && first !== NEWLINE;
};

/** Where what belongs to the line that begins at `own` begins. */
const windowStart = (bytes: Buffer, own: number, floor: number, { before }: Reach): number => {
  let start = own;
  for (let lines = 0, heads = 0; start > floor && lines < MAX_LINES_BEFORE && heads < before; lines += 1) {
    start = startOf(bytes, start - 1);
    if (isHead(bytes, start)) heads += 1;
  }
  // Not in the midst of a trace: it would seem to lack its beginning.
  while (start < own && start > 0 && !isHead(bytes, start)) start = behind(bytes, start);
  return start;
};

/** A line near the beginning that may bear a time. */
const edge = (bytes: Buffer, begin: number): readonly [from: number, to: number] => {
  let start = begin;
  for (let lines = 0; lines < EDGE_LINES && start < bytes.length; lines += 1) {
    const end = behind(bytes, start);
    if (isHead(bytes, start) && !isContinuation(bytes.toString('utf8', start, Math.min(end, start + EDGE_BYTES)))) return [start, end];
    start = end;
  }
  return [begin, begin];
};

const longLines = (bytes: Buffer, begin: number): readonly number[] => {
  const places: number[] = [];
  for (let at = begin; at + PART_BYTES < bytes.length; ) {
    const next = startOf(bytes, at + PART_BYTES);
    if (next <= at) places.push(at);
    at = next > at ? next : behind(bytes, at);
  }
  return places;
};

/** What a window behind a hint may still take. */
interface Open {
  readonly heads: number;
  readonly lines: number;
}

/** Skims bytes of UTF-8; UTF-16 is read line by line. */
export class LogSkimmer {
  readonly #sink: SkimSink;
  readonly #sizes: SkimSizes;
  readonly #lines: LineSplitter;
  #isCalm = false;
  #skipped = 0;
  #head: Buffer = Buffer.alloc(0);
  /** How much is still read line by line. */
  #wholeLeft: number;
  #reach = PLAIN;
  #open: Open | null = null;
  /** In a line that is handed over as it comes: the splitter has its beginning. */
  #isMidLine = false;
  /**
   * One buffer for all blocks, made once it is needed: first whole lines of the block before, which were neither handed over nor counted, then (from
   * `#begin`) what has come since. A new one for each block would be most of the memory.
   */
  #text: HintedText | null = null;
  #begin = 0;
  #end = 0;
  /** So far what is in the buffer was handed over or skipped. */
  #done = 0;
  /** How much was skipped since something was handed over. */
  #quiet = 0;

  constructor(sink: SkimSink, sizes = SIZES) {
    this.#sink = sink;
    this.#sizes = sizes;
    this.#wholeLeft = sizes.whole;
    this.#lines = new LineSplitter((text, line) => sink.line(text, line + this.#skipped, this.#isCalm));
  }

  push(chunk: Uint8Array): void {
    for (let at = this.#readWhole(chunk); at < chunk.length; ) at += this.#isMidLine ? this.#finishLine(chunk, at) : this.#fill(chunk, at);
  }

  end(): void {
    if (this.#text !== null) this.#rest(this.#text);
    this.#lines.end();
  }

  /** @returns how much of it was read line by line */
  #readWhole(chunk: Uint8Array): number {
    if (this.#wholeLeft === 0) return 0;
    const part = chunk.subarray(0, this.#wholeLeft);
    if (this.#head.length < FRAME_BYTES) this.#head = Buffer.concat([this.#head, part.subarray(0, FRAME_BYTES - this.#head.length)]);
    if (this.#head.length >= HEAD_BYTES && encodingOf(this.#head) !== 'utf-8') {
      this.#hand(chunk, false);
      return chunk.length;
    }
    this.#hand(part, false);
    this.#wholeLeft -= part.length;
    if (this.#wholeLeft > 0) return part.length;
    this.#isMidLine = part.at(-1) !== NEWLINE;
    if (FRAME.test(this.#head.toString('latin1'))) this.#reach = FRAMED;
    // What the last of these lines begins goes on behind.
    this.#openWindow();
    return part.length;
  }

  #openWindow(): void {
    this.#open = { heads: this.#reach.behind, lines: MAX_LINES_BEHIND };
  }

  #hand(bytes: Uint8Array, isCalm: boolean): void {
    this.#quiet = 0;
    this.#isCalm = isCalm;
    this.#sink.bytes?.(bytes);
    if (this.#sink.isDone?.() !== true) this.#lines.push(bytes);
  }

  /** @returns how much of the chunk belonged to the line */
  #finishLine(chunk: Uint8Array, at: number): number {
    const newline = chunk.indexOf(NEWLINE, at);
    const part = chunk.subarray(at, newline < 0 ? chunk.length : newline + 1);
    this.#isMidLine = newline < 0;
    this.#hand(part, false);
    return part.length;
  }

  /** @returns how much of the chunk there was room for */
  #fill(chunk: Uint8Array, at: number): number {
    this.#text ??= new HintedText(this.#sizes.back + this.#sizes.block);
    const text = this.#text;
    const part = chunk.subarray(at, at + text.bytes.length - this.#end);
    text.bytes.set(part, this.#end);
    this.#end += part.length;
    if (this.#end === text.bytes.length) this.#work(text);
    return part.length;
  }

  /** Takes the whole lines out of a full buffer. */
  #work(text: HintedText): void {
    const end = startOf(text.bytes, this.#end);
    if (end > this.#begin) {
      this.#skim(text, end);
      text.bytes.copyWithin(0, this.#done, this.#end);
      this.#begin = end - this.#done;
      this.#end -= this.#done;
    } else {
      // A line without an end in sight: the splitter cuts it.
      this.#skipTo(text, this.#begin);
      this.#handTo(text, this.#end, false);
      this.#openWindow();
      this.#isMidLine = true;
      this.#begin = 0;
      this.#end = 0;
    }
    this.#done = 0;
  }

  #rest(text: HintedText): void {
    const end = Math.max(this.#begin, startOf(text.bytes, this.#end));
    this.#skim(text, end);
    // The last records tell until when the log goes; a last line without its end is one of them.
    this.#skipTo(text, windowStart(text.bytes.subarray(0, end), end, this.#done, this.#reach));
    this.#handTo(text, this.#end, false);
  }

  /** Hands over the windows of the block up to `end`, and skips what lies between; the last lines may be left, for windows that begin there. */
  #skim(text: HintedText, end: number): void {
    const bytes = text.bytes.subarray(0, end);
    const hints = this.#hints(text, end);
    if (this.#open === null && this.#quiet >= SAMPLE_EVERY_BYTES) this.#sample(text, bytes, hints[0]);
    for (const hint of hints) {
      const start = startOf(bytes, hint);
      this.#goOn(text, bytes, start);
      if (start < this.#done) continue;
      if (this.#open === null) this.#skipTo(text, windowStart(bytes, start, this.#done, this.#reach));
      this.#handTo(text, start, true);
      this.#handTo(text, behind(bytes, start), false);
      this.#openWindow();
    }
    this.#goOn(text, bytes, end);
    this.#skipTo(text, startOf(bytes, end - this.#sizes.back));
  }

  #hints(text: HintedText, end: number): readonly number[] {
    const hints = text.hints(this.#begin, end);
    const parts = this.#reach === FRAMED ? longLines(text.bytes.subarray(0, end), this.#begin) : [];
    return parts.length === 0 ? hints : [...hints, ...parts].sort((a, b) => a - b);
  }

  /** What begins before the block and fails in it must not lose its beginning to the line at the edge. */
  #sample(text: HintedText, bytes: Buffer, hint: number | undefined): void {
    const [from, to] = edge(bytes, this.#begin);
    if (from === to || (hint !== undefined && windowStart(bytes, startOf(bytes, hint), 0, this.#reach) <= from)) return;
    this.#skipTo(text, from);
    this.#handTo(text, to, true);
  }

  /** Hands over what belongs to the window behind the last hint, before `limit`. */
  #goOn(text: HintedText, bytes: Buffer, limit: number): void {
    if (this.#open === null) return;
    let { heads, lines } = this.#open;
    let at = this.#done;
    for (; at < limit && lines > 0; lines -= 1) {
      if (isHead(bytes, at)) {
        if (heads === 0) break;
        heads -= 1;
      }
      at = behind(bytes, at);
    }
    this.#handTo(text, at, true);
    this.#open = at < limit ? null : { heads, lines };
  }

  #handTo(text: HintedText, to: number, isCalm: boolean): void {
    if (to <= this.#done) return;
    this.#hand(text.bytes.subarray(this.#done, to), isCalm);
    this.#done = to;
  }

  #skipTo(text: HintedText, to: number): void {
    if (to <= this.#done) return;
    const lines = text.newlines(this.#done, to);
    this.#quiet += to - this.#done;
    this.#done = to;
    this.#skipped += lines;
    this.#sink.gap(lines);
  }
}
