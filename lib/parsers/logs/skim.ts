import { encodingOf, HEAD_BYTES } from '../blocks.ts';
import { LineSplitter } from '../lines.ts';
import { isContinuation } from './continuation.ts';
import { hintsIn } from './hints.ts';

/**
 * Reads a long log without looking at each line: blocks of it are searched for words that failures have, and only what is around them is
 * handed over line by line, with enough before (the record's head, a server's announcement of its port) and behind (the trace, an echo).
 */
export interface SkimSink {
  readonly line: (text: string, line: number) => void;
  /** So many lines, in none of which anything may fail, are not handed over. */
  readonly gap: (lines: number) => void;
}

/** A small log is read line by line: what its lines look like is learnt from its beginning. */
const READ_WHOLE_BYTES = 1024 * 1024;
const BLOCK_BYTES = 1024 * 1024;
/** As many lines as a record may have (`group.ts`). */
const MAX_LINES_BEFORE = 400;
/** Lines at the margin, which may begin records: announcements belong to failures within 20 of them (`neighbours.ts`). */
const HEADS_BEFORE = 24;
/** The record behind may tell the same again, or name the port. */
const HEADS_BEHIND = 4;
/** In a frame each line of a trace stands at the margin. */
const FRAMED_HEADS_BEHIND = 80;
/** What is kept of a block for windows that begin in it. */
const BACK_BYTES = 128 * 1024;
/** A block's first lines may go on with a trace; so many are looked at for one that bears a time. */
const EDGE_LINES = 64;

const NEWLINE = 10;
const TAB = 9;
const SPACE = 32;

const FRAMED = /^(?:\{|<\d|<Event|\S{20,40} (?:stdout|stderr) )/;

const countLines = (bytes: Buffer, from: number, to: number): number => {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE, from); at >= 0 && at < to; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
};

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

interface Reach {
  readonly before: number;
  readonly behind: number;
}

/** Where what belongs to the line at `at` begins. */
const windowStart = (bytes: Buffer, at: number, floor: number, { before }: Reach): number => {
  const own = startOf(bytes, at);
  let start = own;
  for (let lines = 0, heads = 0; start > floor && lines < MAX_LINES_BEFORE && heads < before; lines += 1) {
    start = startOf(bytes, start - 1);
    if (isHead(bytes, start)) heads += 1;
  }
  // Not in the midst of a trace: it would seem to lack its beginning.
  while (start < own && start > 0 && !isHead(bytes, start)) start = behind(bytes, start);
  return start;
};

/** Skims bytes of UTF-8; UTF-16 is read line by line. */
export class LogSkimmer {
  readonly #sink: SkimSink;
  readonly #lines: LineSplitter;
  /**
   * One buffer for all: first whole lines of the block before, which were neither handed over nor counted, then (from `#begin`) what has come
   * since. A new one for each block would be most of the memory.
   */
  readonly #buffer = Buffer.allocUnsafe(BACK_BYTES + BLOCK_BYTES);
  #begin = 0;
  #end = 0;
  #skipped = 0;
  #read = 0;
  #mode: 'whole' | 'skim' = 'whole';
  /** UTF-16; `null` until its first bytes are there. */
  #isWide: boolean | null = null;
  #reach: Reach = { before: HEADS_BEFORE, behind: HEADS_BEHIND };
  /** Heads still to be handed over behind the last hint. */
  #owed = 0;
  /** In a line too long to be held: the splitter has its beginning. */
  #isMidLine = false;

  constructor(sink: SkimSink) {
    this.#sink = sink;
    this.#lines = new LineSplitter((text, line) => sink.line(text, line + this.#skipped));
  }

  push(chunk: Uint8Array): void {
    this.#read += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      if (this.#isWide === true) {
        this.#lines.push(chunk.subarray(at));
        return;
      }
      const part = chunk.subarray(at, at + this.#buffer.length - this.#end);
      this.#buffer.set(part, this.#end);
      this.#end += part.length;
      at += part.length;
      if (this.#end === this.#buffer.length) this.#work();
    }
  }

