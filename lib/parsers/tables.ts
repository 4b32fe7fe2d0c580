import type { DescriptorRow, ProcessRow, Sysctls } from '../model/snapshot.ts';

/** The small tables beside the sockets: `ps`, descriptors, sysctls, meta. Each returns `null` for a line that it does not understand. */

const wholeNumber = (text: string | undefined): number | null => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null);

/** The highest that Linux gives out, and so does BSD no higher: `pid_max` is 2^22 at most (proc(5)). */
const MAX_UNIX_PID = 4_194_304;
/** `nr_open` can be set no higher: 2^31, less a word's bits (`sysctl_nr_open_max` of Linux, fs/file.c). */
const MAX_DESCRIPTORS = 2_147_483_584;
/** Longer than any process runs: a larger number would lead to no date. */
const MAX_ELAPSED_SECONDS = 100 * 366 * 86_400;

const within = (value: number | null, from: number, to: number): number | null =>
  value !== null && value >= from && value <= to ? value : null;

/** 0 is the kernel's own process on BSD, and the parent of the first. */
const unixPid = (text: string | undefined): number | null => within(wholeNumber(text), 0, MAX_UNIX_PID);

/** `ELAPSED`: seconds (`etimes`), or `[[dd-]hh:]mm:ss` (`etime`); ps(1). */
const elapsedText = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  const seconds = wholeNumber(text);
  if (seconds !== null) return seconds;
  const [days, clock = days] = text.includes('-') ? text.split('-', 2) : ['0', text];
  const parts = (clock ?? '').split(':').map(Number);
  if (parts.some(Number.isNaN) || parts.length < 2) return null;
  return Number(days) * 86_400 + parts.reduce((sum, part) => sum * 60 + part, 0);
};

const elapsed = (text: string | undefined): number | null => within(elapsedText(text), 0, MAX_ELAPSED_SECONDS);

type PsColumn = 'pid' | 'ppid' | 'user' | 'elapsed' | 'args' | 'other';

const PS_COLUMNS: Readonly<Record<string, PsColumn>> = {
  PID: 'pid',
  PPID: 'ppid',
  USER: 'user',
  UID: 'user',
  ELAPSED: 'elapsed',
  ETIME: 'elapsed',
  ETIMES: 'elapsed',
  COMMAND: 'args',
  CMD: 'args',
  ARGS: 'args',
  COMM: 'args',
};

/** The columns of a `ps` header, or `null`. */
export const psColumns = (text: string): readonly PsColumn[] | null => {
  const words = text.trim().split(/\s+/);
  return words.includes('PID') && words.every((word) => /^[A-Z%]+$/.test(word)) ? words.map((word) => PS_COLUMNS[word] ?? 'other') : null;
};

/** A row of `ps`: the last column keeps its spaces. */
export const parsePsRow = (text: string, columns: readonly PsColumn[]): ProcessRow | null => {
  const values = new Map<PsColumn, string>();
  let rest = text.trimStart();
  for (const [i, column] of columns.entries()) {
    const space = i === columns.length - 1 ? -1 : rest.search(/\s/);
    values.set(column, space < 0 ? rest.trimEnd() : rest.slice(0, space));
    rest = space < 0 ? '' : rest.slice(space).trimStart();
  }
  const pid = unixPid(values.get('pid'));
  if (pid === null) return null;
  return {
    pid,
    ppid: unixPid(values.get('ppid')),
    user: values.get('user') ?? null,
    elapsedSeconds: elapsed(values.get('elapsed')),
    args: values.get('args') || null,
  };
};

/** `unlimited`, or more than can ever be open, is no limit that can be reached. */
const limitOf = (text: string | undefined): number | null => within(wholeNumber(text), 0, MAX_DESCRIPTORS);

/** `pid open soft hard` */
export const parseDescriptorRow = (text: string): DescriptorRow | null => {
  const [pid, open, soft, hard] = text.trim().split(/\s+/, 4);
  const [pidNumber, openNumber] = [within(unixPid(pid), 1, MAX_UNIX_PID), within(wholeNumber(open), 0, MAX_DESCRIPTORS)];
  if (pidNumber === null || openNumber === null) return null;
  return { pid: pidNumber, open: openNumber, soft: limitOf(soft), hard: limitOf(hard) };
};

export const NO_SYSCTLS: Sysctls = { portRange: null, reservedPorts: null, tcpFinTimeout: null, tcpTwReuse: null, somaxconn: null };

/** `net.ipv4.x = value` of sysctl(8), or `net.ipv4.x=value`; BSD's `net.inet.ip.x: value`. */
export const splitSysctl = (text: string): readonly [name: string, value: string] | null => {
  const divider = text.search(/[=:]/);
  const name = text.slice(0, Math.max(0, divider)).trim();
  return /^[a-z][a-z0-9_./-]{2,100}$/.test(name) ? [name.replaceAll('/', '.'), text.slice(divider + 1).trim()] : null;
};

const MAX_PORT = 65_535;

const withPortRange = (sysctls: Sysctls, from: number | null | undefined, to: number | null | undefined): Sysctls =>
  from == null || to == null || from > to || to > MAX_PORT ? sysctls : { ...sysctls, portRange: [from, to] };

/**
 * The numbers of `netsh int ipv4 show dynamicport tcp`, in whatever language its words are: first the start, then how many.
 *
 *     Start Port      : 49152
 *     Number of Ports : 16384
 */
export const dynamicPortNumber = (text: string): number | null => wholeNumber(text.slice(text.lastIndexOf(':') + 1).trim());

export const withDynamicPorts = (sysctls: Sysctls, start: number, ports: number): Sysctls =>
  withPortRange(sysctls, start, start + ports - 1);

/** `/proc/sys/net/ipv4/ip_local_port_range` is `net.ipv4.ip_local_port_range`. */
export const sysctlOfPath = (path: string): string | null =>
  path.startsWith('/proc/sys/') ? path.slice('/proc/sys/'.length).replaceAll('/', '.') : null;

export const withSysctl = (sysctls: Sysctls, name: string, value: string): Sysctls => {
  switch (name) {
    case 'net.ipv4.ip_local_port_range': {
      const [from, to] = value.split(/\s+/).map((part) => wholeNumber(part));
      return withPortRange(sysctls, from, to);
    }
    // BSD prints two; the last port is the highest there is unless the second says otherwise.
    case 'net.inet.ip.portrange.first':
      return withPortRange(sysctls, wholeNumber(value), sysctls.portRange?.[1] ?? MAX_PORT);
    case 'net.inet.ip.portrange.last':
      return withPortRange(sysctls, sysctls.portRange?.[0], wholeNumber(value));
    case 'net.ipv4.ip_local_reserved_ports':
      return { ...sysctls, reservedPorts: value };
    case 'net.ipv4.tcp_fin_timeout':
      return { ...sysctls, tcpFinTimeout: wholeNumber(value) };
    case 'net.ipv4.tcp_tw_reuse':
      return { ...sysctls, tcpTwReuse: wholeNumber(value) };
    case 'net.core.somaxconn':
      return { ...sysctls, somaxconn: wholeNumber(value) };
    default:
      return sysctls;
  }
};

/** `key: value` of the meta section. */
export const splitMeta = (text: string): readonly [key: string, value: string] | null => {
  const colon = text.indexOf(':');
  const key = text.slice(0, Math.max(0, colon)).trim();
  return /^[a-z][a-z0-9_]{0,40}$/.test(key) ? [key, text.slice(colon + 1).trim()] : null;
};
