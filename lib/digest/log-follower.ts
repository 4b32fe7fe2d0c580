import { createHash } from 'node:crypto';
import type { LogDigest } from '../model/digest.ts';
import type { TimeBasis } from '../model/failure.ts';
import { LineSplitter } from '../parsers/lines.ts';
import { HeadReader } from '../parsers/logs/head.ts';
import { LogReader } from '../parsers/logs/reader.ts';
import { fitLog } from './fit.ts';
import { digestLog, FailureTally } from './log-digest.ts';
import { withSafeBeginning } from './redacted.ts';

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

/** What reading some lines of it came to. */
interface Part {
  readonly covers: { readonly from: string; readonly to: string } | null;
  readonly basis: TimeBasis;
  readonly records: number;
  readonly lines: number;
}

const NOTHING: Part = { covers: null, basis: 'upload', records: 0, lines: 0 };
/** Least certain first. */
const BASES: readonly TimeBasis[] = ['assumed-utc', 'meta-zone', 'offset', 'upload'];

const joined = (a: Part, b: Part): Part => ({
  covers: a.covers === null || b.covers === null ? (a.covers ?? b.covers) : { from: a.covers.from, to: b.covers.to },
  basis: BASES.indexOf(a.basis) < BASES.indexOf(b.basis) ? a.basis : b.basis,
  records: a.records + b.records,
  lines: a.lines + b.lines,
});

/**
 * One log as it grows: a digest of all that was written so far, at any time, in bounded memory. The newest lines are kept and read again
 * for each digest, as an upload that ends there; once enough has come behind them, they are read for good, up to where a record begins.
 * So a record whose end has not come yet counts, and counts once.
 */
export class LogFollower {
  readonly #log: FollowedLog;
  readonly #tally = new FailureTally();
  readonly #splitter = new LineSplitter((text, line) => this.#line(text, line));
  #settled: Part = NOTHING;
  #open: readonly OpenLine[] = [];
  #fresh: OpenLine[] = [];
  #openChars = 0;

  constructor(log: FollowedLog) {
    this.#log = log;
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  /** @param now RFC 3339: a log does not cover what is to come, whatever its clock or its zone says */
  digest(now: string): LogDigest {
    const tally = this.#tally.copy();
    const { covers, basis, records, lines } = joined(this.#settled, this.#read(this.#lines(), tally));
    const failures = tally.finish();
    const { host, app, uri, since } = this.#log;
    const facts = {
      app,
      contentId: createHash('sha256')
        .update(`${uri} ${lines} ${JSON.stringify(failures)}`)
        .digest('hex'),
      covers: { from: earlier(covers?.from ?? since, now), to: earlier(covers?.to ?? now, now) },
      timeBasis: basis,
      records,
      account: { total: lines, understood: lines, ignored: 0, unparsed: 0, samples: [] },
      chunk: null,
      remarks: [],
    };
    return fitLog(digestLog({ host, uri, uploadedAt: now }, facts, failures));
  }

  #lines(): readonly OpenLine[] {
    if (this.#fresh.length > 0) this.#open = [...this.#open, ...this.#fresh];
    this.#fresh = [];
    return this.#open;
  }

  #read(lines: readonly OpenLine[], tally: FailureTally): Part {
    const { since, zone, notBefore } = this.#log;
    const reader = new LogReader({ uploadedAt: since, zone }, (failure) => {
      if (failure.at >= notBefore) tally.add(failure);
    });
    for (const [text, line] of lines) reader.line(text, line);
    const result = reader.end();
    if (result.kind === 'refused') return { ...NOTHING, lines: lines.length };
    return { covers: result.covers, basis: result.timeBasis, records: result.records, lines: lines.length };
  }

  #line(text: string, line: number): void {
    const safe = withSafeBeginning(text);
    this.#fresh.push([safe, line]);
    this.#openChars += safe.length;
    if (this.#open.length + this.#fresh.length > MAX_OPEN_LINES || this.#openChars > MAX_OPEN_CHARS) this.#settle();
  }

  /** The older half at once: moving one line at a time would cost more than reading it. */
  #settle(): void {
    const lines = this.#lines();
    const cut = beginningFrom(lines, Math.ceil(lines.length / 2));
    this.#settled = joined(this.#settled, this.#read(lines.slice(0, cut), this.#tally));
    this.#open = lines.slice(cut);
    this.#openChars = this.#open.reduce((sum, [text]) => sum + text.length, 0);
  }
}

const earlier = (a: string, b: string): string => (a < b ? a : b);

/** The first line from `start` on that begins a record by its time; `start` itself where none does. */
const beginningFrom = (lines: readonly OpenLine[], start: number): number => {
  const heads = new HeadReader();
  const found = lines.findIndex(([text], i) => i >= start && heads.read(text)?.written != null);
  return found < 0 ? start : found;
};