  end(): void {
    this.#work();
    // The last records tell until when the log goes; a last line without its end is one of them.
    const back = this.#buffer.subarray(0, this.#begin);
    const last = windowStart(back, back.length, 0, this.#reach);
    this.#skip(back, 0, last);
    this.#lines.push(this.#buffer.subarray(last, this.#end));
    this.#lines.end();
  }

  /** Takes the whole lines out of the buffer. */
  #work(): void {
    this.#isWide ??= encodingOf(this.#buffer.subarray(0, Math.min(this.#end, HEAD_BYTES))) !== 'utf-8';
    if (this.#isWide) {
      this.#lines.push(this.#buffer.subarray(this.#begin, this.#end));
      this.#end = this.#begin;
      return;
    }
    if (this.#isMidLine) this.#finishLine();
    const end = this.#buffer.subarray(0, this.#end).lastIndexOf(NEWLINE) + 1;
    if (end > this.#begin) this.#keep(this.#take(end), end);
    else if (this.#end === this.#buffer.length) this.#startLongLine();
  }

  #finishLine(): void {
    const bytes = this.#buffer.subarray(this.#begin, this.#end);
    const until = behind(bytes, 0);
    this.#isMidLine = bytes[until - 1] !== NEWLINE;
    this.#lines.push(bytes.subarray(0, until));
    this.#buffer.copyWithin(this.#begin, this.#begin + until, this.#end);
    this.#end -= until;
  }

  /** A line without an end in sight: the splitter cuts it. */
  #startLongLine(): void {
    this.#skip(this.#buffer, 0, this.#begin);
    this.#lines.push(this.#buffer.subarray(this.#begin, this.#end));
    this.#isMidLine = true;
    this.#begin = 0;
    this.#end = 0;
  }

  /** @returns where that begins which may still be needed */
  #take(end: number): number {
    if (this.#mode === 'skim') return this.#skim(end);
    this.#lines.push(this.#buffer.subarray(this.#begin, end));
    if (this.#read < READ_WHOLE_BYTES) return end;
    this.#mode = 'skim';
    if (FRAMED.test(this.#buffer.toString('latin1', 0, 200))) this.#reach = { before: MAX_LINES_BEFORE, behind: FRAMED_HEADS_BEHIND };
    return end;
  }

  /** What begins at `from` goes to the buffer's start. */
  #keep(from: number, end: number): void {
    this.#buffer.copyWithin(0, from, this.#end);
    this.#begin = end - from;
    this.#end -= from;
  }

  #skim(end: number): number {
    const begin = this.#begin;
    const bytes = this.#buffer.subarray(0, end);
    let done = 0;
    const hand = (from: number, to: number): void => {
      if (to <= done) return;
      const start = Math.max(from, done);
      this.#skip(bytes, done, start);
      this.#lines.push(bytes.subarray(start, to));
      done = to;
    };
    const hints = hintsIn(bytes.subarray(begin));
    if (this.#owed > 0) hand(begin, this.#reachBehind(bytes, begin, this.#owed));
    else {
      const [from, to] = edge(bytes, begin);
      // What begins before the block and fails in it must not lose its beginning to the line at the edge.
      const [first] = hints;
      if (first === undefined || windowStart(bytes, begin + first, 0, this.#reach) > from) hand(from, to);
    }
    for (const place of hints) {
      const at = begin + place;
      const start = windowStart(bytes, at, done, this.#reach);
      hand(start, this.#reachBehind(bytes, behind(bytes, at), this.#reach.behind));
    }
    const from = Math.max(done, startOf(bytes, Math.max(0, end - BACK_BYTES)));
    this.#skip(bytes, done, from);
    return from;
  }

  /** Where what belongs behind ends; what the block lacks of it is owed. */
  #reachBehind(bytes: Buffer, from: number, heads: number): number {
    let end = from;
    let left = heads;
    for (let lines = 0; end < bytes.length && lines < MAX_LINES_BEFORE; lines += 1) {
      if (isHead(bytes, end)) {
        if (left === 0) break;
        left -= 1;
      }
      end = behind(bytes, end);
    }
    this.#owed = end < bytes.length ? 0 : left;
    return end;
  }

  #skip(bytes: Buffer, from: number, to: number): void {
    const lines = countLines(bytes, from, to);
    if (lines === 0) return;
    this.#skipped += lines;
    this.#sink.gap(lines);
  }
}

/** A line near the beginning that may bear a time: without any, nobody would know when the block was written. */
const edge = (bytes: Buffer, begin: number): readonly [from: number, to: number] => {
  let start = begin;
  for (let lines = 0; lines < EDGE_LINES && start < bytes.length; lines += 1) {
    const end = behind(bytes, start);
    if (isHead(bytes, start) && !isContinuation(bytes.toString('utf8', start, Math.min(end, start + 400)))) return [start, end];
    start = end;
  }
  return [begin, begin];
};
