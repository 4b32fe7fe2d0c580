import { goesOn, isContinuation, type Trace, traceAfter } from './continuation.ts';
import { EnvelopeReader } from './envelope.ts';
import type { Frame } from './envelope-frame.ts';
import { unwrapJson } from './envelope-json.ts';
import { type Details, type Head, HeadReader } from './head.ts';
import { mayFail } from './kind.ts';
import type { Written } from './time.ts';

/** One log record: its head line and what belongs to it (a stack trace, wrapped text). */
export interface LogRecord {
  readonly written: Written | null;
  readonly stream: string;
  /** PID, thread and message of the head line; read on demand, as most records are of no interest. */
  readonly details: () => Details;
  /** As they stand, head line first. */
  readonly lines: readonly string[];
  /** Indices of those lines that have a word that failing lines have; ascending. */
  readonly suspects: readonly number[];
  /** 1-based, in the upload. */
  readonly from: number;
  readonly to: number;
}

/** A record keeps no more, and goes on as another one: a log without times below one head would have no end else. */
const MAX_LINES = 400;
const MAX_CHARS = 64 * 1024;

/** Streams that are open at once; beyond, the oldest is closed. */
const MAX_STREAMS = 64;

interface Open {
  readonly written: Written | null;
  readonly stream: string;
  readonly details: () => Details;
  /** Its first line is a beginning by its form: lines at the margin are wrapped text, not records. */
  readonly hasHead: boolean;
  /** Begun by a line that goes on with something: a tail that was cut. */
  readonly isFragment: boolean;
  readonly lines: string[];
  chars: number;
  trace: Trace;
  readonly suspects: number[];
  readonly from: number;
  to: number;
}

/** The parts of a line so far, the frame of the first, and where it stands. */
interface PartialLine {
  readonly text: string;
  readonly frame: Frame;
  readonly line: number;
}

type Beginning = Pick<Open, 'written' | 'stream' | 'details' | 'hasHead'>;

/** `[web-0] `, `web-1  | ` of collectors that prefix every line. */
const COLLECTOR = /^(?:\[([A-Za-z][\w./-]{1,120})\] ?|([a-z][\w.-]{1,60}) {1,20}\| ?)/;

/**
 * Groups the lines of a log into records. A line with a time (or another known beginning) begins one; what cannot begin one goes on
 * with the record that is open in the same stream. Where a log has no times at all, each line that is no continuation is a record.
 */
export class RecordGrouper {
  readonly #onRecord: (record: LogRecord) => void;
  readonly #envelopes = new EnvelopeReader();
  readonly #heads = new HeadReader();
  readonly #open = new Map<string, Open>();
  readonly #partial = new Map<string, PartialLine>();
  readonly #collectors = new Set<string>();
  /** The line that is being read is known to have no word that failing lines have. */
  #isCalm = false;

  constructor(onRecord: (record: LogRecord) => void) {
    this.#onRecord = onRecord;
  }

  /** @returns whether the line belongs to a record; one that goes on with nothing does not */
  line(text: string, line: number, isCalm = false): boolean {
    this.#isCalm = isCalm;
    const frame = this.#envelopes.unwrap(text);
    if (frame !== null) return this.#framed(frame, line);
    const collector = this.#collectorOf(text);
    return collector === null ? this.#inner(text, '', null, line) : this.#inner(collector.text, collector.name, null, line);
  }

