/**
 * The sockets of a busy host in trouble, made up the same way each time: two programs that leak client connections, one whose server
 * side leaks, a dozen healthy ones, TIME_WAIT that nobody owns, IPv6 and listeners. Shares are those of a host some minutes before its
 * ports run out.
 */
export interface Row {
  readonly state: State;
  readonly recvQ: number;
  readonly sendQ: number;
  readonly local: string;
  readonly peer: string;
  readonly isIpv6: boolean;
  readonly owner: Owner | null;
}

interface Owner {
  readonly command: string;
  readonly pid: number;
  readonly fd: number;
}

export type State = 'ESTAB' | 'CLOSE-WAIT' | 'TIME-WAIT' | 'FIN-WAIT-2' | 'LISTEN';

interface Program {
  readonly command: string;
  readonly pid: number;
  /** Its share of all connections, in per mille. */
  readonly share: number;
  readonly closeWaitShare: number;
  /** Where its connections go; `null`: they come to its port. */
  readonly peers: readonly string[] | null;
  readonly port: number;
}

const program = (command: string, pid: number, share: number, closeWaitShare: number, peers: Program['peers'], port = 0): Program => ({
  command,
  pid,
  share,
  closeWaitShare,
  peers,
  port,
});

const PROGRAMS: readonly Program[] = [
  program('java', 28_429, 300, 0.97, ['10.20.8.21:8080']),
  program('python3', 4312, 90, 0.9, ['10.20.8.40:443', '10.20.8.41:443', '[2001:db8:8::40]:443']),
  program('nginx: worker', 771, 180, 0.3, null, 443),
  program('nginx: worker', 772, 150, 0.02, null, 443),
  program('envoy', 1290, 90, 0.001, ['10.20.9.1:15001', '10.20.9.2:15001', '10.20.9.3:15001', '10.20.9.4:15001']),
  program('postgres', 903, 40, 0, null, 5432),
  program('node', 6100, 30, 0.01, ['10.20.7.7:6379', '10.20.7.8:6379']),
  program('sshd', 640, 2, 0, null, 22),
  program('prometheus', 2001, 8, 0, ['10.20.1.1:9100', '10.20.1.2:9100', '10.20.1.3:9100', '10.20.1.4:9100', '10.20.1.5:9100']),
];

const LISTENERS = 40;

/** mulberry32: small, and good enough to draw addresses from. */
const randomFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
};

type Random = (below: number) => number;

const OWN = '10.20.0.13';
const OWN_IPV6 = '[2001:db8:0:20:f816:3eff:fe4a:9c13]';

const ephemeral = (i: number): number => 16_384 + ((i * 7919) % 49_000);

const clientOf = (random: Random, isIpv6: boolean): string =>
  isIpv6
    ? `[2001:db8:${random(65_536).toString(16)}:${random(65_536).toString(16)}::${random(65_536).toString(16)}]:${1024 + random(64_000)}`
    : `${1 + random(220)}.${random(256)}.${random(256)}.${1 + random(254)}:${1024 + random(64_000)}`;

const clientRow = ({ peers }: Program, i: number, random: Random): Pick<Row, 'local' | 'peer' | 'isIpv6'> => {
  const peer = peers?.[random(peers.length)] ?? '';
  const isIpv6 = peer.startsWith('[');
  return { local: `${isIpv6 ? OWN_IPV6 : OWN}:${ephemeral(i)}`, peer, isIpv6 };
};

const serverRow = ({ port }: Program, random: Random): Pick<Row, 'local' | 'peer' | 'isIpv6'> => {
  const isIpv6 = random(4) === 0;
  return { local: `${isIpv6 ? OWN_IPV6 : OWN}:${port}`, peer: clientOf(random, isIpv6), isIpv6 };
};

const connection = (from: Program, i: number, random: Random): Row => {
  const ends = from.peers === null ? serverRow(from, random) : clientRow(from, i, random);
  const isLeft = random(1000) < from.closeWaitShare * 1000;
  const recvQ = isLeft ? (random(8) === 0 ? 32 + random(4000) : 1) : 0;
  const owner = { command: from.command, pid: from.pid, fd: 3 + (i % 30_000) };
  return { state: isLeft ? 'CLOSE-WAIT' : 'ESTAB', recvQ, sendQ: random(40) === 0 ? random(90_000) : 0, ...ends, owner };
};

/** Nobody owns it: its process has closed it. */
const timeWait = (i: number, random: Random): Row => {
  const from = PROGRAMS[random(PROGRAMS.length)];
  const ends =
    from === undefined || from.peers === null ? serverRow(from ?? program('', 0, 0, 0, null), random) : clientRow(from, i, random);
  return { state: random(30) === 0 ? 'FIN-WAIT-2' : 'TIME-WAIT', recvQ: 0, sendQ: 0, ...ends, owner: null };
};

const listener = (i: number): Row => {
  const from = PROGRAMS.filter(({ port }) => port > 0)[i % 4];
  const isIpv6 = i % 2 === 1;
  const port = i < 8 ? (from?.port ?? 0) : 9000 + i;
  const owner = { command: from?.command ?? 'nginx', pid: from?.pid ?? 1, fd: 3 + i };
  return {
    state: 'LISTEN',
    recvQ: 0,
    sendQ: 511,
    local: `${isIpv6 ? '[::]' : '0.0.0.0'}:${port}`,
    peer: `${isIpv6 ? '[::]' : '0.0.0.0'}:*`,
    isIpv6,
    owner,
  };
};

const drawProgram = (random: Random): Program | null => {
  let left = random(1000);
  for (const one of PROGRAMS) {
    if (left < one.share) return one;
    left -= one.share;
  }
  return null;
};

export const makeSockets = (count: number, seed = 6): readonly Row[] => {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, i) => {
    if (i < LISTENERS) return listener(i);
    const from = drawProgram(random);
    return from === null ? timeWait(i, random) : connection(from, i, random);
  });
};
