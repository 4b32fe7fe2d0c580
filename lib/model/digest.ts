import type { FailingCall, FailureKind, TimeBasis } from './failure.ts';
import type { LineAccount, SocketDialect, Source } from './snapshot.ts';
import type { TcpState } from './socket.ts';

/**
 * What is kept of an upload for correlation: 4 KB typical, 32 KB at most, whatever the upload's size (DESIGN.md).
 * The raw object stays the evidence.
 */
export type Digest = SnapshotDigest | LogDigest | MarkerDigest;

/** How a time came about; DESIGN.md's upload contract ranks them. */
export type TakenAtBasis = 'snapshot' | 'key' | 'last-modified';

interface DigestBase {
  readonly version: 1;
  readonly host: string;
  /** SHA-256 of what was read, hex: the same thing uploaded twice has the same. */
  readonly contentId: string;
  readonly source: Source;
  /** When S3 got the object (its LastModified); a file's modification time for `closewatch analyze`. */
  readonly uploadedAt: string;
  readonly account: LineAccount;
  /** What a person should know of this upload's own quality, whole sentences: a clock that is off, a host name that differs from the key. */
  readonly remarks: readonly string[];
}

/** Whose a set of sockets is. Where no PID is known, a client's sockets are told apart by their peer. */
export type Holder =
  | { readonly kind: 'process'; readonly pid: number; readonly command: string | null }
  /** No owner is to be expected (TIME_WAIT, orphans), nobody has accepted them, or permission hid it. */
  | { readonly kind: 'nobody' }
  /** The listing has no owners (no `-p`). */
  | { readonly kind: 'unknown' };

export type Side = 'client' | 'server';

/** Sockets that are alike: the same holder, side, state and contested end. */
export interface Pile {
  readonly holder: Holder;
  readonly side: Side;
  readonly state: TcpState;
  readonly localAddress: string;
  /** Server side: the service's port. `null` on the client side. */
  readonly localPort: number | null;
  /** Client side: `address:port` of the service. `null` on the server side. */
  readonly peer: string | null;
  readonly sockets: number;
  /** Recv-Q 0, 1 and more: KERNEL.md's "What the queues say". All zero where the dialect prints no queues. */
  readonly recvQ: { readonly zero: number; readonly one: number; readonly more: number };
  /** Of them without an inode (`ino:0`): never accepted. `null` where the dialect does not print inodes. */
  readonly withoutInode: number | null;
  /** Median `lastack:`; `null` without `ss -i`. */
  readonly lastAckMs: number | null;
  readonly cgroup: string | null;
  readonly lines: readonly [first: number, last: number];
  /** Bottom-k sketch of the sockets' identities (`digest/sketch.ts`), base64; `null` for small or unfollowed piles. */
  readonly sketch: string | null;
  /** The same of the connections, comparable with the other host's sketch of them. */
  readonly ends: string | null;
}

/** The ports that one holder takes on one local address, and how many of them nobody else has: what would return without it. */
export interface PortShare {
  readonly holder: Holder;
  /** Of the client-side sockets behind it: the commonest peer, and how many it takes. */
  readonly peer: string | null;
  readonly ports: number;
  readonly exclusivePorts: number;
  /** PIDs that share its sockets (inherited by children): they return only when these are gone too. At most 8. */
  readonly sharedWith: readonly number[];
}

/** Distinct ports are counted per local address (KERNEL.md: a pile on 127.0.0.1 does not exhaust 10.x). */
export interface PortUse {
  readonly address: string;
  /** Distinct ports in use within the range, that address and any-address together. Without a range: all client-side ports. */
  readonly used: number;
  readonly shares: readonly PortShare[];
  /** The fullest destinations, at most 4. */
  readonly destinations: readonly DestinationUse[];
}

/**
 * Distinct ports in use toward one peer from one local address, and by whom: a plain connect shares its port with connections to other
 * peers, so only these stand in the way of the next connect to this one (KERNEL.md).
 */
export interface DestinationUse {
  readonly peer: string;
  readonly ports: number;
  /** Largest first, at most 3. */
  readonly shares: readonly { readonly holder: Holder; readonly ports: number }[];
}

/** `inferred`: from the ports seen, dense and with sharp edges. Where neither, the range is unknown and `null`. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
  /** Ports in the range that automatic choice skips. */
  readonly reserved: number;
  readonly basis: 'sysctl' | 'inferred';
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  readonly v6only: boolean | null;
  readonly holder: Holder;
  /** How many processes share it (inherited by children). */
  readonly owners: number;
  /** Where that is shown: inherited ones have the same. */
  readonly inode: number | null;
  readonly acceptQueue: number | null;
  readonly acceptLimit: number | null;
  readonly cgroup: string | null;
  readonly line: number;
}

