import type { FailureKind } from './failure.ts';

/** The ids of DESIGN.md's causes (contract): what a diagnosis of uploads may find. */
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

/** What an analysis may be about: a diagnosed cause, or a host of which nothing comes any more (`cases/silent.ts`). */
export const ALL_CAUSES = [...CAUSES, 'host-silent'] as const;
export type Cause = (typeof ALL_CAUSES)[number];

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

/** Of a host: `silent` where nothing comes of it any more, `quiet` where nothing is open. */
export const HOST_STATES = ['silent', ...SEVERITIES, 'quiet'] as const;
export type HostState = (typeof HOST_STATES)[number];

export const STATUSES = ['open', 'resolved'] as const;
type Status = (typeof STATUSES)[number];

export const CONFIDENCES = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export const RESOURCE_KINDS = ['ephemeral-ports', 'destination', 'fixed-port', 'descriptors', 'accept-queue', 'uploads'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Who holds the contested thing; each `null` where unknown. */
export interface Culprit {
  readonly pid: number | null;
  readonly command: string | null;
  readonly peer: string | null;
  readonly localPort: number | null;
  /** Its systemd unit, container or pod, from `cgroup:` of `ss -e`: `sync.service`, `container 3f2a91b0c7d4`, `pod 0d3c…`. */
  readonly unit: string | null;
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
  /** The network namespace, by name; `null` for the host's own, and where the snapshots know of one only. */
  readonly netns: string | null;
}

export interface Victim {
  /** Where it fails; `null` for the further hosts of a large fleet, summed. */
  readonly host: string | null;
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
  /** A page about the library's mistake, from the knowledge base (never from an upload); `null` where the library is not known. */
  readonly source: string | null;
}

interface PortsInUse {
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
  /** Nine forecasts in ten end in here (`diagnosis/trend.ts`); `null` as the latest: it may never come. */
  readonly exhaustsBetween: readonly [earliest: string, latest: string | null] | null;
  /** What it is that runs out first. */
  readonly runsOut: ResourceKind | null;
}

/** A cause that was weighed and set aside, and the figure that did it. */
export interface SetAside {
  readonly cause: Cause;
  readonly because: string;
}

/** What was deployed just before it began, as a marker tells. */
export interface Deployment {
  /** `deploy`, `restart`, `config`, …, as whoever did it wrote it. */
  readonly kind: string;
  readonly app: string;
  readonly version: string | null;
  readonly at: string;
  /** Whether it is a program of this analysis: the culprit, or one that fails. */
  readonly involved: boolean;
  readonly source: string;
}

/** What the host at the other end of the culprit's connections shows of them. */
export interface OtherEnd {
  readonly host: string;
  /** Who listens there; `null` where its listing does not say. */
  readonly pid: number | null;
  readonly command: string | null;
  readonly unit: string | null;
  /** Whether that end closed its side first; `null` where the connections could not be matched. */
  readonly closedFirst: boolean | null;
  /** Whole sentences. */
  readonly sentences: readonly string[];
  readonly evidence: readonly Evidence[];
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
  readonly deployment: Deployment | null;
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

/** One host's part in a fleet's trouble: an analysis of its own, in short. */
export interface Member {
  readonly host: string;
  /** When it began on this host, RFC 3339 UTC. */
  readonly since: string;
  readonly resolvedAt: string | null;
  readonly status: Status;
  readonly severity: Severity;
  readonly pid: number | null;
  readonly command: string | null;
  readonly peer: string | null;
  readonly localPort: number | null;
  readonly failures: number;
  /** The host's ephemeral ports in use; `null` where the cause is about something else. */
  readonly ports: { readonly used: number; readonly capacity: number } | null;
  readonly analysisId: string;
}

/** Somebody has said that they are on it. */
export interface Acknowledgement {
  readonly by: string;
  readonly why: string;
  /** Wall clock. */
  readonly at: string;
  /** What it was when they said so: rising to critical ends it. */
  readonly severity: Severity;
}

/** Why nobody is told of it. */
export interface SilencedBy {
  readonly id: string;
  readonly by: string;
  readonly why: string;
  readonly until: string;
}

/**
 * DESIGN.md's analysis (contract): a finding with its life. One of a fleet is about the same cause on several hosts: `host`, `culprit`,
 * `resource`, `ports` and `trend` are then those of the host where it began first.
 */
export interface Analysis extends Omit<Finding, 'since' | 'lastSeenAt' | 'overAt' | 'resourceKey'> {
  readonly id: string;
  readonly status: Status;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly resolvedAt: string | null;
  readonly history: History;
  /** A sentence on a remedy that did not last (restarted, and leaking again); `null` where there was none. */
  readonly setback: string | null;
  /** `null` where the peer's host uploads nothing, or cannot be told. */
  readonly otherEnd: OtherEnd | null;
  /** What is known of the end, whole sentences: verified by which figures, or merely no longer seen. `null` while open. */
  readonly outcome: string | null;
  /** `null` where nobody is on it. */
  readonly acknowledged: Acknowledgement | null;
  /** What holds its announcements back; `null` where nothing does, or nothing was due. */
  readonly silenced: SilencedBy | null;
  /** In the order of onset; of a large fleet the first. */
  readonly hosts: readonly string[];
  /** All of them, listed or not. */
  readonly hostCount: number;
  /** The fleet analysis that this one is part of; `null` where it stands alone, or is a fleet's itself. */
  readonly fleet: string | null;
  /** A fleet's hosts in the order of onset; of a large fleet the first. Empty for a single host. */
  readonly members: readonly Member[];
}
