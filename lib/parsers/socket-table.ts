import type { Endpoint, Ownership, Socket } from '../model/socket.ts';
import {
  type EndColumns,
  NO_PORT,
  NOT_SHOWN,
  protocolNumber,
  type SocketColumns,
  stateNumber,
  UNKNOWN,
  UNOWNED,
} from '../model/socket-columns.ts';
import { AddressBook } from './address-book.ts';
import { Ownerships } from './ownerships.ts';

/** One end as its reader has it: the address by its number. */
export interface ReadEnd {
  readonly address: number;
  readonly port: number;
  readonly scope: string | null;
}

const LEAST = 64;

const longer = <T extends Uint8Array | Int32Array | Float64Array>(more: T, values: T): T => {
  more.set(values);
  return more;
};

/** A value of a column that ends with its last: those before that have none are `null`. */
const put = <T>(column: (T | null)[], i: number, value: T | null): void => {
  if (value === null && i >= column.length) return;
  while (column.length < i) column.push(null);
  column[i] = value;
};

class Ends implements EndColumns {
  address = new Int32Array(LEAST);
  port = new Int32Array(LEAST);
  readonly scope: (string | null)[] = [];

  set(i: number, end: ReadEnd): void {
    this.address[i] = end.address;
    this.port[i] = end.port;
    if (end.scope !== null) put(this.scope, i, end.scope);
  }

  grow(size: number): void {
    this.address = longer(new Int32Array(size), this.address);
    this.port = longer(new Int32Array(size), this.port);
  }

  firstOnes(size: number): EndColumns {
    return { address: this.address.subarray(0, size), port: this.port.subarray(0, size), scope: this.scope };
  }
}

/**
 * Where the readers of all dialects put their sockets: a row is added once it is understood, then told what is known of it. What it is
 * not told is unknown. One table serves all listings of a snapshot.
 */
export class SocketTable {
  readonly addresses = new AddressBook();
  readonly #ownerships = new Ownerships();
  readonly #local = new Ends();
  readonly #peer = new Ends();
  readonly #inode: (number | null)[] = [];
  readonly #cookie: (string | null)[] = [];
  readonly #cgroup: (string | null)[] = [];
  readonly #lastAckMs: (number | null)[] = [];
  readonly #v6only: (boolean | null)[] = [];
  #size = 0;
  #protocol = new Uint8Array(LEAST);
  #state = new Uint8Array(LEAST);
  #recvQ = new Float64Array(LEAST);
  #sendQ = new Float64Array(LEAST);
  #ownership = new Int32Array(LEAST);
  #line = new Int32Array(LEAST);

  get size(): number {
    return this.#size;
  }

  /** The number of an ownership. */
  ownership(ownership: Ownership): number {
    return this.#ownerships.of(ownership);
  }

  /** @param protocol its number @param state its number */
  add(protocol: number, state: number, line: number): void {
    const i = this.#size;
    if (i === this.#line.length) this.#grow();
    this.#size = i + 1;
    this.#protocol[i] = protocol;
    this.#state[i] = state;
    this.#recvQ[i] = NOT_SHOWN;
    this.#sendQ[i] = NOT_SHOWN;
    this.#ownership[i] = UNKNOWN;
    this.#line[i] = line;
  }

  /** Of the row that was added last, as all that follow. */
  setEnds(local: ReadEnd, peer: ReadEnd): void {
    this.#local.set(this.#size - 1, local);
    this.#peer.set(this.#size - 1, peer);
  }

  setRecvQ(bytes: number | null): void {
    if (bytes !== null) this.#recvQ[this.#size - 1] = bytes;
  }

  setSendQ(bytes: number | null): void {
    if (bytes !== null) this.#sendQ[this.#size - 1] = bytes;
  }

  /** @param ownership its number */
  setOwnership(ownership: number): void {
    this.#ownership[this.#size - 1] = ownership;
  }

  setInode(inode: number | null): void {
    put(this.#inode, this.#size - 1, inode);
  }

  setLastAck(milliseconds: number | null): void {
    put(this.#lastAckMs, this.#size - 1, milliseconds);
  }

  /** What only `ss` prints, and some say of `v6only`. */
  setDetails({ cookie, cgroup, v6only }: Pick<Socket, 'cookie' | 'cgroup' | 'v6only'>): void {
    put(this.#cookie, this.#size - 1, cookie);
    put(this.#cgroup, this.#size - 1, cgroup);
    put(this.#v6only, this.#size - 1, v6only);
  }

  /** Adds a whole row. */
  push(socket: Socket): void {
    this.add(protocolNumber(socket.protocol), stateNumber(socket.state), socket.line);
    this.setEnds(this.#endOf(socket.local), this.#endOf(socket.peer));
    this.setRecvQ(socket.recvQ);
    this.setSendQ(socket.sendQ);
    this.setOwnership(this.ownership(socket.ownership));
    this.setInode(socket.inode);
    this.setDetails(socket);
    this.setLastAck(socket.lastAckMs);
  }

  /** A listing in which no row names an owner does not show any: unknown is not the same as nobody. @param from its first row */
  hideOwnersWhereNoneAreShown(from: number): void {
    const own = this.#ownership.subarray(from, this.#size);
    if (!own.some((ownership) => ownership > UNOWNED)) own.fill(UNKNOWN);
  }

  /** Forgets all rows from one on. */
  truncate(size: number): void {
    this.#size = size;
    const optional = [this.#inode, this.#cookie, this.#cgroup, this.#lastAckMs, this.#v6only, this.#local.scope, this.#peer.scope];
    for (const column of optional) column.length = Math.min(column.length, size);
  }

  columns(): SocketColumns {
    const size = this.#size;
    return {
      size,
      protocol: this.#protocol.subarray(0, size),
      state: this.#state.subarray(0, size),
      recvQ: this.#recvQ.subarray(0, size),
      sendQ: this.#sendQ.subarray(0, size),
      local: this.#local.firstOnes(size),
      peer: this.#peer.firstOnes(size),
      addresses: this.addresses,
      ownership: this.#ownership.subarray(0, size),
      ownerships: this.#ownerships.all,
      inode: this.#inode,
      cookie: this.#cookie,
      cgroup: this.#cgroup,
      lastAckMs: this.#lastAckMs,
      v6only: this.#v6only,
      line: this.#line.subarray(0, size),
    };
  }

  #endOf({ address, port, scope }: Endpoint): ReadEnd {
    return { address: this.addresses.ofText(address), port: port ?? NO_PORT, scope: scope ?? null };
  }

  #grow(): void {
    const size = this.#line.length * 2;
    this.#protocol = longer(new Uint8Array(size), this.#protocol);
    this.#state = longer(new Uint8Array(size), this.#state);
    this.#recvQ = longer(new Float64Array(size), this.#recvQ);
    this.#sendQ = longer(new Float64Array(size), this.#sendQ);
    this.#ownership = longer(new Int32Array(size), this.#ownership);
    this.#line = longer(new Int32Array(size), this.#line);
    this.#local.grow(size);
    this.#peer.grow(size);
  }
}