  end(): void {
    this.#isCalm = false;
    for (const { text, frame, line } of [...this.#partial.values()]) this.#unframed([text], frame, line, line);
    for (const stream of [...this.#open.keys()]) this.#close(stream);
  }

  #framed(frame: Frame, line: number): boolean {
    if (frame.isWhole) return this.#whole(frame, line);
    const parts = this.#partial.get(frame.stream);
    if (parts === undefined && !frame.isPartial) return this.#unframed(frame.lines, frame, line, line);
    const joined: PartialLine = {
      text: (parts?.text ?? '') + (frame.lines[0] ?? ''),
      frame: parts?.frame ?? frame,
      line: parts?.line ?? line,
    };
    // A word that two parts share is in neither.
    this.#isCalm = false;
    this.#partial.delete(frame.stream);
    if (frame.isPartial && joined.text.length < MAX_CHARS && this.#partial.size < MAX_STREAMS) {
      this.#partial.set(frame.stream, joined);
      return true;
    }
    return this.#unframed([joined.text, ...frame.lines.slice(1)], joined.frame, joined.line, line);
  }

  /** The lines out of a frame: JSON of the program's own, or text. */
  #unframed(lines: readonly string[], frame: Frame, from: number, to: number): boolean {
    const [first = '', ...more] = lines;
    const app = first.charCodeAt(0) === 123 ? unwrapJson(first) : null;
    if (app?.isWhole === true) {
      const fields = { written: app.written ?? frame.written, pid: app.pid ?? frame.pid, stream: frame.stream };
      return this.#whole({ ...app, ...fields }, from);
    }
    const belongs = this.#inner(first, frame.stream, frame, from);
    for (const text of more) this.#add(frame.stream, text, to);
    const open = this.#open.get(frame.stream);
    if (open !== undefined) open.to = to;
    return belongs;
  }

  #whole(frame: Frame, line: number): boolean {
    const [message = '', ...more] = frame.lines;
    const { written, stream, pid, thread } = frame;
    this.#begin({ written, stream, details: () => ({ pid, thread, message }), hasHead: true }, message, line);
    for (const text of more) this.#add(stream, text, line);
    this.#close(stream);
    return true;
  }

  /** A line as the program wrote it: plain, or out of a frame. */
  #inner(text: string, stream: string, frame: Frame | null, line: number): boolean {
    const isByForm = isContinuation(text);
    const head = isByForm ? null : this.#heads.read(text);
    const open = this.#open.get(stream);
    if (text === '' && open === undefined) return true;
    if (head !== null) return this.#headed(text, stream, head, frame, open, line);
    if (open === undefined || !(isByForm || open.hasHead || goesOn(open.trace, text))) {
      const details = { pid: frame?.pid ?? null, thread: frame?.thread ?? null, message: text };
      this.#begin({ written: frame?.written ?? null, stream, details: () => details, hasHead: false }, text, line, isByForm);
      return !isByForm;
    }
    this.#add(stream, text.startsWith('! ') ? text.slice(2) : text, line);
    return !(isByForm && open.isFragment && open.lines.every(isContinuation));
  }

  #headed(text: string, stream: string, head: Head, frame: Frame | null, open: Open | undefined, line: number): true {
    const message = open !== undefined && open.suspects.length > 0 ? this.#heads.details(text, head).message : '';
    // Some loggers prefix every line of a trace (logcat, `docker logs -t`).
    if (message !== '' && isContinuation(message)) {
      this.#add(stream, message, line);
      return true;
    }
    const details = () => {
      const told = this.#heads.details(text, head);
      return { ...told, pid: told.pid ?? frame?.pid ?? null, thread: told.thread ?? frame?.thread ?? null };
    };
    // A frame's time has an offset and is surer than the program's own without one.
    this.#begin({ written: frame?.written ?? head.written, stream, details, hasHead: true }, text, line);
    // uvicorn names its PID in one record for all that follow.
    if (head.written === null) details();
    return true;
  }

  #collectorOf(raw: string): { readonly name: string; readonly text: string } | null {
    const first = raw.charCodeAt(0);
    if (first !== 91 && !(first >= 97 && first <= 122)) return null;
    const match = COLLECTOR.exec(raw);
    const name = match?.[1] ?? match?.[2];
    if (match === null || name === undefined) return null;
    const text = raw.slice(match[0].length);
    if (this.#collectors.has(name)) return { name, text };
    // The same form may be a program's own; a head behind it tells.
    if (this.#collectors.size >= MAX_STREAMS || (match[2] === undefined && this.#heads.read(text)?.written == null)) return null;
    this.#collectors.add(name);
    return { name, text };
  }

  #mayFail(text: string): boolean {
    return !this.#isCalm && mayFail(text);
  }

  #begin(beginning: Beginning, text: string, line: number, isFragment = false): void {
    this.#close(beginning.stream);
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= MAX_STREAMS) this.#close(oldest);
    this.#open.set(beginning.stream, {
      ...beginning,
      isFragment,
      lines: [text],
      chars: text.length,
      trace: traceAfter('none', text),
      suspects: this.#mayFail(text) ? [0] : [],
      from: line,
      to: line,
    });
  }

  #add(stream: string, text: string, line: number): void {
    const open = this.#open.get(stream);
    if (open === undefined) return;
    if (open.lines.length >= MAX_LINES || open.chars + text.length > MAX_CHARS) {
      const { pid, thread } = open.details();
      this.#begin({ ...open, details: () => ({ pid, thread, message: text }) }, text, line);
      return;
    }
    open.lines.push(text);
    open.chars += text.length;
    open.trace = traceAfter(open.trace, text);
    if (this.#mayFail(text)) open.suspects.push(open.lines.length - 1);
    open.to = line;
  }

  #close(stream: string): void {
    const open = this.#open.get(stream);
    if (open === undefined) return;
    this.#open.delete(stream);
    this.#onRecord(open);
  }
}
