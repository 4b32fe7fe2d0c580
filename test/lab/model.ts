import type { Cause, Mechanism } from '../../lib/model/analysis.ts';
import type { FailureKind } from '../../lib/model/failure.ts';
import type { Dialect } from './dialects.ts';
import type { LogFormat } from './log-formats.ts';
import type { ActorRecord } from './reports.ts';

/** Where a program runs: the recorded host, the machine of its peers, or the third namespace of a scenario that has one. */
export type Place = 'host' | 'peer' | 'third';

/** A program that takes part, in the terms of `programs/`: which one, what it is told, when it lives. */
export interface ActorSpec {
  /** Unique in the scenario: how the truth refers to it. */
  readonly role: string;
  readonly where: Place;
  /** `mode` and its settings, handed over out of sight of the process list. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly runtime?: 'python' | 'node' | 'java';
  /** comm, at most 15 bytes; `null`: the one it gets by itself. */
  readonly comm?: string;
  /** argv[0], which netstat prints; the runtime's own where left out. */
  readonly title?: string;
  /** Seconds from the start of the scenario. */
  readonly from?: number;
  readonly until?: number;
  /** The actor whose PID this one gets; that one must have ended. */
  readonly pidOf?: string;
  /** The systemd unit in whose cgroup it runs. */
  readonly unit?: string;
  /** In a PID namespace of its own, as in a container: the PID in its log is not the host's. */
  readonly ownPids?: boolean;
  /** Runs as `nobody` instead of root. */
  readonly ordinaryUser?: boolean;
  /** Soft limit of open files. */
  readonly descriptors?: number;
  readonly log?: { readonly app: string; readonly format: LogFormat; readonly module?: string };
}

export interface Addresses {
  readonly host: string;
  readonly peer: string;
  readonly prefix: number;
  /** Further addresses of the peer. */
  readonly more?: readonly string[];
}

/** A third namespace, linked to the same peer: another host that uploads, or a network namespace of the recorded host. */
export interface Third {
  readonly kind: 'host' | 'namespace';
  readonly name: string;
  readonly address: string;
  readonly range: readonly [from: number, to: number];
}

/** Sections that a host's agent may not have. */
export type Section = 'meta' | 'sysctl' | 'ps' | 'fds';

/** How snapshots reach the bucket. */
export type Shape = 'sections' | 'cron' | 'bundled';

export interface Scenario {
  readonly name: string;
  /** The name under which the host uploads. */
  readonly host: string;
  readonly addresses: Addresses;
  readonly range: readonly [from: number, to: number];
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Of the peer's namespace. */
  readonly peerSysctls?: Readonly<Record<string, string>>;
  readonly third?: Third;
  /** The name under which the peer's machine uploads too. */
  readonly peerUploadsAs?: string;
  readonly dialect: Dialect;
  readonly shape: Shape;
  /** Sections that are left out of the sectioned shapes. */
  readonly without?: readonly Section[];
  readonly gzip?: boolean;
  /** `growing`: every other snapshot, the log so far is uploaded again, whole. */
  readonly logUploads?: 'whole' | 'growing';
  /** When the first snapshot is taken, and for how long they are. */
  readonly firstAt: number;
  readonly seconds: number;
  readonly everyMs?: number;
  /** Seconds after the start at which snapshots are taken, where that is no regular rhythm. */
  readonly looksAt?: readonly number[];
  /** More recordings of it, a minute and five between snapshots; not where the kernel's own times show. */
  readonly alsoStretched?: boolean;
  readonly neighbours?: 'web' | 'data' | 'none';
  readonly actors: readonly ActorSpec[];
  /** What truly happened, from what the actors themselves reported. */
  readonly truth: (actors: Reported) => Truth;
}

/** The record of an actor by its role. */
export type Reported = (role: string) => ActorRecord;

export interface TrueCulprit {
  readonly pid?: number | null;
  readonly comm?: string;
  readonly command?: string;
  readonly peer?: string;
  readonly localPort?: number;
}

export interface TrueVictim {
  readonly pid: number;
  readonly comm: string;
  readonly app: string;
  readonly kind: FailureKind;
  readonly failures: number;
}

/** The schema of the recorded incidents' incident.json, without what the runner adds. `null`: nothing is wrong. */
export interface Truth {
  readonly cause: Cause | null;
  readonly mechanism?: Mechanism;
  readonly side?: 'client' | 'server';
  readonly culprit?: TrueCulprit;
  readonly port?: number;
  readonly victim?: TrueVictim;
  /** All that suffer from it, where several hosts upload. */
  readonly hosts?: readonly string[];
  /** What is contested, where it is not told by `mechanism` and `port`. */
  readonly resource?: { readonly kind: 'destination'; readonly peer: string };
  readonly alsoTrue?: readonly { readonly cause: Cause; readonly pid?: number | null }[];
  readonly note: string;
}
