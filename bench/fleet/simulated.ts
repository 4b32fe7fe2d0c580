/**
 * What hosts upload, made up: the listing as the agent takes it (`ss -tanpoe`, sections), a calm web host, or one on which a program
 * leaks connections. Every number is a parameter, so that what comes out can be checked against what went in.
 */

export const MINUTE_MS = 60_000;

export interface SimulatedSnapshot {
  readonly host: string;
  /** RFC 3339. */
  readonly takenAt: string;
  /** Sockets in CLOSE_WAIT of the leaking program; 0 on a calm host. */
  readonly leaked: number;
  /** Other sockets: half ESTABLISHED with an owner, half TIME_WAIT. */
  readonly others: number;
  readonly range: readonly [from: number, to: number];
  /** Programs that hold a few leaked connections each, toward peers of their own. */
  readonly crowd?: readonly string[];
  /** The host's own. */
  readonly address?: string;
  /** Who leaks, where it is not `LEAKER`. */
  readonly leaker?: { readonly command: string; readonly peer: string };
}

export const LEAKER = { pid: 4312, command: 'sync-worker', peer: '10.20.8.21:8080' } as const;
const OWNERS = [
  ['nginx', 812],
  ['java', 2201],
  ['pgbouncer', 977],
  ['node_exporter', 640],
] as const;
const PEERS = 12;
const ADDRESS = '10.0.0.1';

const user = (command: string, pid: number, fd: number): string => `users:(("${command}",pid=${pid},fd=${fd}))`;

const leakedRow = (port: number, i: number, { command, peer }: { readonly command: string; readonly peer: string }): string =>
  `CLOSE-WAIT 1      0      10.0.0.1:${port}  ${peer} ${user(command, LEAKER.pid, i + 5)} ino:${700_000 + i} sk:${(0x10000 + i).toString(16)} cgroup:/system.slice/sync.service -->`;

const otherRow = (minute: number, i: number): string => {
  const peer = `10.20.9.${1 + (i % PEERS)}:${40_000 + (i % 9000)}`;
  if (i % 2 === 0)
    return `TIME-WAIT  0      0      10.0.0.1:443 ${peer} timer:(timewait,${1 + (i % 59)}sec,0) ino:0 sk:${(minute * 4096 + i).toString(16)}`;
  const [command, pid] = OWNERS[i % OWNERS.length] ?? OWNERS[0];
  return `ESTAB      0      0      10.0.0.1:443 ${peer} timer:(keepalive,${1 + (i % 119)}min,0) ${user(command, pid, 8 + i)} ino:${900_000 + i} sk:${(0x90000 + i).toString(16)} cgroup:/system.slice/${command}.service <->`;
};

const listeners = OWNERS.map(
  ([command, pid], i) =>
    `LISTEN     0      511    0.0.0.0:${443 + i} 0.0.0.0:* ${user(command, pid, 6)} ino:${600_000 + i} sk:${i + 1} <->`,
);

/** Below the port range, so that they take none of it. */
const crowdRow = (command: string, i: number): string =>
  `CLOSE-WAIT 1      0      10.0.0.1:${2000 + i} 10.20.7.${1 + i}:${3000 + i} ${user(command, 5000 + i, 9)} ino:${500_000 + i} sk:${(0x80000 + i).toString(16)} cgroup:/system.slice/${command}.service -->`;

export const snapshotText = ({ host, takenAt, leaked, others, range, crowd = [], ...rest }: SimulatedSnapshot): string => {
  const { address = ADDRESS, leaker = LEAKER } = rest;
  const minute = Math.floor(Date.parse(takenAt) / MINUTE_MS) % 10_000;
  const rows = [
    ...listeners,
    ...Array.from({ length: leaked }, (_, i) => leakedRow(range[0] + i, i, leaker)),
    ...Array.from({ length: others }, (_, i) => otherRow(minute, i)),
    ...crowd.map(crowdRow),
  ];
  const processes = [...OWNERS, [leaker.command, LEAKER.pid] as const];
  return [
    `==> meta <==\nhost: ${host}\ntaken_at: ${takenAt}`,
    `==> ss -tanpoe <==\nState      Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n${rows.join('\n').replaceAll(`${ADDRESS}:`, `${address}:`)}`,
    `==> sysctl <==\nnet.ipv4.ip_local_port_range = ${range[0]}\t${range[1]}\nnet.core.somaxconn = 4096`,
    `==> ps -o pid,ppid,user:32,etimes,args <==\nPID PPID USER ELAPSED COMMAND\n${processes.map(([command, pid]) => `${pid} 1 root 86400 /usr/sbin/${command} --config /etc/${command}.conf`).join('\n')}`,
    `==> fds <==\npid open soft hard\n${processes.map(([command, pid]) => `${pid} ${command === leaker.command ? leaked + 12 : 60} 65536 65536`).join('\n')}\n`,
  ].join('\n\n');
};

/** A minute of an application's log: `failing` lines that tell of a failure, among `lines`. */
export const logText = (minute: string, lines: number, failing: number): string =>
  Array.from({ length: lines }, (_, i) => {
    const at = new Date(Date.parse(minute) + Math.floor((i * MINUTE_MS) / lines)).toISOString();
    return i < failing
      ? `${at} ERROR [2201] login: java.net.BindException: Address already in use (Bind failed)\n\tat java.net.PlainSocketImpl.socketBind(Native Method)\n\tat java.net.Socket.bind(Socket.java:644)\n\tat org.apache.commons.httpclient.protocol.ReflectionSocketFactory.createSocket(ReflectionSocketFactory.java:140)`
      : `${at} INFO [2201] login: GET /session/${i} 200 ${3 + (i % 40)} ms`;
  }).join('\n');

/** `2026-11-23T10:00:00.000Z` as a key has it: `20261123T100000Z`. */
export const stamp = (at: string): string => at.replaceAll(/[-:]|\.\d+/g, '');
