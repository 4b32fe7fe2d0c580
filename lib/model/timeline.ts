import type { FailureKind } from './failure.ts';
import type { TcpState } from './socket.ts';

/** One number a point of the timeline; `null` where no snapshot tells. */
export type Series = readonly (number | null)[];

/** Ephemeral ports of one network namespace, on the local address where most are in use. */
export interface PortsOverTime {
  /** By name; `null` for the host's own. */
  readonly netns: string | null;
  /** The range as last known; `null` where unknown. */
  readonly range: { readonly from: number; readonly to: number; readonly assumed: boolean } | null;
  readonly used: Series;
  readonly capacity: Series;
}

/** The sockets of one process; where the listing has no owner, of one peer (client side) or one port (server side). */
export interface SocketsOverTime {
  readonly holder: 'process' | 'nobody' | 'unknown';
  readonly netns: string | null;
  readonly pid: number | null;
  readonly command: string | null;
  /** Of its largest pile: the service that it connects to, or the port that it serves. */
  readonly peer: string | null;
  readonly localPort: number | null;
  /** The most sockets at one point, all states together. */
  readonly peak: number;
  /** Only states that it had. */
  readonly states: Readonly<Partial<Record<TcpState, Series>>>;
}

export interface FailuresOverTime {
  readonly app: string;
  readonly kinds: readonly FailureKind[];
  readonly total: number;
  /** `[beginning, failures]`, ascending, only where something failed. Each is `failureMinutes` long. */
  readonly bins: readonly (readonly [at: string, failures: number])[];
}

export interface MarkerAt {
  readonly at: string;
  readonly kind: string;
  readonly app: string;
  readonly version: string | null;
}

/** What happened on a host, for a plot. Every series has one value for each of `times`. */
export interface Timeline {
  readonly host: string;
  readonly from: string;
  readonly to: string;
  /** `false` where there was more than one answer can hold: `from` is then the earliest time that it covers. */
  readonly isComplete: boolean;
  /** Snapshots read. Where a point stands for several, each series keeps the highest value among them, so no peak is lost. */
  readonly snapshots: number;
  readonly times: readonly string[];
  readonly ports: readonly PortsOverTime[];
  /** The largest piles of CLOSE_WAIT first, at most 12. */
  readonly processes: readonly SocketsOverTime[];
  readonly failureMinutes: number;
  /** Most failures first, at most 12 programs. */
  readonly failures: readonly FailuresOverTime[];
  readonly markers: readonly MarkerAt[];
}
