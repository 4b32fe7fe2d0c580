/**
 * A row of `ss`, `netstat` or another listing of sockets, in the kernel's terms, whatever the dialect that printed it.
 *
 * What a dialect does not print is `null` ("unknown"), never zero and never "none".
 */

/** States as the kernel names them (include/net/tcp_states.h), lower case; RFC 9293 §3.3.2 defines them. */
export const TCP_STATES = [
  'established',
  'syn_sent',
  'syn_recv',
  'fin_wait1',
  'fin_wait2',
  'time_wait',
  'close',
  'close_wait',
  'last_ack',
  'listen',
  'closing',
] as const;

export type TcpState = (typeof TCP_STATES)[number];

/** What can be seen on the internet families; unix-domain, netlink and packet sockets take no port and are not kept. */
export const PROTOCOLS = ['tcp', 'udp', 'raw', 'icmp', 'dccp', 'sctp', 'mptcp'] as const;

export type Protocol = (typeof PROTOCOLS)[number];

export interface Endpoint {
  /**
   * Without brackets; a v4-mapped address (`::ffff:10.0.0.1`) is its IPv4 address, as both share ports (KERNEL.md).
   * `*` is any-address of both families; `0.0.0.0` and `::` are any-address of one.
   */
  readonly address: string;
  /** `null` for `*` (no port) and for a service name that has no number here. */
  readonly port: number | null;
  /** `lo` in `127.0.0.53%lo`. */
  readonly scope?: string;
}

export interface Owner {
  /**
   * comm (`ss`, at most 15 characters) or argv[0] (`netstat`, cut to fit 19 characters with the PID). Host's text: never trust it.
   * `null` where the listing has PIDs only (Windows without -b, macOS before 14).
   */
  readonly command: string | null;
  readonly pid: number;
}

/** Whether the row could name an owner, and did. A socket may have several (fork): it is one socket all the same. */
export type Ownership =
  | { readonly kind: 'owned'; readonly owners: readonly [Owner, ...Owner[]] }
  /** The listing shows owners, this row has none: TIME_WAIT, an orphan, not accepted yet, or hidden by missing permission. */
  | { readonly kind: 'unowned' }
  /** The listing shows no owners at all (no `-p`). */
  | { readonly kind: 'unknown' };

export interface Socket {
  readonly protocol: Protocol;
  readonly state: TcpState;
  /** Bytes; for `listen` the length of the accept queue. */
  readonly recvQ: number | null;
  /** Bytes; for `listen` the limit of the accept queue (`ss` only: netstat prints 0). */
  readonly sendQ: number | null;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  readonly ownership: Ownership;
  /** 0 means that no process has accepted or kept it (KERNEL.md). */
  readonly inode: number | null;
  /** `sk:`, the socket's identity for as long as it lives. */
  readonly cookie: string | null;
  readonly cgroup: string | null;
  /** `lastack:` of `ss -i`, milliseconds. */
  readonly lastAckMs: number | null;
  /** `::` listens on IPv4 too unless this is true. `null`: the dialect does not say. */
  readonly v6only: boolean | null;
  /** 1-based, in the uploaded object after decompression. */
  readonly line: number;
}
