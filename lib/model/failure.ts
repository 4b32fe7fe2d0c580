/** What an application log says went wrong, in terms of the resource that the failing call needed (KERNEL.md's first table). */

export const FAILURE_KINDS = ['address-in-use', 'address-not-available', 'too-many-open-files', 'pool-exhausted', 'leak-warning'] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/**
 * The failing call, as far as frames and wording tell.
 *
 * - `listen`: a server's bind of a fixed port
 * - `bind-any`: a client binds a local address with port 0, then connects (EADDRINUSE when the range is full)
 * - `bind-fixed`: a client binds an explicit source port
 * - `bind-address`: a bind to an address this host does not have (EADDRNOTAVAIL: no port problem at all)
 * - `connect`: the kernel chooses the port at connect
 * - `descriptor`: accept, socket or open
 * - `pool`: a wait for a pooled connection, or a warning of a leaked one: no system call failed
 * - `unknown`: the text does not tell a server's bind from a client's
 */
export type FailingCall = 'listen' | 'bind-any' | 'bind-fixed' | 'bind-address' | 'connect' | 'descriptor' | 'pool' | 'unknown';

/** Whose word the time of a line is. `assumed-utc` is an assumption that must be named. */
export type TimeBasis = 'offset' | 'meta-zone' | 'assumed-utc' | 'upload';

/** One failure as one log record tells it: a record and its stack trace are one, however often they repeat the signature. */
export interface Failure {
  /** RFC 3339 UTC with milliseconds. Where the record bears no time: the time of the nearest record above it, else the upload's. */
  readonly at: string;
  readonly timeBasis: TimeBasis;
  readonly kind: FailureKind;
  readonly call: FailingCall;
  /** The fixed port in contention, for `listen` and `bind-fixed`; `null` where the record and its neighbours name none. */
  readonly localPort: number | null;
  /** The destination of a failing connect, `10.20.8.21:8080`, where named. */
  readonly peer: string | null;
  /** From the log's own format. Inside a container it is the container's. */
  readonly pid: number | null;
  readonly thread: string | null;
  /** The failing line, control characters removed, at most 300 characters. */
  readonly error: string;
  /** The first frame that is the application's or its client library's rather than the runtime's, at most 200 characters. */
  readonly frame: string | null;
  /** All frames, innermost first, at most 60 of at most 200 characters. */
  readonly frames: readonly string[];
  /** The same failure of the same program has the same: kind, call, port, peer, exception class and frames, without line numbers that vary. */
  readonly fingerprint: string;
  readonly lines: readonly [from: number, to: number];
}
