import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The sockets with their owners from /proc alone, written as `netstat -natpee` writes them: for containers, whose images have neither `ss` nor
 * netstat, and for hosts that cannot start a process. Synchronous: tens of thousands of short reads, which a thread pool makes ten times as long.
 *
 * Documentation/networking/proc_net_tcp.rst of the kernel; net-tools prints no limit of a listener's queue either.
 */

const STATES: Readonly<Record<string, string>> = {
  '01': 'ESTABLISHED',
  '02': 'SYN_SENT',
  '03': 'SYN_RECV',
  '04': 'FIN_WAIT1',
  '05': 'FIN_WAIT2',
  '06': 'TIME_WAIT',
  '07': 'CLOSE',
  '08': 'CLOSE_WAIT',
  '09': 'LAST_ACK',
  '0A': 'LISTEN',
  '0B': 'CLOSING',
  '0C': 'SYN_RECV',
};
const HEADER = 'Proto Recv-Q Send-Q Local Address           Foreign Address         State       User       Inode      PID/Program name';
/** A look must end: beyond, whose a socket is stays unknown. */
const MAX_LINKS = 500_000;

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not there, not allowed, or ended in the meantime: unknown.
    return null;
  }
};

const namesIn = (path: string): readonly string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

const linkOf = (path: string): string | null => {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
};

const isPid = (name: string): boolean => /^\d{1,10}$/.test(name);

/** As net-tools: argv[0], without its folders; comm where a process has no arguments. */
const programOf = (pid: string): string => {
  const [first = ''] = (textOf(`/proc/${pid}/cmdline`) ?? '').split('\0', 1);
  const name = first === '' ? (textOf(`/proc/${pid}/comm`) ?? '') : first.slice(first.lastIndexOf('/') + 1);
  return name
    .replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
    .trim()
    .slice(0, 64);
};

/** `PID/Program name` by inode. A socket that several share is the first one's, as net-tools has it. */
const ownersByInode = (): ReadonlyMap<string, string> => {
  const owners = new Map<string, string>();
  let links = 0;
  for (const pid of namesIn('/proc').filter(isPid)) {
    let owner: string | null = null;
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      if (links >= MAX_LINKS) return owners;
      links += 1;
      const [, inode] = /^socket:\[(\d{1,20})\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`) ?? '') ?? [];
      if (inode === undefined || owners.has(inode)) continue;
      owner ??= `${pid}/${programOf(pid)}`;
      owners.set(inode, owner);
    }
  }
  return owners;
};

/** The bytes of each 32-bit word come in the host's order, which is little-endian wherever Node 24 runs. */
const bytesOf = (hex: string): readonly number[] =>
  Array.from({ length: hex.length / 2 }, (_, i) => {
    const word = i - (i % 4);
    const at = 2 * (word + 3 - (i % 4));
    return Number.parseInt(hex.slice(at, at + 2), 16);
  });

const ipv6 = (bytes: readonly number[]): string => {
  const groups = Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
};

const isMapped = (bytes: readonly number[]): boolean =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;

/** `0100007F:1F90` is `127.0.0.1:8080`; a v4-mapped address is printed as IPv4; no port is `*`. */
export const endpointText = (hex: string): string => {
  const [address = '', port = ''] = hex.split(':');
  const bytes = bytesOf(address);
  const text = isMapped(bytes) ? bytes.slice(12).join('.') : bytes.length === 4 ? bytes.join('.') : ipv6(bytes);
  const number = Number.parseInt(port, 16);
  return `${text}:${number === 0 ? '*' : number}`;
};

const ROW =
  /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) ([0-9A-F]{8}):([0-9A-F]{8}) \S+ \S+ +(\d+) +\d+ (\d+)/;

const rowOf = (line: string, protocol: string, owners: ReadonlyMap<string, string>): string | null => {
  const [, local, localPort, peer, peerPort, state = '', sendQ = '', recvQ = '', uid = '', inode = ''] = ROW.exec(line) ?? [];
  if (local === undefined) return null;
  const ends = [endpointText(`${local}:${localPort}`), endpointText(`${peer}:${peerPort}`)];
  const queues = [Number.parseInt(recvQ, 16), Number.parseInt(sendQ, 16)];
  return [protocol, ...queues, ...ends, STATES[state] ?? 'UNKNOWN', uid, inode, owners.get(inode) ?? '-'].join(' ');
};

/**
 * @param pid of a process in the network namespace that is meant; `self` for this one
 * @returns what netstat would print; `null` where /proc shows no sockets
 */
export const listFromProc = (pid: string): string | null => {
  const tables = ['tcp', 'tcp6'].map((name) => ({ name, text: textOf(`/proc/${pid}/net/${name}`) }));
  if (tables.every(({ text }) => text === null)) return null;
  const owners = ownersByInode();
  const rows = tables.flatMap(({ name, text }) => (text ?? '').split('\n').flatMap((line) => rowOf(line, name, owners) ?? []));
  return `${['Active Internet connections (servers and established)', HEADER, ...rows].join('\n')}\n`;
};

/** Clock ticks a second: USER_HZ, which is 100 wherever Node 24 runs. */
const TICKS = 100;

const processRow = (pid: number, uptime: number): string | null => {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // comm stands in brackets, and may hold brackets and spaces itself: state is the first field behind the last one.
  const [, ppid = '0', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = Math.max(0, Math.round(uptime - Number(fields[17] ?? 0) / TICKS));
  const uid = /^Uid:\t(\d+)/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1] ?? '-';
  const args = (textOf(`/proc/${pid}/cmdline`) ?? '').replaceAll(/[\u0000-\u001f\u007f]/g, ' ').trim();
  return `${pid} ${ppid} ${uid} ${seconds} ${args}`;
};

/** What `ps -o pid,ppid,user:32,etimes,args` would print of these processes, with user ids for names. */
export const listProcesses = (pids: readonly number[]): string => {
  const uptime = Number((textOf('/proc/uptime') ?? '0').split(' ')[0]);
  return ['PID PPID USER ELAPSED COMMAND', ...pids.flatMap((pid) => processRow(pid, uptime) ?? [])].join('\n');
};
