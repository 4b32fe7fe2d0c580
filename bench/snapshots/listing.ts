import type { Row, State } from './sockets.ts';

/** The same sockets as the commands print them: column widths follow iproute2's (content decides) and net-tools' (fixed, overflowing). */
export type Dialect = 'ss' | 'netstat';

export const COMMANDS: Readonly<Record<Dialect, string>> = { ss: 'ss -tanp', netstat: 'netstat -tanp' };

const widest = (rows: readonly Row[], of: (row: Row) => string): number => rows.reduce((most, row) => Math.max(most, of(row).length), 0);

const hostOf = (end: string): string => end.slice(0, end.lastIndexOf(':'));
const portOf = (end: string): string => end.slice(end.lastIndexOf(':') + 1);

/** Addresses are set right, ports left: `ss` aligns at the colon. */
const aligned = (end: string, hostWidth: number, portWidth: number): string =>
  `${hostOf(end).padStart(hostWidth)}:${portOf(end).padEnd(portWidth)}`;

const ssLines = (rows: readonly Row[]): readonly string[] => {
  const local = widest(rows, (row) => hostOf(row.local));
  const peer = widest(rows, (row) => hostOf(row.peer));
  const header = `${'State'.padEnd(10)} ${'Recv-Q'.padEnd(6)} ${'Send-Q'.padEnd(6)} ${'Local Address'.padStart(local)}:${'Port'.padEnd(5)} ${'Peer Address'.padStart(peer)}:${'Port'.padEnd(5)} Process`;
  const line = (row: Row): string => {
    const owner = row.owner === null ? '' : `users:(("${row.owner.command}",pid=${row.owner.pid},fd=${row.owner.fd}))`;
    const queues = `${String(row.recvQ).padEnd(6)} ${String(row.sendQ).padEnd(6)}`;
    return `${row.state.padEnd(10)} ${queues} ${aligned(row.local, local, 5)} ${aligned(row.peer, peer, 5)} ${owner}`;
  };
  return [header, ...rows.map(line)];
};

const NETSTAT_STATES: Readonly<Record<State, string>> = {
  ESTAB: 'ESTABLISHED',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  'TIME-WAIT': 'TIME_WAIT',
  'FIN-WAIT-2': 'FIN_WAIT2',
  LISTEN: 'LISTEN',
};

/** net-tools writes IPv6 addresses without brackets. */
const bare = (end: string): string => end.replace('[', '').replace(']', '');

/** `PROGNAME_WIDTH` of net-tools' netstat.c: a longer name is cut. */
const PROGRAM_WIDTH = 20;

const netstatLine = (row: Row): string => {
  const owner = row.owner === null ? '-' : `${row.owner.pid}/${row.owner.command}`.slice(0, PROGRAM_WIDTH - 1);
  const sendQ = row.state === 'LISTEN' ? 0 : row.sendQ;
  const ends = `${bare(row.local).padEnd(23)} ${bare(row.peer).padEnd(23)}`;
  const proto = (row.isIpv6 ? 'tcp6' : 'tcp').padEnd(5);
  return `${proto} ${String(row.recvQ).padStart(6)} ${String(sendQ).padStart(6)} ${ends} ${NETSTAT_STATES[row.state].padEnd(11)} ${owner.padEnd(PROGRAM_WIDTH)}`;
};

const netstatLines = (rows: readonly Row[]): readonly string[] => [
  'Active Internet connections (servers and established)',
  'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    ',
  ...rows.map(netstatLine),
];

export const listingOf = (dialect: Dialect, rows: readonly Row[]): Buffer =>
  Buffer.from(`${(dialect === 'ss' ? ssLines(rows) : netstatLines(rows)).join('\n')}\n`);

/** As `ss -tuanp` prints it. */
export const withNetid = (listing: Buffer): Buffer =>
  Buffer.from(
    listing
      .toString()
      .split('\n')
      .map((line, i) => (line === '' ? '' : `${i === 0 ? 'Netid' : 'tcp  '} ${line}`))
      .join('\n'),
  );
