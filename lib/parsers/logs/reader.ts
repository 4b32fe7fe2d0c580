import type { Failure, TimeBasis } from '../../model/failure.ts';
import type { LineAccount } from '../../model/snapshot.ts';
import { Account, quotable } from '../account.ts';
import { type Heard, isEcho, merge } from './echo.ts';
import { type Event, eventsOf } from './event.ts';
import { failureIn, stable } from './failure.ts';
import { type LogRecord, RecordGrouper } from './group.ts';
import type { Details } from './head.ts';
import { Neighbours, portBehind } from './neighbours.ts';
import { type Instant, TimeResolver } from './zone.ts';

export interface LogReadOptions {
  /** RFC 3339: completes times without a date or a year. */
  readonly uploadedAt: string;
  /** IANA name or `±hh:mm`, for times without an offset; `null`: UTC is assumed. */
  readonly zone: string | null;
}

export type LogReadResult =
  | {
      readonly kind: 'read';
      readonly records: number;
      readonly failures: number;
      /** `null`: no record bears a time. */
      readonly covers: { readonly from: string; readonly to: string } | null;
      /** The least certain one that any time rests on; `upload` where no record bears a time. */
      readonly timeBasis: TimeBasis;
      /**
       * Understood: part of a record. Ignored: blank. Unparsed: goes on with a record whose beginning is not in the upload (it is looked
       * at all the same).
       */
      readonly account: LineAccount;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** No more is looked at of a line. */
const MAX_LINE = 64 * 1024;

/**
 * What reading costs, in the time that it takes to skip a short line, a tenth of a microsecond or so. Bytes tell little: two gigabytes of failures
 * cost a hundred times what two of anything else do.
 */
const EFFORT_OF_LINE = 16;
const CHARS_PER_EFFORT = 4;
const EFFORT_OF_SUSPECT = 200;
/** Another line of the same record. */
const EFFORT_OF_TRACE_LINE = 30;

/** ANSI's colours, which consoles' formats put around times, levels and messages alike. */
const ESCAPE = '\u001b';
const COLOUR = /\u001b\[[\d;]{0,16}[A-Za-z]/g;

/** So much of the beginning tells whether it is text. */
const SAMPLE_CHARS = 4096;

/** Bytes that no text has: a share above this and it is no log. */
const MAX_BINARY_SHARE = 0.1;

/** Least certain first. */
const BASES: readonly TimeBasis[] = ['assumed-utc', 'meta-zone', 'offset', 'upload'];

const binaryCount = (text: string): number => {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd || (code < 32 && code !== 9 && code !== 27)) count += 1;
  }
  return count;
};

const iso = (ms: number): string => new Date(ms).toISOString();

/** Reads the lines of one uploaded log and hands over each failure in it. */
export class LogReader {
  readonly #onFailure: (failure: Failure) => void;
  readonly #times: TimeResolver;
  readonly #uploadedAt: string;
  readonly #grouper = new RecordGrouper((record) => this.#record(record));
  readonly #neighbours = new Neighbours();
  readonly #account = new Account();
  #records = 0;
  #failures = 0;
  /** Of the nearest record above that bears a time. */
  #last: Instant | null = null;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #basis: TimeBasis = 'upload';
  /** Held back until it is known that the next record does not tell it once more. */
  #pending: Heard | null = null;
  #sampled = 0;
  #binary = 0;
  #firstText = '';
  #effort = 0;

  constructor(options: LogReadOptions, onFailure: (failure: Failure) => void) {
    this.#onFailure = onFailure;
    this.#uploadedAt = iso(Date.parse(options.uploadedAt));
    this.#times = new TimeResolver(options.uploadedAt, options.zone);
  }

  /** What it has cost so far; depends on the content alone. */
  get effort(): number {
    return this.#effort;
  }

  /** What else was done for its lines. */
  spend(effort: number): void {
    this.#effort += effort;
  }

