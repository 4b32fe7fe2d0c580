/**
 * Listings of a host in trouble, always the same ones: 50,000 sockets, most of them a leak, beside a pool, a proxy with many clients,
 * connections in TIME_WAIT that nobody owns, and listeners. What is in them is counted while they are written, so a reading of them can be checked.
 */

export interface Listing {
  readonly name: 'ss -tanp' | 'netstat -tanp';
  readonly text: string;
  /** CLOSE_WAIT by PID. */
  readonly closeWait: ReadonlyMap<number, number>;
}

interface Row {
  readonly state: readonly [ss: string, netstat: string];
  readonly recvQ: number;
  readonly sendQ: number;
  readonly local: string;
  readonly peer: string;
  readonly owner: { readonly name: string; readonly pid: number; readonly fd: number } | null;
}

const CLOSE_WAIT = ['CLOSE-WAIT', 'CLOSE_WAIT'] as const;
const ESTABLISHED = ['ESTAB', 'ESTABLISHED'] as const;
const TIME_WAIT = ['TIME-WAIT', 'TIME_WAIT'] as const;
const LISTEN = ['LISTEN', 'LISTEN'] as const;

const HOST = '10.20.0.13';
const row = (state: Row['state'], recvQ: number, local: string, peer: string, owner: Row['owner'], sendQ = 0): Row => ({
  state,
  recvQ,
  sendQ,
  local,
  peer,
  owner,
});

const leak = (i: number): Row =>
  row(CLOSE_WAIT, 1, `${HOST}:${20_000 + i}`, `10.20.8.${21 + (i % 3)}:8080`, { name: 'python3', pid: 28_429, fd: 3 + i });
const smallLeak = (i: number): Row =>
  row(CLOSE_WAIT, 1, `${HOST}:${52_000 + i}`, '10.20.9.7:9200', { name: 'java', pid: 1200 + (i % 20), fd: 40 + i });
const pool = (i: number): Row => row(ESTABLISHED, 0, `${HOST}:${48_000 + i}`, '10.20.4.4:5432', { name: 'pgbouncer', pid: 911, fd: 9 + i });
const served = (i: number): Row =>
  row(ESTABLISHED, 0, `${HOST}:443`, `172.${16 + (i % 16)}.${(i >> 4) % 256}.${(i * 7) % 256}:${1024 + ((i * 13) % 60_000)}`, {
    name: 'nginx',
    pid: 700 + (i % 8),
    fd: 20 + i,
  });
const waiting = (i: number): Row => row(TIME_WAIT, 0, `${HOST}:${56_000 + (i % 8000)}`, `10.20.7.${i % 200}:6379`, null);
const listening = (i: number): Row =>
  row(LISTEN, 0, `0.0.0.0:${8000 + i}`, '0.0.0.0:*', { name: `service-${i}`, pid: 3000 + i, fd: 6 }, 511);

const many = (count: number, make: (i: number) => Row): readonly Row[] => Array.from({ length: count }, (_, i) => make(i));

/** Ordered as the kernel's hash table would: not by owner. A fixed step over a prime number of rows visits each once. */
const shuffled = (rows: readonly Row[]): readonly Row[] => {
  const step = 7919;
  return rows.map((_, i) => rows[(i * step) % rows.length] ?? rows[0]).filter((one): one is Row => one !== undefined);
};

const rowsOf = (sockets: number): readonly Row[] => {
  const part = (share: number): number => Math.round(share * sockets);
  return shuffled([
    ...many(30, listening),
    ...many(part(0.56), leak),
    ...many(part(0.04), smallLeak),
    ...many(part(0.06), pool),
    ...many(part(0.2), served),
    ...many(part(0.14), waiting),
  ]);
};

const ssLine = ({ state, recvQ, sendQ, local, peer, owner }: Row): string => {
  const users = owner === null ? '' : `users:(("${owner.name}",pid=${owner.pid},fd=${owner.fd}))`;
  return `${state[0].padEnd(10)} ${String(recvQ).padEnd(6)} ${String(sendQ).padEnd(6)} ${local.padStart(26)} ${peer.padStart(26)} ${users}`;
};

const netstatLine = ({ state, recvQ, sendQ, local, peer, owner }: Row): string =>
  `tcp   ${String(recvQ).padStart(6)} ${String(sendQ).padStart(6)} ${local.padEnd(23)} ${peer.padEnd(23)} ${state[1].padEnd(11)} ${owner === null ? '-' : `${owner.pid}/${owner.name}`}`;

const closeWaitOf = (rows: readonly Row[]): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  for (const { state, owner } of rows) if (state === CLOSE_WAIT && owner !== null) counts.set(owner.pid, (counts.get(owner.pid) ?? 0) + 1);
  return counts;
};

export const ssListing = (sockets: number): Listing => {
  const rows = rowsOf(sockets);
  const head = 'State      Recv-Q Send-Q         Local Address:Port             Peer Address:Port Process';
  return { name: 'ss -tanp', text: `${[head, ...rows.map(ssLine)].join('\n')}\n`, closeWait: closeWaitOf(rows) };
};

export const netstatListing = (sockets: number): Listing => {
  const rows = rowsOf(sockets);
  const head = [
    'Active Internet connections (servers and established)',
    'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    ',
  ];
  return { name: 'netstat -tanp', text: `${[...head, ...rows.map(netstatLine)].join('\n')}\n`, closeWait: closeWaitOf(rows) };
};
