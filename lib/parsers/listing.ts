import type { SocketDialect } from '../model/snapshot.ts';
import type { Endpoint, Owner, Ownership, Socket } from '../model/socket.ts';
import type { Line } from './line.ts';
import type { SocketTable } from './socket-table.ts';
import { isPid } from './tokens.ts';

/** A reader of one command's listing: each line is accounted as it comes, the sockets are all in its table at the end. */
export interface ListingReader {
  readonly dialect: SocketDialect;
  readonly line: (line: Line) => void;
  readonly end: () => void;
  /** Why none of this listing may be used, a whole sentence: half a listing would be taken for a healthy host. `null`: it may. */
  readonly problem: string | null;
}

/** What only `ss` prints. */
export const NOT_SHOWN = { inode: null, cookie: null, cgroup: null, lastAckMs: null, v6only: null } as const;

/** PID 0 is nobody, unless it is named: macOS' `kernel_task`. */
export const owned = (command: string | null, pid: number): Ownership =>
  isPid(pid) || (pid === 0 && command !== null) ? { kind: 'owned', owners: [{ command, pid }] } : { kind: 'unowned' };

/** Port 0 stands for "none" where a listing prints numbers only. */
export const withoutPortZero = (endpoint: Endpoint): Endpoint => (endpoint.port === 0 ? { ...endpoint, port: null } : endpoint);

/**
 * `*` in a listing whose protocol column tells the family: `tcp4` any IPv4 address, `tcp6` any IPv6 address, `tcp46` both.
 */
export const anyAddressOf = (endpoint: Endpoint, protocol: string): Endpoint => {
  if (endpoint.address !== '*' || protocol.endsWith('46')) return endpoint;
  if (protocol.endsWith('4')) return { ...endpoint, address: '0.0.0.0' };
  return protocol.endsWith('6') ? { ...endpoint, address: '::' } : endpoint;
};

/** Sockets of a listing that has a row a *process*: the rows of one socket are one socket with several owners (fork). */
export class SharedSockets {
  readonly #byKey = new Map<string, { readonly socket: Socket; readonly owners: Map<number, Owner> }>();

  /** @param key equal for rows of one socket @param owner `null` where the row names none */
  add(key: string, socket: Socket, owner: Owner | null): void {
    const known = this.#byKey.get(key) ?? { socket, owners: new Map<number, Owner>() };
    this.#byKey.set(key, known);
    if (owner !== null && !known.owners.has(owner.pid)) known.owners.set(owner.pid, owner);
  }

  putInto(sockets: SocketTable): void {
    for (const { socket, owners } of this.#byKey.values()) {
      const [first, ...others] = owners.values();
      sockets.push({ ...socket, ownership: first === undefined ? { kind: 'unowned' } : { kind: 'owned', owners: [first, ...others] } });
    }
  }
}
