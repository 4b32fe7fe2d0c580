import type { Holder, Pile, PortRange, SnapshotDigest } from '../model/digest.ts';
import type { SocketDialect } from '../model/snapshot.ts';
import type { TcpState } from '../model/socket.ts';
import { plain } from '../text/plain.ts';

/** One holder's sockets in one snapshot. */
export interface Stack {
  readonly key: string;
  readonly holder: Holder['kind'];
  readonly pid: number | null;
  readonly command: string | null;
  /** Of its largest pile. */
  readonly peer: string | null;
  readonly localPort: number | null;
  readonly counts: ReadonlyMap<TcpState, number>;
  readonly total: number;
}

/** What of a snapshot's digest a timeline needs: so little that thousands fit into memory. */
export interface Frame {
  readonly at: string;
  readonly netns: string | null;
  readonly dialect: SocketDialect | null;
  readonly range: PortRange | null;
  readonly seenPorts: SnapshotDigest['seenPorts'];
  /** Distinct ports on the fullest local address; `null` where the snapshot lists no sockets at all. */
  readonly used: number | null;
  readonly stacks: ReadonlyMap<string, Stack>;
  /** Every socket is in a stack: a holder without one has none. Else it may be among the small ones that a digest leaves out. */
  readonly isComplete: boolean;
}

const keyOf = ({ holder, side, peer, localPort }: Pile, netns: string | null): string => {
  const space = netns ?? '';
  if (holder.kind === 'process') return `${space} ${holder.pid} ${holder.command ?? ''}`;
  // TIME_WAIT and orphans of all peers together are one thing to look at; what waits on a port is that service's.
  if (holder.kind === 'nobody') return `${space} nobody ${localPort ?? ''}`;
  return `${space} unknown ${side === 'client' ? (peer ?? '') : `:${localPort}`}`;
};

const sum = (piles: readonly Pile[]): number => piles.reduce((total, { sockets }) => total + sockets, 0);

const countStates = (piles: readonly Pile[]): ReadonlyMap<TcpState, number> => {
  const counts = new Map<TcpState, number>();
  for (const { state, sockets } of piles) counts.set(state, (counts.get(state) ?? 0) + sockets);
  return counts;
};

const stackOf = (key: string, piles: readonly Pile[]): Stack | null => {
  const largest = piles.reduce<Pile | null>((most, pile) => (most === null || pile.sockets > most.sockets ? pile : most), null);
  if (largest === null) return null;
  const { holder, peer, localPort } = largest;
  const isProcess = holder.kind === 'process';
  return {
    key,
    holder: holder.kind,
    pid: isProcess ? holder.pid : null,
    command: isProcess && holder.command !== null ? plain(holder.command) : null,
    // Nobody's connections to all peers are one stack: none of the peers is its name.
    peer: holder.kind === 'nobody' ? null : peer,
    localPort,
    counts: countStates(piles),
    total: sum(piles),
  };
};

/** The listing's sockets, as the digest counts them by state. Listeners are no pile. */
const listed = ({ states }: SnapshotDigest): number =>
  Object.entries(states).reduce((total, [state, count]) => (state === 'listen' ? total : total + count), 0);

export const frameOf = (digest: SnapshotDigest): Frame => {
  const { takenAt, netns, dialect, range, seenPorts, piles, ports } = digest;
  const groups = new Map<string, Pile[]>();
  for (const pile of piles) {
    const key = keyOf(pile, netns);
    const same = groups.get(key);
    if (same === undefined) groups.set(key, [pile]);
    else same.push(pile);
  }
  return {
    at: takenAt,
    netns,
    dialect,
    range,
    seenPorts,
    used: dialect === null ? null : ports.reduce((most, { used }) => Math.max(most, used), 0),
    stacks: new Map([...groups].flatMap(([key, same]) => stackOf(key, same) ?? []).map((stack) => [stack.key, stack])),
    isComplete: dialect !== null && sum(piles) >= listed(digest),
  };
};