export interface ProcessFact {
  readonly pid: number;
  /** comm or argv[0] from the sockets, else the base name from `ps`; `null` where neither names it. */
  readonly command: string | null;
  /** Parent's; `null` where `ps` is missing. */
  readonly ppid: number | null;
  /** Cut to 120 characters. */
  readonly args: string | null;
  readonly startedAt: string | null;
  readonly descriptors: { readonly open: number; readonly soft: number | null } | null;
}

export interface SnapshotDigest extends DigestBase {
  readonly kind: 'snapshot';
  readonly takenAt: string;
  readonly takenAtBasis: TakenAtBasis;
  readonly bootId: string | null;
  /** The network namespace that it shows, by name; `null` for the host's own. Ports are counted per namespace. */
  readonly netns: string | null;
  readonly dialect: SocketDialect | null;
  /** What this snapshot can know; what it cannot is unknown, never zero. */
  readonly knows: {
    /** Some row names an owner, or the header promises them. */
    readonly owners: boolean;
    /** Owners are named, but established sockets without any suggest missing permission. */
    readonly ownersComplete: boolean;
    readonly inodes: boolean;
    readonly queues: boolean;
    readonly listeners: boolean;
    readonly descriptors: boolean;
    readonly processes: boolean;
  };
  readonly states: Readonly<Partial<Record<TcpState, number>>>;
  readonly range: PortRange | null;
  /** Lowest and highest client-side local port seen, and how many distinct ones. */
  readonly seenPorts: { readonly min: number; readonly max: number; readonly distinct: number } | null;
  /** The local addresses with the most ports in use, fullest first, at most 3; empty where no client-side socket exists. */
  readonly ports: readonly PortUse[];
  /** Largest first, at most 24; the rest is in `states`. */
  readonly piles: readonly Pile[];
  /** At most 64, those with a queue first. */
  readonly listeners: readonly Listener[];
  /** Of the holders above and those near their descriptor limit. */
  readonly processes: readonly ProcessFact[];
  /** The host's own addresses that others can reach, commonest first, at most 8: by them its peers find its snapshots. */
  readonly addresses: readonly string[];
  readonly sysctls: { readonly somaxconn: number | null; readonly tcpTwReuse: number | null };
}

/** One failure and how often it happened, minute by minute. */
export interface FailureCount {
  readonly fingerprint: string;
  readonly kind: FailureKind;
  readonly call: FailingCall;
  readonly localPort: number | null;
  readonly peer: string | null;
  /** PIDs the log names for it, commonest first, at most 8. */
  readonly pids: readonly number[];
  readonly error: string;
  readonly frame: string | null;
  /** The innermost ones of the first occurrence, at most 12: what the knowledge base matches. */
  readonly frames: readonly string[];
  readonly firstAt: string;
  readonly lastAt: string;
  readonly timeBasis: TimeBasis;
  readonly count: number;
  /** `[epoch minute, count]`, ascending. Beyond 240 minutes the oldest are merged into one. */
  readonly minutes: readonly (readonly [minute: number, count: number])[];
  /** Lines of the first occurrence. */
  readonly lines: readonly [from: number, to: number];
}

export interface LogDigest extends DigestBase {
  readonly kind: 'log';
  readonly app: string;
  /** First and last time any record bears: what this upload covers, failures or none. */
  readonly covers: { readonly from: string; readonly to: string };
  /** Named by an agent's chunk: the same bytes count once, others add up. */
  readonly chunk: { readonly file: string; readonly from: number; readonly to: number } | null;
  readonly records: number;
  readonly failures: readonly FailureCount[];
}

/** Something that was done to a host on purpose, told by whoever did it: a deployment, a restart, a change of configuration. */
export interface MarkerDigest extends DigestBase {
  readonly kind: 'marker';
  readonly at: string;
  /** In one word, as written: `deploy`. */
  readonly what: string;
  readonly app: string;
  /** The version that came, as written; `null` where nobody said. */
  readonly release: string | null;
}

/** The sockets that have one local port, looked up in a raw snapshot because a fixed port fails and the digest cannot say who has it. */
export interface PortLookup {
  readonly port: number;
  /** The snapshot's. */
  readonly contentId: string;
  readonly takenAt: string;
  readonly source: Source;
  /** At most 32 rows; `more` says how many were left out. */
  readonly rows: readonly PortRow[];
  readonly more: number;
}

export interface PortRow {
  readonly state: TcpState;
  readonly holder: Holder;
  readonly cgroup: string | null;
  readonly localAddress: string;
  readonly peer: string;
  readonly peerPort: number | null;
  readonly line: number;
}
