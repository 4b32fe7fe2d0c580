import type { Failure, TimeBasis } from '../../model/failure.ts';
import type { LineAccount } from '../../model/snapshot.ts';
import { Account, quotable } from '../account.ts';
import { eventsOf, failureIn, type Told } from './failure.ts';
import { type LogRecord, RecordGrouper } from './group.ts';
import { portIn } from './ports.ts';
import { type Instant, TimeResolver } from './time.ts';

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
      readonly timeBasis: TimeBasis;
      readonly account: LineAccount;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** A cheap look that nearly every line fails: only records with one of these words are looked at closely. */
const CANDIDATE =
  /ddress|EADDR|E[MN]FILE|oo many open|BindException|10048|10055|Only one usage|AddrInUse|AddrNot|Errno|Os \{|already in use|[Pp]ort in use|in use: \(|buffer space|annot bind|no free ports|4227|4231|[Pp]ool|leak|LEAK|nclosed|shutdown properly|assigner|asignar|atribuir|assegnare|dirección|Endereço|Indirizzo|アドレス|地址|位址|주소|[Аа]дрес/;

/** Records that announce a listener, for a failure right behind them that does not name its port. */
const ANNOUNCES = /[Bb]ind|[Ll]isten|[Ss]tart/;
/** So many records back at most. */
const NEIGHBOURS = 20;

/** Two records of one thread within this time, of which one only wraps the other, are one event. */
const ECHO_MS = 2;

/** Bytes that no text has: a share above this and it is no log. */
const MAX_BINARY_SHARE = 0.1;

const binaryCount = (text: string): number => {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd || (code < 32 && code !== 9 && code !== 27)) count += 1;
  }
  return count;
};

/** Reads the lines of one uploaded log and hands over each failure in it. */
export class LogReader {
  readonly #onFailure: (failure: Failure) => void;
  readonly #times: TimeResolver;
  readonly #uploadedAt: string;
  readonly #grouper: RecordGrouper;
  readonly #account = new Account();
  readonly #announced: { readonly record: number; readonly port: number; readonly stream: string }[] = [];
  #records = 0;
  #failures = 0;
  #last: Instant | null = null;
  #from: string | null = null;
  #to: string | null = null;
  #basis: TimeBasis = 'upload';
  #previous: {
    readonly told: Told;
    readonly at: string;
    readonly record: number;
    readonly thread: string | null;
    readonly hasTime: boolean;
  } | null = null;
  #pending: { readonly failure: Failure; readonly record: number } | null = null;
  #looked = 0;
  #binary = 0;
  #firstText: string | null = null;

  constructor(options: LogReadOptions, onFailure: (failure: Failure) => void) {
    this.#onFailure = onFailure;
    this.#uploadedAt = options.uploadedAt;
    this.#times = new TimeResolver(options.uploadedAt, options.zone);
    this.#grouper = new RecordGrouper((record) => this.#record(record));
  }

  line(text: string, line: number): void {
    if (this.#looked < 4096) this.#sample(text);
    if (text === '') this.#account.ignored();
    else this.#account.understood();
    this.#grouper.line(text, line);
  }

  end(): LogReadResult {
    if (this.#looked > 0 && this.#binary > MAX_BINARY_SHARE * this.#looked) {
      return {
        kind: 'refused',
        reason: `It is not text: is it a compressed or binary file? Its first line is "${quotable(this.#firstText ?? '', 80)}".`,
      };
    }
    this.#grouper.end();
    this.#flush();
    const covers = this.#from === null || this.#to === null ? null : { from: this.#from, to: this.#to };
    return { kind: 'read', records: this.#records, failures: this.#failures, covers, timeBasis: this.#basis, account: this.#account.get() };
  }

  #sample(text: string): void {
    this.#firstText ??= text;
    const head = text.slice(0, 512);
    this.#looked += head.length;
    this.#binary += binaryCount(head);
  }

  #record(record: LogRecord): void {
    this.#records += 1;
    const instant = this.#time(record);
    const isCandidate = record.lines.some((line) => CANDIDATE.test(line.length > 16_384 ? line.slice(0, 16_384) : line));
    if (isCandidate) for (const event of eventsOf(record.lines)) this.#event(event, record, instant);
    const [head = ''] = record.lines;
    if (ANNOUNCES.test(head)) this.#announce(head, record.stream);
  }

  #time(record: LogRecord): Instant | null {
    if (record.written === null) return this.#last;
    const instant = this.#times.resolve(record.written);
    this.#last = instant;
    this.#basis = instant.basis;
    if (this.#from === null || instant.at < this.#from) this.#from = instant.at;
    if (this.#to === null || instant.at > this.#to) this.#to = instant.at;
    return instant;
  }

  #announce(head: string, stream: string): void {
    const port = portIn(head.slice(0, 1000));
    if (port === null) return;
    this.#announced.push({ record: this.#records, port, stream });
    if (this.#announced.length > NEIGHBOURS) this.#announced.shift();
  }

  #event(event: readonly string[], record: LogRecord, instant: Instant | null): void {
    const told = failureIn(event, record);
    if (told === null || this.#isEcho(told, record, instant)) return;
    this.#previous = { told, at: instant?.at ?? '', record: this.#records, thread: record.thread, hasTime: record.written !== null };
    const { exception: _, ...failure } = told;
    const complete: Failure = {
      ...failure,
      localPort: failure.localPort ?? (failure.call === 'listen' ? this.#neighbourPort(record.stream) : null),
      at: instant?.at ?? this.#uploadedAt,
      timeBasis: instant?.basis ?? 'upload',
    };
    if (this.#isToldAgain(complete, record)) return;
    this.#flush();
    if (record.written === null) this.#pending = { failure: complete, record: this.#records };
    else this.#emit(complete);
  }

  /** A runtime's own warning has no time, and the program's line about the same failure right behind it has (PHP): one event, with that time. */
  #isToldAgain(failure: Failure, record: LogRecord): boolean {
    const pending = this.#pending;
    if (pending === null || record.written === null || this.#records - pending.record !== 1 || pending.failure.kind !== failure.kind)
      return false;
    this.#pending = null;
    this.#emit({ ...pending.failure, at: failure.at, timeBasis: failure.timeBasis });
    return true;
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending !== null) this.#emit(pending.failure);
  }

  #emit(failure: Failure): void {
    this.#failures += 1;
    this.#onFailure(failure);
  }

  #neighbourPort(stream: string): number | null {
    const near = this.#announced.findLast((other) => other.stream === stream && this.#records - other.record <= NEIGHBOURS);
    return near?.port ?? null;
  }

  /**
   * A framework often logs one failure twice, first as a line and then with its trace. The second is an echo if it follows at once, in
   * the same thread, and is worded otherwise: the same words again are another failure.
   */
  #isEcho(told: Told, record: LogRecord, instant: Instant | null): boolean {
    const previous = this.#previous;
    if (previous === null || this.#records - previous.record !== 1 || previous.thread !== record.thread || previous.told.kind !== told.kind)
      return false;
    if (previous.told.fingerprint === told.fingerprint || previous.told.exception === told.exception) return false;
    // The line, then its trace: one of the two has frames.
    if (previous.told.frames.length > 0 === told.frames.length > 0) return false;
    return Date.parse(instant?.at ?? '') - Date.parse(previous.at) <= ECHO_MS;
  }
}