  /** @param text without its end  @param line 1-based  @param isCalm it is known to have no word that failing lines have */
  line(text: string, line: number, isCalm = false): void {
    this.#effort += EFFORT_OF_LINE + text.length / CHARS_PER_EFFORT;
    if (this.#sampled < SAMPLE_CHARS) this.#sample(text);
    const cut = text.length > MAX_LINE ? text.slice(0, MAX_LINE) : text;
    const seen = cut.includes(ESCAPE) ? cut.replaceAll(COLOUR, '') : cut;
    const belongs = this.#grouper.line(seen, line, isCalm);
    if (seen === '') this.#account.ignored();
    else if (belongs) this.#account.understood();
    else this.#account.unparsed(seen, line);
  }

  /** Lines that were skimmed: nothing in them may fail, and what was open before does not go on behind. */
  gap(lines: number): void {
    this.#effort += lines;
    this.#grouper.end();
    this.#records += lines;
    this.#account.understood(lines);
  }

  end(): LogReadResult {
    if (this.#binary > MAX_BINARY_SHARE * this.#sampled) {
      const first = quotable(this.#firstText, 80);
      return { kind: 'refused', reason: `It is not text: is it a compressed or binary file? Its first line is "${first}".` };
    }
    this.#grouper.end();
    this.#flush();
    const covers = this.#from <= this.#to ? { from: iso(this.#from), to: iso(this.#to) } : null;
    const counts = { records: this.#records, failures: this.#failures };
    return { kind: 'read', ...counts, covers, timeBasis: this.#basis, account: this.#account.get() };
  }

  #sample(text: string): void {
    if (this.#sampled === 0) this.#firstText = text;
    const head = text.slice(0, SAMPLE_CHARS - this.#sampled);
    this.#sampled += head.length;
    this.#binary += binaryCount(head);
  }

  #record(record: LogRecord): void {
    this.#records += 1;
    const own = this.#time(record);
    const [head = ''] = record.lines;
    this.#completePending(head);
    if (record.suspects.length > 0) this.#events(record, own);
    this.#neighbours.look(head, this.#records, record.stream);
  }

  /** PostgreSQL and MySQL name the port in the record behind. */
  #completePending(head: string): void {
    const pending = this.#pending;
    if (pending === null || pending.failure.call !== 'listen' || pending.failure.localPort !== null) return;
    const localPort = this.#records - pending.record === 1 ? portBehind(head) : null;
    if (localPort !== null) this.#pending = { ...pending, failure: { ...pending.failure, localPort } };
  }

  #time(record: LogRecord): Instant | null {
    if (record.written === null) return null;
    const instant = this.#times.resolve(record.written);
    this.#last = instant;
    if (this.#basis === 'upload' || BASES.indexOf(instant.basis) < BASES.indexOf(this.#basis)) this.#basis = instant.basis;
    if (instant.ms < this.#from) this.#from = instant.ms;
    if (instant.ms > this.#to) this.#to = instant.ms;
    return instant;
  }

  #events(record: LogRecord, own: Instant | null): void {
    this.#effort += EFFORT_OF_SUSPECT * record.suspects.length + EFFORT_OF_TRACE_LINE * record.lines.length;
    const details = record.details();
    for (const event of eventsOf([details.message, ...record.lines.slice(1)], record.suspects)) this.#event(event, record, details, own);
  }

  #event(event: Event, record: LogRecord, details: Details, own: Instant | null): void {
    const told = failureIn(event, record, details);
    if (told === null) return;
    const instant = own ?? this.#last;
    const time =
      instant === null ? { at: this.#uploadedAt, timeBasis: 'upload' as const } : { at: iso(instant.ms), timeBasis: instant.basis };
    this.#hear({
      failure: { ...this.#withPort(told, record.stream), ...time },
      heading: stable(event.lines[0] ?? ''),
      record: this.#records,
      ms: own?.ms ?? null,
    });
  }

  /** A server's failure that names no port is about the one that was announced just before. */
  #withPort<T extends Pick<Failure, 'call' | 'localPort'>>(told: T, stream: string): T {
    if (told.localPort !== null || (told.call !== 'listen' && told.call !== 'unknown')) return told;
    const localPort = this.#neighbours.portBefore(this.#records, stream, told.call === 'listen');
    return localPort === null ? told : { ...told, call: 'listen', localPort };
  }

  #hear(heard: Heard): void {
    const pending = this.#pending;
    if (pending !== null && isEcho(pending, heard)) {
      this.#pending = { ...pending, failure: merge(pending.failure, heard.failure) };
      return;
    }
    this.#flush();
    this.#pending = heard;
  }

  #flush(): void {
    if (this.#pending === null) return;
    this.#failures += 1;
    this.#onFailure(this.#pending.failure);
    this.#pending = null;
  }
}
