import type { SocketDialect } from '../model/snapshot.ts';

/** Linux: `ip_local_port_range` of net/ipv4/af_inet.c. */
const LINUX = [32_768, 60_999] as const;
/** RFC 6335's dynamic ports: macOS (`net.inet.ip.portrange.first`, `last`), and Windows since Vista (`netsh int ipv4 show dynamicport tcp`). */
const DYNAMIC = [49_152, 65_535] as const;
/** FreeBSD: `net.inet.ip.portrange.first` and `last`, ip(4). */
const FREEBSD = [10_000, 65_535] as const;

const DEFAULTS: Readonly<Record<SocketDialect, readonly [from: number, to: number]>> = {
  ss: LINUX,
  netstat: LINUX,
  proc: LINUX,
  // lsof runs on all of them; a port seen outside disproves the assumption.
  lsof: LINUX,
  'macos-netstat': DYNAMIC,
  'windows-netstat': DYNAMIC,
  powershell: DYNAMIC,
  'freebsd-netstat': FREEBSD,
  sockstat: FREEBSD,
};

/** The ephemeral range of a system that nobody has changed, by the listing that came from it. */
export const defaultRangeOf = (dialect: SocketDialect | null): readonly [from: number, to: number] => DEFAULTS[dialect ?? 'ss'];

const LINUX_LISTINGS: ReadonlySet<SocketDialect | null> = new Set<SocketDialect | null>(['ss', 'netstat', 'proc', null]);

/** Whether ports that stand close together show the range: Linux spreads its choice over all of it, Windows takes one after the other. */
export const choiceIsSpread = (dialect: SocketDialect | null): boolean => LINUX_LISTINGS.has(dialect);
