import { unwrap } from './envelope.ts';
import { type Head, HeadReader } from './head.ts';
import type { Written } from './time.ts';

/** One log record: its head line and what belongs to it (a stack trace, wrapped text). */
export interface LogRecord {
  readonly written: Written | null;
  readonly pid: number | null;
  readonly thread: string | null;
  readonly stream: string;
  /** The head line's message without its prefix, to be quoted. */
  readonly message: string;
  /** The head line behind its time, then the other lines as they stand. */
  readonly lines: readonly string[];
  /** 1-based, in the upload. */
  readonly from: number;
  readonly to: number;
}

/** A record keeps no more: what tells a failure stands at its beginning or in its causes. */
const MAX_LINES = 600;
const MAX_CHARS = 128 * 1024;
/** Streams that are open at once; beyond, the oldest is closed. */
const MAX_STREAMS = 64;

interface Open {
  readonly written: Written | null;
  readonly pid: number | null;
  readonly thread: string | null;
  readonly stream: string;
  readonly hasHead: boolean;
  readonly message: string;
  readonly lines: string[];
  chars: number;
  readonly from: number;
  to: number;
}

/** Lines that only ever go on with what is above: frames, causes, elisions, carets, closing brackets of an object. */
export const isContinuation = (text: string): boolean => {
  const first = text.charCodeAt(0);
  if (Number.isNaN(first) || first === 9 || first === 32) return true;
  switch (first) {
    case 35: // "#0 /home/x.php(9): f()" (PHP, Dart)
      return text.charCodeAt(1) >= 48 && text.charCodeAt(1) <= 57;
    case 33: // "! at …" (Dropwizard)
      return text.startsWith('! ');
    case 125: // }
      return text.length <= 3;
    case 46: // "... 12 more"
      return text.startsWith('... ');
    case 67:
      return text.startsWith('Caused by: ');
    case 83:
      return text.startsWith('Suppressed: ') || text === 'Stack trace:';
    case 97:
      return text.startsWith('at ');
    default:
      return false;
  }
};

/** Between two tracebacks of one failure (Python's chained exceptions). */
const CHAINS = ['During handling of the above exception', 'The above exception was the direct cause'];

const EXCEPTION = /^(?:Exception in thread "[^"]{0,200}" )?(?:[a-zA-Z_$][\w$]{0,80}\.){1,12}[A-Z][\w$]{0,80}(?:Exception|Error)\b/;
const TRACEBACK = 'Traceback (most recent call last):';

/** The tail of a traceback: `OSError: [Errno 98] …`, `urllib.error.URLError: <…>`. */
const PYTHON_END = /^[\w.]{1,120}(?:Error|Exception|Warning|Interrupt|Exit)(?::|$)/;

