import type { Endpoint, Ownership, Protocol, Socket, TcpState } from '../model/socket.ts';
import type { Account } from './account.ts';
import { Endpoints } from './endpoint.ts';
import { unknownStateProblem } from './languages.ts';
import type { ListingReader } from './listing.ts';
import { OWNER_UNKNOWN, Owners, UNOWNED } from './owners.ts';
import { tcpStateOf } from './tcp-states.ts';
import { Cursor, isCount } from './tokens.ts';

/**
 * `netstat` of net-tools (Linux), in every combination of its options:
 *
 *     Active Internet connections (servers and established)
 *     Proto Recv-Q Send-Q Local Address           Foreign Address         State       User       Inode      PID/Program name     Timer
 *     tcp        1      0 10.20.0.13:20000        10.20.8.21:8080         CLOSE_WAIT  0          77604      29596/nginx: worker  keepalive (7198.29/0/0)
 *     udp        0      0 0.0.0.0:68              0.0.0.0:*                           0          18023      612/dhclient         off (0.00/0/0)
 *
 * The header decides which columns follow the state. The program is the last free text: it may hold spaces and colons.
 *
 * busybox's netstat (Alpine, routers) prints the same columns, and differs in this: `tcp` for IPv6 too, `-e` adds nothing, no timers,
 * addresses cut so that they and the port fit into 22 characters (the port survives), and `-p` only where it was built in.
 */

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map(
  Object.entries<Protocol>({
    tcp: 'tcp',
    tcp6: 'tcp',
    udp: 'udp',
    udp6: 'udp',
    udplite: 'udp',
    udplite6: 'udp',
    raw: 'raw',
    raw6: 'raw',
    icmp: 'icmp',
    icmp6: 'icmp',
    sctp: 'sctp',
    sctp6: 'sctp',
    dccp: 'dccp',
    dccp6: 'dccp',
  }),
);

const TITLE = 'Active ';
const NOTICES = [
  '(Not all processes',
  '(No info could be read',
  ' will not be shown',
  ' (Not all processes',
  'netstat: ',
  'warning, got bogus',
  '(servers and established)',
];

const isAside = (text: string): boolean => text.trim() === '' || NOTICES.some((notice) => text.startsWith(notice));

export const isNetstatHeader = (text: string): boolean => text.startsWith('Proto') && text.includes('Local Address');
/** BSD's titles have no bracket, or another one. */
export const isNetstatTitle = (text: string): boolean => text.startsWith('Active Internet connections (') && !text.includes('(including');

/** Whether a line can only be a row of `netstat`: for text without a header. */
export const looksLikeNetstatRow = (text: string): boolean => {
  const [proto = '', recvQ = '', sendQ = '', local = ''] = text.trimStart().split(/\s+/, 4);
  return PROTOCOLS.has(proto) && /^\d+$/.test(recvQ) && /^\d+$/.test(sendQ) && local.includes(':');
};

interface Layout {
  readonly hasUser: boolean;
  readonly hasInode: boolean;
  readonly hasProgram: boolean;
  readonly hasTimer: boolean;
  /** Without a header, a row that ends in `PID/name` shows its owner, and one that does not says nothing. */
  readonly isGuessed: boolean;
}

const NO_LAYOUT: Layout = { hasUser: false, hasInode: false, hasProgram: false, hasTimer: false, isGuessed: true };

const layoutOf = (header: string): Layout => ({
  hasUser: header.includes(' User '),
  hasInode: header.includes(' Inode'),
  hasProgram: header.includes('PID/Program name'),
  hasTimer: header.includes(' Timer'),
  isGuessed: false,
});

/** Timers end a row as `off (0.00/0/0)`; a program's name before may hold brackets of its own. */
const withoutTimer = (text: string): string => {
  if (!text.endsWith(')')) return text;
  const open = text.lastIndexOf(' (');
  if (open < 0) return '';
  const word = text.lastIndexOf(' ', open - 1);
  return word < 0 ? '' : text.slice(0, word).trimEnd();
};

