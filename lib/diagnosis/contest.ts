import type { Severity } from '../model/analysis.ts';
import type { DestinationUse, Listener, PortRow, PortUse, ProcessFact, SnapshotDigest } from '../model/digest.ts';
import type { Capacity } from './capacity.ts';
import type { FailureGroup } from './merge-failures.ts';
import type { Suspect } from './suspects.ts';
import type { Track } from './track.ts';

/**
 * A contested thing and all that testifies on it. Each is judged by the rules that know its kind and becomes at most one finding:
 * what decides between causes is the evidence of the contest, not an order of rules.
 */
export type Contest = EphemeralContest | FixedPortContest | DescriptorContest | ServiceContest | UnresolvedContest;

interface ContestBase {
  /** Stable within a host: never a PID, a cause or a count. */
  readonly resourceKey: string;
  readonly victims: readonly FailureGroup[];
  /** All of the window, in order. */
  readonly snapshots: readonly SnapshotDigest[];
  /** The network namespace in which it is contested; `null` for the host's own. */
  readonly netns: string | null;
  /** How severe the open case about it stands; `null` where none is open. Limits are lower to leave than to enter (`limit.ts`). */
  readonly open: Severity | null;
}

/** The ephemeral ports: someone could not get one, or someone takes ever more. */
export interface EphemeralContest extends ContestBase {
  readonly kind: 'ephemeral-ports';
  readonly capacity: Capacity | null;
  /** The snapshot around the failures (or the last one) in which most ports were taken. */
  readonly peak: SnapshotDigest | null;
  readonly use: PortUse | null;
  /** Where only plain connects fail, and all ports toward one peer are taken: what is contested. Connects to other peers may still work. */
  readonly destination: DestinationUse | null;
  readonly suspects: readonly Suspect[];
  /** All but none left at the peak. `null`: capacity unknown. */
  readonly isExhausted: boolean | null;
}

/** What a snapshot shows of one port. */
export interface PortSighting {
  readonly snapshot: SnapshotDigest;
  readonly listeners: readonly Listener[];
  /** Sockets with that local port that do not listen; `null` where it has not been looked up. */
  readonly rows: readonly PortRow[] | null;
}

/** One fixed port that a program wants. */
export interface FixedPortContest extends ContestBase {
  readonly kind: 'fixed-port';
  readonly port: number;
  readonly capacity: Capacity | null;
  /** Around the failures, in order. */
  readonly sightings: readonly PortSighting[];
  /** All of the window, for former and later listeners. */
  readonly listeners: readonly { readonly snapshot: SnapshotDigest; readonly listener: Listener }[];
  readonly firstAt: string;
  readonly lastAt: string;
  readonly victimPids: readonly number[];
}

/** One process's file descriptors. */
export interface DescriptorContest extends ContestBase {
  readonly kind: 'descriptors';
  readonly app: string;
  /** `null` where neither PID nor name leads to a process. */
  readonly process: ProcessFact | null;
  /** Around the failures. */
  readonly snapshot: SnapshotDigest | null;
  /** Its sockets, both sides. */
  readonly track: Track;
}

/** One listening port and the connections accepted, or waiting to be accepted, on it. */
export interface ServiceContest extends ContestBase {
  readonly kind: 'service';
  readonly port: number;
  readonly listener: Listener | null;
  readonly track: Track;
}

/** Failures that name no resource anybody could look at. */
export interface UnresolvedContest extends ContestBase {
  readonly kind: 'unresolved';
  readonly why: 'no-port-named' | 'foreign-address' | 'pool';
}
