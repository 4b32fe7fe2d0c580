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

class LineCounter {
  skipped = 0;
}

/** Skims bytes of UTF-8; UTF-16 is read line by line. */
export class LogSkimmer {
  readonly #sink: SkimSink;
  readonly #lines: LineSplitter;
  readonly #counter = new LineCounter();
  #held: Buffer[] = [];
  #heldBytes = 0;
  #read = 0;
  #mode: 'whole' | 'skim' = 'whole';
  #isWide = false;
  #reach: Reach = { before: HEADS_BEFORE, behind: HEADS_BEHIND };
  /** Whole lines at the end of the block before, which were not handed over, nor counted. */
  #back: Buffer = Buffer.alloc(0);
  /** Heads still to be handed over behind the last hint. */
  #owed = 0;
  /** In a line too long to be held: the splitter has its beginning. */
  #isMidLine = false;

  constructor(sink: SkimSink) {
    this.#sink = sink;
    const counter = this.#counter;
    this.#lines = new LineSplitter((text, line) => sink.line(text, line + counter.skipped));
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#read === 0) this.#isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    this.#read += bytes.length;
    if (this.#isWide) {
      this.#lines.push(bytes);
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes >= BLOCK_BYTES) this.#blocks();
  }

  end(): void {
    this.#blocks();
    // The last records tell until when the log goes; a last line without its end is one of them.
    const last = windowStart(this.#back, this.#back.length, 0, this.#reach);
    this.#skip(this.#back, 0, last);
    this.#lines.push(this.#back.subarray(last));
    for (const rest of this.#held) this.#lines.push(rest);
    this.#lines.end();
  }

  #blocks(): void {
    const all = this.#held.length === 1 ? (this.#held[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#held);
    const from = this.#isMidLine ? this.#finishLine(all) : 0;
    const end = all.lastIndexOf(NEWLINE) + 1;
    if (end > from) this.#block(all.subarray(from, end));
    const rest = all.subarray(Math.max(end, from));
    this.#keep(rest);
  }

  /** @returns where the next line begins */
  #finishLine(bytes: Buffer): number {
    const end = bytes.indexOf(NEWLINE);
    const until = end < 0 ? bytes.length : end + 1;
    this.#lines.push(bytes.subarray(0, until));
    this.#isMidLine = end < 0;
    return until;
  }

  #keep(rest: Buffer): void {
    if (rest.length < BLOCK_BYTES) {
      this.#held = rest.length === 0 ? [] : [rest];
      this.#heldBytes = rest.length;
      return;
    }
    // A line without an end in sight: the splitter cuts it.
    this.#skip(this.#back, 0, this.#back.length);
    this.#back = Buffer.alloc(0);
    this.#lines.push(rest);
    this.#isMidLine = true;
    this.#held = [];
    this.#heldBytes = 0;
  }

  #block(block: Buffer): void {
    if (this.#mode === 'skim') {
      this.#skim(block);
      return;
    }
    this.#lines.push(block);
    if (this.#read < READ_WHOLE_BYTES) return;
    this.#mode = 'skim';
    if (FRAMED.test(block.toString('latin1', 0, 200))) this.#reach = { before: MAX_LINES_BEFORE, behind: FRAMED_HEADS_BEHIND };
  }

  #skim(block: Buffer): void {
    const begin = this.#back.length;
    const bytes = begin === 0 ? block : Buffer.concat([this.#back, block]);
    let done = 0;
    const hand = (from: number, to: number): void => {
      if (to <= done) return;
      const start = Math.max(from, done);
      this.#skip(bytes, done, start);
      this.#lines.push(bytes.subarray(start, to));
      done = to;
    };
    if (this.#owed > 0) hand(begin, this.#reachBehind(bytes, begin, this.#owed));
    else hand(...edge(bytes, begin));
    for (const place of hintsIn(block)) {
      const at = begin + place;
      const start = windowStart(bytes, at, done, this.#reach);
      hand(start, this.#reachBehind(bytes, behind(bytes, at), this.#reach.behind));
    }
    this.#keepBack(bytes, done);
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

  #keepBack(bytes: Buffer, done: number): void {
    const from = Math.max(done, startOf(bytes, Math.max(0, bytes.length - BACK_BYTES)));
    this.#skip(bytes, done, from);
    // A copy: a view would keep the whole block.
    this.#back = Buffer.from(bytes.subarray(from));
  }

  #skip(bytes: Buffer, from: number, to: number): void {
    const lines = countLines(bytes, from, to);
    if (lines === 0) return;
    this.#counter.skipped += lines;
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
