import type { FailureCount, LogDigest } from '../model/digest.ts';
import type { Failure, TimeBasis } from '../model/failure.ts';
import type { LineAccount } from '../model/snapshot.ts';
import { redact } from '../text/redact.ts';
import { redacted } from './redacted.ts';
import type { UploadFacts } from './upload.ts';

/** Different failures kept apart; a log with more is summed up by kind (the rest share one entry), never dropped. */
const MAX_FINGERPRINTS = 16;
const MAX_PIDS = 8;
const MAX_FRAMES = 12;
const MAX_MINUTES = 240;
const MINUTE_MS = 60_000;

interface Tally {
  readonly first: Failure;
  readonly fingerprint: string;
  firstAt: string;
  lastAt: string;
  count: number;
  readonly minutes: Map<number, number>;
  readonly pids: Map<number, number>;
}

const newTally = (failure: Failure, fingerprint: string): Tally => ({
  first: failure,
  fingerprint,
  firstAt: failure.at,
  lastAt: failure.at,
  count: 0,
  minutes: new Map(),
  pids: new Map(),
});

const bump = (counts: Map<number, number>, key: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/** `[minute, count]` ascending; of more than can be kept, the oldest are summed into their last minute. */
const compactMinutes = (minutes: Map<number, number>): readonly (readonly [number, number])[] => {
  const sorted = [...minutes].sort(([a], [b]) => a - b);
  const surplus = sorted.length - MAX_MINUTES;
  if (surplus <= 0) return sorted;
  const oldest = sorted.slice(0, surplus + 1);
  const sum = oldest.reduce((total, [, count]) => total + count, 0);
  return [[oldest.at(-1)?.[0] ?? 0, sum], ...sorted.slice(surplus + 1)];
};

const finishTally = (tally: Tally): FailureCount => ({
  fingerprint: tally.fingerprint,
  kind: tally.first.kind,
  call: tally.first.call,
  localPort: tally.first.localPort,
  peer: tally.first.peer,
  pids: [...tally.pids]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_PIDS)
    .map(([pid]) => pid),
  error: redact(tally.first.error),
  frame: tally.first.frame === null ? null : redact(tally.first.frame),
  frames: tally.first.frames.slice(0, MAX_FRAMES).map(redact),
  firstAt: tally.firstAt,
  lastAt: tally.lastAt,
  timeBasis: tally.first.timeBasis,
  count: tally.count,
  minutes: compactMinutes(tally.minutes),
  lines: tally.first.lines,
});

/** Counts failures as they are read: bounded, whatever the log's size. */
export class FailureTally {
  readonly #tallies = new Map<string, Tally>();

  add(failure: Failure): void {
    const tally = this.#tallyOf(failure);
    tally.count += 1;
    if (failure.at < tally.firstAt) tally.firstAt = failure.at;
    if (failure.at > tally.lastAt) tally.lastAt = failure.at;
    bump(tally.minutes, Math.floor(Date.parse(failure.at) / MINUTE_MS));
    if (failure.pid !== null && (tally.pids.has(failure.pid) || tally.pids.size < 4 * MAX_PIDS)) bump(tally.pids, failure.pid);
  }

  /** Another one that goes on from here; this one stays as it is. */
  copy(): FailureTally {
    const other = new FailureTally();
    for (const [key, tally] of this.#tallies)
      other.#tallies.set(key, { ...tally, minutes: new Map(tally.minutes), pids: new Map(tally.pids) });
    return other;
  }

  /** Commonest first. */
  finish(): readonly FailureCount[] {
    return [...this.#tallies.values()].map(finishTally).sort((a, b) => b.count - a.count || (a.fingerprint < b.fingerprint ? -1 : 1));
  }

  #tallyOf(failure: Failure): Tally {
    const own = this.#tallies.get(failure.fingerprint);
    if (own !== undefined) return own;
    const full = this.#tallies.size >= MAX_FINGERPRINTS;
    // What diagnosis needs (kind, call, port, peer) survives; only the frames of the rarer ones are lost.
    const key = full ? `other ${failure.kind} ${failure.call} ${failure.localPort} ${failure.peer}`.slice(0, 80) : failure.fingerprint;
    const shared = this.#tallies.get(key);
    if (shared !== undefined) return shared;
    const room = this.#tallies.size < 2 * MAX_FINGERPRINTS;
    const lastKey = room ? key : `other ${failure.kind} ${failure.call}`;
    const tally = this.#tallies.get(lastKey) ?? newTally(failure, lastKey);
    this.#tallies.set(lastKey, tally);
    return tally;
  }
}

export interface LogFacts {
  readonly app: string;
  readonly contentId: string;
  readonly covers: { readonly from: string; readonly to: string };
  readonly timeBasis: TimeBasis;
  readonly records: number;
  readonly account: LineAccount;
  readonly remarks: readonly string[];
  readonly chunk: LogDigest['chunk'];
}

const ZONE_REMARK = 'Its lines name no time zone; UTC is assumed. Where that is wrong, failures and snapshots do not meet in time.';

/** One log upload as its small record. */
export const digestLog = (upload: UploadFacts, log: LogFacts, failures: readonly FailureCount[]): LogDigest => ({
  version: 1,
  kind: 'log',
  host: upload.host,
  app: log.app,
  contentId: log.contentId,
  source: { uri: upload.uri, lines: [1, Math.max(1, log.account.total)] },
  uploadedAt: upload.uploadedAt,
  account: redacted(log.account),
  remarks: [...log.remarks, ...(log.timeBasis === 'assumed-utc' && failures.length > 0 ? [ZONE_REMARK] : [])],
  covers: log.covers,
  chunk: log.chunk,
  records: log.records,
  failures,
});
