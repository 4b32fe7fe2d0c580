import type { Analysis } from '../../lib/model/analysis.ts';
import { analyzePaths, type FileReader } from '../../lib/use-cases/analyze.ts';

/** A host that is made up socket by socket, for what no recording shows: its snapshots as `ss -tanpe` with sections would print them. */

export interface MadeSocket {
  readonly state: string;
  readonly local: string;
  readonly peer: string;
  readonly recvQ?: number;
  readonly owner?: readonly [command: string, pid: number];
  /** A child that inherited it. */
  readonly heir?: readonly [command: string, pid: number];
  /** `sk:`; sockets with the same are the same. */
  readonly cookie?: number;
  readonly cgroup?: string;
}

export interface MadeSnapshot {
  /** Seconds after the beginning. */
  readonly at: number;
  readonly sockets: readonly MadeSocket[];
  readonly range?: readonly [from: number, to: number];
  /** `pid ppid user seconds args` */
  readonly ps?: readonly string[];
  /** `pid open soft hard` */
  readonly fds?: readonly string[];
  readonly namespaces?: Readonly<Record<string, Pick<MadeSnapshot, 'sockets' | 'range'>>>;
}

const BEGAN = Date.parse('2026-11-23T10:00:00Z');
export const timeAt = (seconds: number): string => new Date(BEGAN + seconds * 1000).toISOString();
const stamp = (seconds: number): string => timeAt(seconds).replaceAll(/[-:]|\.000/g, '');

const user = ([command, pid]: readonly [string, number], fd: number): string => `("${command}",pid=${pid},fd=${fd})`;

const row = ({ state, local, peer, recvQ = 0, owner, heir, cookie, cgroup }: MadeSocket, fd: number): string =>
  [
    `${state} ${recvQ} ${state === 'LISTEN' ? 128 : 0} ${local} ${peer}`,
    ...(owner === undefined ? [] : [`users:(${[owner, ...(heir === undefined ? [] : [heir])].map((one) => user(one, fd)).join(',')})`]),
    ...(cookie === undefined ? [] : [`ino:${10_000 + cookie} sk:${cookie.toString(16)}`]),
    ...(cgroup === undefined ? [] : [`cgroup:${cgroup}`]),
  ].join(' ');

const listing = ({ sockets, range }: Pick<MadeSnapshot, 'sockets' | 'range'>, suffix = ''): readonly string[] => [
  `==> ss -tanpe${suffix} <==`,
  'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
  ...sockets.map((socket, i) => row(socket, i + 3)),
  ...(range === undefined ? [] : [`==> sysctl${suffix} <==`, `net.ipv4.ip_local_port_range = ${range[0]}\t${range[1]}`]),
];

export const snapshotText = (made: MadeSnapshot): string =>
  [
    '==> meta <==',
    `taken_at: ${timeAt(made.at)}`,
    ...listing(made),
    ...Object.entries(made.namespaces ?? {}).flatMap(([name, own]) => listing(own, ` @netns ${name}`)),
    ...(made.ps === undefined ? [] : ['==> ps -o pid,ppid,user:32,etimes,args <==', 'PID PPID USER ELAPSED COMMAND', ...made.ps]),
    ...(made.fds === undefined ? [] : ['==> fds <==', 'pid open soft hard', ...made.fds]),
  ].join('\n');

/** `count` connections of one program to one peer, on consecutive ports. */
export const connections = (
  count: number,
  { from, ...socket }: Omit<MadeSocket, 'local'> & { readonly from: number; readonly cookie: number },
): readonly MadeSocket[] =>
  Array.from({ length: count }, (_, i) => ({ ...socket, local: `10.0.0.1:${from + i}`, cookie: socket.cookie + i }));

/** Failures of a program's log at these seconds. */
export interface MadeLog {
  readonly app: string;
  readonly at: readonly number[];
  readonly line: string;
}

export const BIND_ANY =
  'java.net.BindException: Address already in use\n\tat java.base/sun.nio.ch.Net.bind0(Native Method)\n\tat java.base/java.net.Socket.bind(Socket.java:700)\n\tat org.apache.commons.httpclient.protocol.ReflectionSocketFactory.createSocket(ReflectionSocketFactory.java:1)';
export const connectTo = (peer: string): string => `dial tcp ${peer}: connect: cannot assign requested address`;
export const listenOn = (port: number): string => `listen tcp :${port}: bind: address already in use`;

export const filesOf = (host: string, snapshots: readonly MadeSnapshot[], logs: readonly MadeLog[] = []): ReadonlyMap<string, string> =>
  new Map([
    ...snapshots.map((made): [string, string] => [`hosts/${host}/snapshots/${stamp(made.at)}`, snapshotText(made)]),
    ...logs.map(({ app, at, line }): [string, string] => [
      `hosts/${host}/logs/${app}/${stamp(at.at(-1) ?? 0)}`,
      at.map((seconds) => `${timeAt(seconds)} ERROR ${line}`).join('\n'),
    ]),
  ]);

export const readerOf = (files: ReadonlyMap<string, string>): FileReader => ({
  list: async () => [...files.keys()].map((path) => ({ path, relative: path, modifiedAt: timeAt(0) })),
  async *read(path) {
    yield Buffer.from(files.get(path) ?? '');
  },
});

/** What is said of such a host. */
export const analyzeMade = async (snapshots: readonly MadeSnapshot[], logs: readonly MadeLog[] = []): Promise<readonly Analysis[]> =>
  (await analyzePaths(['made'], readerOf(filesOf('web-1', snapshots, logs)))).analyses;
