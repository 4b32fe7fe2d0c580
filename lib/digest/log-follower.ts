import { createHash } from 'node:crypto';
import type { LogDigest } from '../model/digest.ts';
import type { Failure, TimeBasis } from '../model/failure.ts';
import { LineSplitter } from '../parsers/lines.ts';
import { LogReader } from '../parsers/logs/reader.ts';
import { fitLog } from './fit.ts';
import { digestLog, FailureTally } from './log-digest.ts';

/** Lines that may still belong to a record that is being written: a stack trace has some hundreds. */
const MAX_OPEN_LINES = 1_000;
const MAX_OPEN_CHARS = 256 * 1024;

export interface FollowedLog {
  readonly host: string;
  readonly app: string;
  readonly uri: string;
  /** When following began, RFC 3339: completes times without a date. */
  readonly since: string;
  /** Failures from before are history, and told by `analyze`. */
  readonly notBefore: string;
  readonly zone: string | null;
}

type OpenLine = readonly [text: string, line: number];

/**
 * One log as it grows: a digest of all that was written so far, at any time, in bounded memory. The newest lines are kept and read again for each
 * digest, as one upload that ends there; once enough has come behind them, they are read for good. So a record whose end has not
 * come yet counts, and counts once.
 */
export class LogFollower {
  readonly #log: FollowedLog;
  readonly #tally = new FailureTally();
  readonly #reader: LogReader;
  readonly #splitter = new LineSplitter((text, line) => this.#line(text, line));
  #open: OpenLine[] = [];
  #openChars = 0;

  constructor(log: FollowedLog) {
    this.#log = log;
    this.#reader = this.#newReader(this.#tally);
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  /** @param now RFC 3339: a log does not cover what is to come, whatever its clock or its zone says */
  digest(now: string): LogDigest {
    const tally = this.#tally.copy();
    const reader = this.#newReader(tally);
    for (const [text, line] of this.#open) reader.line(text, line);
    const end = reader.end();
    const settled = this.#reader.soFar();
    const recent = end.kind === 'read' ? end : settled;
    const failures = tally.finish();
    const from = settled.covers?.from ?? recent.covers?.from ?? this.#log.since;
    const to = recent.covers?.to ?? settled.covers?.to ?? now;
    const total = settled.account.total + recent.account.total;
    const facts = {
      app: this.#log.app,
      contentId: createHash('sha256')
        .update(`${this.#log.uri} ${total} ${JSON.stringify(failures)}`)
        .digest('hex'),
      covers: { from: from < now ? from : now, to: to < now ? to : now },
      timeBasis: worse(settled.timeBasis, recent.timeBasis),
      records: settled.records + recent.records,
      account: { ...recent.account, total },
      remarks: [],
    };
    return fitLog(digestLog({ host: this.#log.host, uri: this.#log.uri, uploadedAt: now }, facts, failures));
  }

  #newReader(tally: FailureTally): LogReader {
    const { since, zone, notBefore } = this.#log;
    const keep = (failure: Failure): void => {
      if (failure.at >= notBefore) tally.add(failure);
    };
    return new LogReader({ uploadedAt: since, zone }, keep);
  }

  #line(text: string, line: number): void {
    this.#open.push([text, line]);
    this.#openChars += text.length;
    if (this.#open.length > MAX_OPEN_LINES || this.#openChars > MAX_OPEN_CHARS) this.#settle();
  }

  /** The older half is read for good: at once, as moving one line at a time would cost more than reading it. */
  #settle(): void {
    const keep = Math.floor(this.#open.length / 2);
    const settled = this.#open.slice(0, this.#open.length - keep);
    for (const [text, line] of settled) this.#reader.line(text, line);
    this.#open = this.#open.slice(settled.length);
    this.#openChars = this.#open.reduce((sum, [text]) => sum + text.length, 0);
  }
}

const BASES: readonly TimeBasis[] = ['assumed-utc', 'meta-zone', 'offset', 'upload'];
const worse = (a: TimeBasis, b: TimeBasis): TimeBasis => (BASES.indexOf(a) < BASES.indexOf(b) ? a : b);