const ownershipOf = (text: string, owners: Owners): Ownership => {
  const slash = text.indexOf('/');
  const pid = Number(text.slice(0, Math.max(0, slash)));
  return slash < 1 || !Number.isInteger(pid) ? UNOWNED : owners.one(text.slice(slash + 1).trimEnd(), pid);
};

interface Row {
  readonly protocol: Protocol;
  readonly state: TcpState;
  readonly recvQ: number;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  /** Where the columns behind the state begin. */
  readonly rest: number;
}

const readRow = (text: string, endpoints: Endpoints): Row | { readonly foreignState: string } | null => {
  const cursor = new Cursor(text);
  const protocol = PROTOCOLS.get(cursor.next());
  if (protocol === undefined) return null;
  const recvQ = cursor.count();
  if (recvQ < 0 || cursor.count() < 0) return null;
  const local = endpoints.local(cursor);
  const peer = endpoints.peer(cursor);
  if (local === null || peer === null) return null;
  const columns = { protocol, recvQ, local, peer };
  const before = cursor.at;
  const word = cursor.next();
  const state = tcpStateOf(word);
  if (state !== null) return { ...columns, state, rest: cursor.at };
  // Only TCP has a state; of a TCP row, a word that is none is a state in another language.
  if (protocol === 'tcp') return word === '' ? null : { foreignState: word };
  return { ...columns, state: 'close', rest: protocol === 'raw' && isCount(word) ? cursor.at : before };
};

/** Reads the lines of one `netstat` listing. */
export class NetstatReader implements ListingReader {
  readonly dialect = 'netstat';
  problem: string | null = null;
  readonly #account: Account;
  readonly #sockets: Socket[] = [];
  readonly #endpoints = new Endpoints();
  readonly #owners = new Owners();
  #layout: Layout = NO_LAYOUT;
  /** Within a table of another family (unix-domain, Bluetooth, IPX). */
  #isElsewhere = false;

  constructor(account: Account) {
    this.#account = account;
  }

  line(text: string, line: number): void {
    if (isNetstatHeader(text)) {
      this.#layout = layoutOf(text);
      this.#isElsewhere = false;
      this.#account.ignored();
    } else if (text.startsWith(TITLE)) {
      this.#isElsewhere = !isNetstatTitle(text);
      this.#account.ignored();
    } else if (this.#isElsewhere) this.#account.ignored();
    else this.#row(text, line);
  }

  end(): readonly Socket[] {
    return this.#sockets;
  }

  #row(text: string, line: number): void {
    const row = readRow(text, this.#endpoints);
    if (row === null || 'foreignState' in row) {
      if (row !== null) this.problem ??= unknownStateProblem(row.foreignState, 'unix');
      if (row === null && isAside(text)) this.#account.ignored();
      else this.#account.unparsed(text, line);
      return;
    }
    this.#sockets.push(this.#toSocket(row, text, line));
    this.#account.understood();
  }

  #toSocket(row: Row, text: string, line: number): Socket {
    const { hasUser, hasInode, hasProgram, hasTimer, isGuessed } = this.#layout;
    const cursor = new Cursor(text, row.rest);
    if (hasUser) cursor.next();
    const inode = hasInode ? Number(cursor.next()) : Number.NaN;
    const rest = text.slice(cursor.at).trim();
    const tail = hasTimer ? withoutTimer(rest) : rest;
    return {
      protocol: row.protocol,
      state: row.state,
      recvQ: row.recvQ,
      // netstat prints no limit of the accept queue: Send-Q is 0 for listeners.
      sendQ: null,
      local: row.local,
      peer: row.peer,
      ownership: hasProgram || (isGuessed && /^\d+\//.test(tail)) ? ownershipOf(tail, this.#owners) : OWNER_UNKNOWN,
      inode: Number.isNaN(inode) ? null : inode,
      cookie: null,
      cgroup: null,
      lastAckMs: null,
      v6only: null,
      line,
    };
  }
}
