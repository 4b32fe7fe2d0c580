import { type Endpoint, type Ownership, PROTOCOLS, type Protocol, type Socket, TCP_STATES, type TcpState } from './socket.ts';

/**
 * The sockets of one listing, a column for each field of `Socket`, all by the socket's index. A host has a million of them: an object for
 * each costs more to make, to keep and to fetch again than its line costs to read. What repeats is told once and has a number.
 */
export interface SocketColumns {
  readonly size: number;
  /** `protocolNumber` and `stateNumber`. */
  readonly protocol: Uint8Array;
  readonly state: Uint8Array;
  /** `NOT_SHOWN` where unknown. */
  readonly recvQ: Float64Array;
  readonly sendQ: Float64Array;
  readonly local: EndColumns;
  readonly peer: EndColumns;
  /** By their numbers in the ends. */
  readonly addresses: Addresses;
  /** Number of an ownership. */
  readonly ownership: Int32Array;
  /** `UNKNOWN` and `UNOWNED` come first. */
  readonly ownerships: readonly Ownership[];
  readonly inode: Optional<number>;
  readonly cookie: Optional<string>;
  readonly cgroup: Optional<string>;
  readonly lastAckMs: Optional<number>;
  readonly v6only: Optional<boolean>;
  readonly line: Int32Array;
}

/** Numbered from 0. A listing has tens of thousands, of which few are ever looked at as texts. */
export interface Addresses {
  readonly size: number;
  textOf(address: number): string;
  /** All, one behind the other, in UTF-8. */
  readonly bytes: Uint8Array;
  /** Where each begins; one more, where the last ends. */
  readonly starts: Int32Array;
}

export interface EndColumns {
  /** Number of an address. */
  readonly address: Int32Array;
  /** `NO_PORT` where it has none. */
  readonly port: Int32Array;
  readonly scope: Optional<string>;
}

/** A column of what most listings do not show: it ends with the last value. */
export type Optional<T> = readonly (T | null)[];

export const NOT_SHOWN = -1;
export const NO_PORT = -1;
export const UNKNOWN = 0;
export const UNOWNED = 1;

const numbersOf = <T>(names: readonly T[]): ReadonlyMap<T, number> => new Map(names.map((name, i) => [name, i]));
const STATE_NUMBERS = numbersOf(TCP_STATES);
const PROTOCOL_NUMBERS = numbersOf(PROTOCOLS);

export const stateNumber = (state: TcpState): number => STATE_NUMBERS.get(state) ?? 0;
export const protocolNumber = (protocol: Protocol): number => PROTOCOL_NUMBERS.get(protocol) ?? 0;

export const stateNamed = (number: number | undefined): TcpState => TCP_STATES[number ?? 0] ?? 'established';
const protocolNamed = (number: number | undefined): Protocol => PROTOCOLS[number ?? 0] ?? 'tcp';

const shownOr = (value: number | undefined): number | null => (value === undefined || value === NOT_SHOWN ? null : value);
export const portOr = (port: number | undefined): number | null => (port === undefined || port === NO_PORT ? null : port);

const UNKNOWN_OWNER: Ownership = { kind: 'unknown' };
export const ownershipAt = ({ ownership, ownerships }: SocketColumns, i: number): Ownership =>
  ownerships[ownership[i] ?? UNKNOWN] ?? UNKNOWN_OWNER;

const endAt = ({ address, port, scope }: EndColumns, addresses: Addresses, i: number): Endpoint => {
  const end = { address: addresses.textOf(address[i] ?? 0), port: portOr(port[i]) };
  const scopeOfEnd = scope[i] ?? null;
  return scopeOfEnd === null ? end : { ...end, scope: scopeOfEnd };
};

/** One of them as a row. */
export const socketAt = (columns: SocketColumns, i: number): Socket => ({
  protocol: protocolNamed(columns.protocol[i]),
  state: stateNamed(columns.state[i]),
  recvQ: shownOr(columns.recvQ[i]),
  sendQ: shownOr(columns.sendQ[i]),
  local: endAt(columns.local, columns.addresses, i),
  peer: endAt(columns.peer, columns.addresses, i),
  ownership: ownershipAt(columns, i),
  inode: columns.inode[i] ?? null,
  cookie: columns.cookie[i] ?? null,
  cgroup: columns.cgroup[i] ?? null,
  lastAckMs: columns.lastAckMs[i] ?? null,
  v6only: columns.v6only[i] ?? null,
  line: columns.line[i] ?? 0,
});

const pick = <T extends Uint8Array | Int32Array | Float64Array>(picked: T, column: T, kept: readonly number[]): T => {
  for (let n = 0; n < kept.length; n += 1) picked[n] = column[kept[n] ?? 0] ?? 0;
  return picked;
};

const pickOptional = <T>(column: Optional<T>, kept: readonly number[]): Optional<T> => {
  const picked = kept.map((i) => column[i] ?? null);
  return picked.slice(0, picked.findLastIndex((value) => value !== null) + 1);
};

const pickEnds = ({ address, port, scope }: EndColumns, kept: readonly number[]): EndColumns => ({
  address: pick(new Int32Array(kept.length), address, kept),
  port: pick(new Int32Array(kept.length), port, kept),
  scope: pickOptional(scope, kept),
});

/** Some of them, by their indexes. */
export const socketsAt = (columns: SocketColumns, kept: readonly number[]): SocketColumns => ({
  size: kept.length,
  protocol: pick(new Uint8Array(kept.length), columns.protocol, kept),
  state: pick(new Uint8Array(kept.length), columns.state, kept),
  recvQ: pick(new Float64Array(kept.length), columns.recvQ, kept),
  sendQ: pick(new Float64Array(kept.length), columns.sendQ, kept),
  local: pickEnds(columns.local, kept),
  peer: pickEnds(columns.peer, kept),
  addresses: columns.addresses,
  ownership: pick(new Int32Array(kept.length), columns.ownership, kept),
  ownerships: columns.ownerships,
  inode: pickOptional(columns.inode, kept),
  cookie: pickOptional(columns.cookie, kept),
  cgroup: pickOptional(columns.cgroup, kept),
  lastAckMs: pickOptional(columns.lastAckMs, kept),
  v6only: pickOptional(columns.v6only, kept),
  line: pick(new Int32Array(kept.length), columns.line, kept),
});
