import type { FailureKind } from './failure.ts';

/** The ids of DESIGN.md's causes (contract). */
export const CAUSES = [
  'close-wait-leak',
  'time-wait-churn',
  'connection-hoarding',
  'listener-conflict',
  'ephemeral-clash',
  'restart-in-time-wait',
  'accept-backlog',
  'slow-consumer',
  'descriptor-exhaustion',
  'inconclusive',
] as const;
export type Cause = (typeof CAUSES)[number];

export const MECHANISMS = [
  'ephemeral-port-exhaustion',
  'fixed-port-in-use',
  'descriptor-exhaustion',
  'accept-queue-full',
  'none-yet',
] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** Most severe first: sorting by index is sorting by severity. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STATUSES = ['open', 'resolved'] as const;
export type Status = (typeof STATUSES)[number];

export const CONFIDENCES = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export const RESOURCE_KINDS = ['ephemeral-ports', 'destination', 'fixed-port', 'descriptors', 'accept-queue'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Who holds the contested thing; each `null` where unknown. */
export interface Culprit {
  readonly pid: number | null;
  readonly command: string | null;
  readonly peer: string | null;
  readonly localPort: number | null;
}

/** A culprit's share: what returns without it, alone. */
export interface Contributor extends Culprit {
  readonly returns: number;
}

export interface Resource {
  readonly kind: ResourceKind;
  readonly localPort: number | null;
  readonly peer: string | null;
  readonly used: number | null;
  readonly capacity: number | null;
  /** The capacity was inferred or assumed, not told by the host. */
  readonly assumed: boolean;
}

export interface Victim {
  readonly app: string;
  readonly pid: number | null;
  readonly kind: FailureKind;
  readonly error: string;
  readonly failures: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly frame: string | null;
  /** The culprit's own failures: it starves itself too. */
  readonly isCulprit: boolean;
  /** `[epoch minute, failures]`, ascending. Kept off the contract's JSON. */
  readonly minutes: readonly (readonly [minute: number, failures: number])[];
}

/** One sentence that quotes the input, and where to look it up. */
export interface Evidence {
  readonly text: string;
  /** `s3://bucket/key`, or a path for `closewatch analyze`. */
  readonly source: string;
  readonly lines: readonly [from: number, to: number];
}

/** Four sentences each; commands in them quote every value taken from a host. */
export interface Remedy {
  readonly now: string;
  readonly fix: string;
  readonly prevent: string;
  readonly verify: string;
}

export interface PortsInUse {
  readonly from: number;
  readonly to: number;
  readonly used: number;
  readonly capacity: number;
  readonly assumed: boolean;
}

export interface Trend {
  /** Sockets a minute, robust slope; `null` from fewer than three snapshots. */
  readonly perMinute: number | null;
  readonly since: string | null;
  readonly exhaustsAt: string | null;
}

/** A cause that was weighed and set aside, and the figure that did it. */
export interface SetAside {
  readonly cause: Cause;
  readonly because: string;
}

/** What a diagnosis says about one contested thing of one host, before it has a life (`cases/`). */
export interface Finding {
  readonly host: string;
  readonly cause: Cause;
  readonly mechanism: Mechanism;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly side: 'client' | 'server' | null;
  readonly culprit: Culprit | null;
  readonly contributors: readonly Contributor[];
  readonly resource: Resource;
  readonly victims: readonly Victim[];
  /** The contested thing's key within the host: `ephemeral-ports`, `fixed-port:8080`, `descriptors:orders`, … never a PID, cause or count. */
  readonly resourceKey: string;
  /** From the evidence: when it began, when it was last seen, and when it was over (`null` while it is not). */
  readonly since: string;
  readonly lastSeenAt: string;
  readonly overAt: string | null;
  readonly summary: string;
  readonly explanation: string;
  /** Assumptions, missing inputs, clocks that are off: whole sentences. */
  readonly caveats: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly remedy: Remedy;
  readonly ports: PortsInUse | null;
  readonly trend: Trend;
  readonly setAside: readonly SetAside[];
}

/** A stretch of time in which the thing was contested; `to` is `null` while it lasts. */
export interface Episode {
  readonly from: string;
  readonly to: string | null;
}

/** How often a thing was contested, since when, and the last episodes (at most 8), the present one last. */
export interface History {
  readonly times: number;
  readonly since: string;
  readonly episodes: readonly Episode[];
}

/** DESIGN.md's analysis (contract): a finding with its life. */
export interface Analysis extends Omit<Finding, 'since' | 'lastSeenAt' | 'overAt' | 'resourceKey'> {
  readonly id: string;
  readonly status: Status;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly resolvedAt: string | null;
  readonly history: History;
  /** A sentence on a remedy that did not last (restarted, and leaking again); `null` where there was none. */
  readonly setback: string | null;
  /** What is known of the end, whole sentences: verified by which figures, or merely no longer seen. `null` while open. */
  readonly outcome: string | null;
  readonly hosts: readonly string[];
}
