import type { SocketColumns } from './socket-columns.ts';

/** Where a reading came from, to be quoted: the object and its 1-based lines, both ends included. */
export interface Source {
  /** `s3://bucket/key`, or a path for `closewatch analyze`. */
  readonly uri: string;
  readonly lines: readonly [from: number, to: number];
}

/** Whose listing it was: `netstat` is Linux's (net-tools, busybox), `proc` is /proc/net/tcp, `powershell` is Get-NetTCPConnection. */
export type SocketDialect =
  | 'ss'
  | 'netstat'
  | 'proc'
  | 'macos-netstat'
  | 'freebsd-netstat'
  | 'sockstat'
  | 'lsof'
  | 'windows-netstat'
  | 'powershell';

export interface Unparsed {
  readonly line: number;
  /** Cut to 200 characters, control characters removed. */
  readonly text: string;
}

/** What became of every line of an upload: the counts add up to its number of lines, so nothing is dropped in silence. */
export interface LineAccount {
  readonly total: number;
  readonly understood: number;
  /** Known and without meaning here: other families' tables, headers, notices, blank lines, unknown sections. */
  readonly ignored: number;
  readonly unparsed: number;
  /** The first ones, at most 20. */
  readonly samples: readonly Unparsed[];
}

export interface Sysctls {
  readonly portRange: readonly [from: number, to: number] | null;
  /** As the kernel prints them, e.g. `8080,9000-9010`; `''` where none are reserved, `null` where nobody said. */
  readonly reservedPorts: string | null;
  readonly tcpFinTimeout: number | null;
  readonly tcpTwReuse: number | null;
  readonly somaxconn: number | null;
}

export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number | null;
  readonly user: string | null;
  /** Seconds since the process started. */
  readonly elapsedSeconds: number | null;
  /** The whole command line. Host's text, may hold secrets. */
  readonly args: string | null;
}

export interface DescriptorRow {
  readonly pid: number;
  readonly open: number;
  readonly soft: number | null;
  readonly hard: number | null;
}

interface SnapshotMeta {
  readonly host: string | null;
  /** As written. */
  readonly takenAt: string | null;
  readonly bootId: string | null;
  readonly kernel: string | null;
  readonly entries: Readonly<Record<string, string>>;
}

/** One reading of one host (one network namespace unless a section says otherwise), before it is digested. */
export interface Snapshot {
  readonly meta: SnapshotMeta;
  /** By name, as a section says (`==> ss -tanpe @netns blue <==`); `null` for the host's own. */
  readonly netns: string | null;
  readonly dialect: SocketDialect | null;
  readonly sockets: SocketColumns;
  readonly sysctls: Sysctls;
  readonly processes: readonly ProcessRow[] | null;
  readonly descriptors: readonly DescriptorRow[] | null;
  /** Names of sections that are kept by name and ignored. */
  readonly otherSections: readonly string[];
  readonly lines: readonly [from: number, to: number];
  readonly account: LineAccount;
  /** SHA-256 of its lines, hex: the same snapshot uploaded twice has the same. */
  readonly contentId: string;
}
