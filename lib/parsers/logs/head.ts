import { LEADS, PREFIXES, type Prefix, TIMELESS } from './formats.ts';
import { StampReader, type Written } from './time.ts';

/** Where a record begins: with a time, or in a form that programs without times begin their records with. */
export interface Head {
  readonly written: Written | null;
  /** Index behind the time; 0 where there is none. */
  readonly end: number;
  /** From before the time (redis). */
  readonly pid: number | null;
}

/** What a head says besides its time. */
export interface Details {
  readonly pid: number | null;
  readonly thread: string | null;
  readonly message: string;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const numberOrNull = (text: string | undefined): number | null => (text === undefined ? null : Number(text));

const detailsBy = ({ pattern }: Prefix, text: string, end: number): Details | null => {
  pattern.lastIndex = end;
  const match = pattern.exec(text);
  if (match === null) return null;
  const thread = match.groups?.thread?.trim() ?? '';
  return { pid: numberOrNull(match.groups?.pid), thread: thread === '' ? null : thread, message: text.slice(pattern.lastIndex) };
};

/** uvicorn names its PID once, and prints none afterwards. */
const STARTED_PROCESS = /^Started (?:server|parent) process \[(\d{1,7})\]/;

/** Tells heads from other lines, sticking to the time's form that a file began with. */
export class HeadReader {
  readonly #stamps = new StampReader();
  #announcedPid: number | null = null;

  /** `null` where the line begins no record by its form. Cheap: what else the head says is left to `details`. */
  read(text: string): Head | null {
    const first = text.charCodeAt(0);
    if (isDigit(first)) return this.#stamped(text, 0, null) ?? this.#led(text);
    // "Nov 23 …", "Mon Nov 23 …"
    if (text.charCodeAt(3) === 32 && first >= 65 && first <= 90) {
      const head = this.#stamped(text, 0, null);
      if (head !== null) return head;
    }
    return this.#led(text) ?? this.#timeless(text);
  }

  details(text: string, head: Head): Details {
    for (const prefix of head.written === null ? TIMELESS : PREFIXES) {
      const details = detailsBy(prefix, text, head.end);
      if (details !== null) return this.#withPid(details, head);
    }
    return { pid: head.pid, thread: null, message: text.slice(head.end) };
  }

  #withPid(details: Details, head: Head): Details {
    if (head.written !== null) return { ...details, pid: details.pid ?? head.pid };
    this.#announcedPid = numberOrNull(STARTED_PROCESS.exec(details.message)?.[1]) ?? this.#announcedPid;
    return { ...details, pid: details.pid ?? this.#announcedPid };
  }

  #stamped(text: string, start: number, pid: number | null): Head | null {
    const stamp = this.#stamps.read(text, start);
    return stamp === null ? null : { written: stamp.written, end: stamp.end, pid };
  }

  #led(text: string): Head | null {
    for (const { pattern } of LEADS) {
      pattern.lastIndex = 0;
      const match = pattern.exec(text);
      if (match === null) continue;
      const head = this.#stamped(text, pattern.lastIndex, numberOrNull(match.groups?.pid));
      if (head !== null) return head;
    }
    return null;
  }

  #timeless(text: string): Head | null {
    for (const { pattern } of TIMELESS) {
      pattern.lastIndex = 0;
      if (pattern.test(text)) return { written: null, end: 0, pid: null };
    }
    return null;
  }
}