/** A panic goes on with goroutines, their calls and who created them, all at the margin (Go). */
const GO_PANIC = /^(?:panic: |fatal error: |goroutine \d)/;
const GO_TRACE = /^(?:goroutine \d|created by |\[signal |exit status \d|[\w./*-]{1,200}(?:\(\*?\w{1,80}\))?[\w.]{0,120}\(.{0,400}\)$)/;

/** `[web-0] ` of a collector that prefixes every line. */
const COLLECTOR = /^\[([A-Za-z][\w.-]{1,60})\] (?=\S|\s|$)/;

/**
 * Groups the lines of a log into records. A line with a time (or another known beginning) begins one; what cannot begin one goes on
 * with the record that is open in the same stream. Where a log has no times at all, each line that is no continuation is a record.
 */
export class RecordGrouper {
  readonly #onRecord: (record: LogRecord) => void;
  readonly #heads = new HeadReader();
  readonly #open = new Map<string, Open>();
  readonly #partial = new Map<string, string>();
  readonly #collectors = new Set<string>();

  constructor(onRecord: (record: LogRecord) => void) {
    this.#onRecord = onRecord;
  }

  line(text: string, line: number): void {
    const frame = unwrap(text);
    if (frame === null) {
      this.#plain(text, line);
      return;
    }
    const joined = (this.#partial.get(frame.stream) ?? '') + (frame.lines[0] ?? '');
    if (frame.isPartial && joined.length < MAX_CHARS) {
      this.#partial.set(frame.stream, joined);
      return;
    }
    this.#partial.delete(frame.stream);
    const lines = [joined, ...frame.lines.slice(1)];
    if (frame.isWhole) {
      this.#close(frame.stream);
      this.#begin(
        { written: frame.written, pid: frame.pid, thread: frame.thread, message: lines[0] ?? '', rest: lines[0] ?? '' },
        frame.stream,
        line,
        true,
      );
      for (const more of lines.slice(1)) this.#add(frame.stream, more, line);
      this.#close(frame.stream);
      return;
    }
    this.#framed(lines, frame, line);
  }

  end(): void {
    for (const stream of [...this.#open.keys()]) this.#close(stream);
  }

  /** A frame's inner line may begin a record of its own, go on with one, or be a record by the frame's word. */
  #framed(
    lines: readonly string[],
    frame: { readonly stream: string; readonly written: Written | null; readonly pid: number | null; readonly thread: string | null },
    line: number,
  ): void {
    for (const [i, text] of lines.entries()) {
      const head = this.#heads.read(text);
      const open = this.#open.get(frame.stream);
      const goesOn = i > 0 || (head === null && open !== undefined && (isContinuation(text) || !this.#begins(text, open)));
      if (goesOn && open !== undefined) this.#add(frame.stream, text, line);
      // An offset in the frame is the transport's own clock, and surer than an inner time without a zone.
      else
        this.#begin(
          {
            written: frame.written ?? head?.written ?? null,
            pid: head?.pid ?? frame.pid,
            thread: head?.thread ?? frame.thread,
            message: head?.message ?? text,
            rest: head?.rest ?? text,
          },
          frame.stream,
          line,
          head !== null,
        );
    }
  }

  #plain(raw: string, line: number): void {
    const { stream, text } = this.#stripCollector(raw);
    const head = isContinuation(text) ? null : this.#heads.read(text);
    if (head !== null) {
      this.#begin(head, stream, line, true);
      return;
    }
    const open = this.#open.get(stream);
    const isStart = open === undefined || (!isContinuation(text) && this.#begins(text, open));
    if (isStart) this.#begin({ written: null, pid: null, thread: null, message: text, rest: text }, stream, line, false);
    else this.#add(stream, text.startsWith('! ') ? text.slice(2) : text, line);
  }

  #stripCollector(raw: string): { readonly stream: string; readonly text: string } {
    if (raw.charCodeAt(0) !== 91) return { stream: '', text: raw };
    const name = COLLECTOR.exec(raw)?.[1];
    if (name === undefined) return { stream: '', text: raw };
    const text = raw.slice(name.length + 3);
    if (!this.#collectors.has(name)) {
      if (this.#heads.read(text)?.written == null) return { stream: '', text: raw };
      if (this.#collectors.size < MAX_STREAMS) this.#collectors.add(name);
    }
    return { stream: name, text };
  }

  /** Whether a line without a time begins another record, although one is open. */
  #begins(text: string, open: Open): boolean {
    if (text === '' || CHAINS.some((chain) => text.startsWith(chain))) return false;
    const last = open.lines.findLast((line) => line !== '') ?? '';
    if (text === TRACEBACK)
      return !open.hasHead && !CHAINS.some((chain) => last.startsWith(chain)) && open.lines.length > 1 && PYTHON_END.test(last);
    if (open.hasHead || last.endsWith('nested exception is:')) return false;
    if (GO_PANIC.test(open.lines[0] ?? '') && GO_TRACE.test(text)) return false;
    const isPython = open.lines.some((line) => line.startsWith('  File "'));
    if (isPython && isContinuation(last)) return false;
    if (EXCEPTION.test(text)) return isContinuation(last) || EXCEPTION.test(last);
    if (isContinuation(last)) return true;
    // Within a traceback, its last line and wrapped messages belong to it.
    const isInTrace = open.lines.some((line) => line === TRACEBACK || isContinuation(line));
    return !isInTrace || PYTHON_END.test(last) || last === '}' || last.startsWith('\tfrom ');
  }

  #begin(head: Head, stream: string, line: number, hasHead: boolean): void {
    this.#close(stream);
    if (this.#open.size >= MAX_STREAMS) this.#close([...this.#open.keys()][0] ?? stream);
    this.#open.set(stream, { ...head, stream, hasHead, lines: [head.rest], chars: head.rest.length, from: line, to: line });
  }

  #add(stream: string, text: string, line: number): void {
    const open = this.#open.get(stream);
    if (open === undefined) return;
    open.to = line;
    if (open.lines.length >= MAX_LINES || open.chars + text.length > MAX_CHARS) return;
    open.lines.push(text);
    open.chars += text.length;
  }

  #close(stream: string): void {
    const open = this.#open.get(stream);
    if (open === undefined) return;
    this.#open.delete(stream);
    this.#onRecord(open);
  }
}
