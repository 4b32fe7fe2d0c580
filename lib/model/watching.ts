import type { Analysis } from './analysis.ts';
import type { Holder, Side } from './digest.ts';
import type { FailureKind } from './failure.ts';

/** What `closewatch watch` shows of a host after each look, before it is decided how. */

/** `[time in ms, value]` */
export type Sample = readonly [at: number, value: number];

/** The connections of one program to one peer, or those that one service accepted. */
export interface HolderRow {
  readonly holder: Holder;
  readonly side: Side;
  /** Client side: `address:port` of the peer, `null` for many; server side: `null`. */
  readonly peer: string | null;
  /** Server side: the service's port. */
  readonly localPort: number | null;
  readonly established: number;
  readonly closeWait: number;
  readonly timeWait: number;
  readonly other: number;
  /** All of them, look by look, oldest first; zero where it was not there. */
  readonly series: readonly Sample[];
  /** Growth of CLOSE_WAIT and ESTABLISHED; `null` from fewer than three looks. */
  readonly perMinute: number | null;
}

export interface PortsView {
  /** The fullest local address; `null` where none has a connection. */
  readonly address: string | null;
  /** Distinct ports. */
  readonly used: number;
  /** `null`: the range is unknown. */
  readonly range: { readonly from: number; readonly to: number; readonly capacity: number; readonly isAssumed: boolean } | null;
  readonly series: readonly Sample[];
  readonly perMinute: number | null;
  /** When none is left: nine forecasts in ten end between. `null` where the use does not grow for sure. */
  readonly fullAt: { readonly about: string; readonly earliest: string; readonly latest: string | null } | null;
}

/** A program that has used up much of what it may open. */
export interface DescriptorsView {
  readonly pid: number;
  readonly command: string | null;
  readonly open: number;
  readonly soft: number;
}

export interface LogView {
  readonly app: string;
  readonly failures: number;
  /** The commonest. */
  readonly kind: FailureKind | null;
  readonly lastAt: string | null;
}

export interface WatchView {
  readonly host: string;
  readonly netns: string | null;
  readonly since: string;
  readonly at: string;
  readonly looks: number;
  readonly everyMs: number;
  readonly ports: PortsView;
  /** Largest first. */
  readonly holders: readonly HolderRow[];
  readonly descriptors: readonly DescriptorsView[];
  readonly logs: readonly LogView[];
  /** Most severe first, open ones before those that are over. */
  readonly analyses: readonly Analysis[];
  /** What could not be seen, whole sentences. */
  readonly notes: readonly string[];
}
