import type { Endpoint, Ownership, Protocol, Socket, TcpState } from '../model/socket.ts';
import type { Account } from './account.ts';
import { parseEndpoint } from './endpoint.ts';
import { unknownStateProblem } from './languages.ts';
import type { ListingReader } from './listing.ts';
import { tcpStateOf } from './tcp-states.ts';
import { countOr, isCount, pidOr, takeTokens } from './tokens.ts';

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

const ownershipOf = (text: string): Ownership => {
  const slash = text.indexOf('/');
  const pid = pidOr(text.slice(0, Math.max(0, slash)));
  if (pid === null) return { kind: 'unowned' };
  return { kind: 'owned', owners: [{ command: text.slice(slash + 1).trimEnd(), pid }] };
};

interface Row {
  readonly protocol: Protocol;
  readonly state: TcpState;
  readonly recvQ: number;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  readonly rest: string;
}

const readRow = (text: string): Row | { readonly foreignState: string } | null => {
  const { tokens, rest } = takeTokens(text, 5);
  const [proto = '', recvQ = '', sendQ = '', localText = '', peerText = ''] = tokens;
  const protocol = PROTOCOLS.get(proto);
  const local = parseEndpoint(localText);
  const peer = parseEndpoint(peerText);
  if (protocol === undefined || local === null || peer === null || !isCount(recvQ) || !isCount(sendQ)) return null;
  const word = takeTokens(rest, 1);
  const state = tcpStateOf(word.tokens[0]);
  if (state !== null) return { protocol, state, recvQ: Number(recvQ), local, peer, rest: word.rest };
  // Only TCP has a state; of a TCP row, a word that is none is a state in another language.
  if (protocol === 'tcp') return word.tokens[0] === undefined ? null : { foreignState: word.tokens[0] };
  const rawState = protocol === 'raw' && /^\d+$/.test(word.tokens[0] ?? '') ? word.rest : rest;
  return { protocol, state: 'close', recvQ: Number(recvQ), local, peer, rest: rawState };
};

/** Reads the lines of one `netstat` listing. */
export class NetstatReader implements ListingReader {
  readonly dialect = 'netstat';
  problem: string | null = null;
  readonly #account: Account;
  readonly #sockets: Socket[] = [];
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
    } else if (this.#isElsewhere || text.trim() === '' || NOTICES.some((notice) => text.startsWith(notice))) {
      this.#account.ignored();
    } else {
      this.#row(text, line);
    }
  }

  end(): readonly Socket[] {
    return this.#sockets;
  }

  #row(text: string, line: number): void {
    const row = readRow(text);
    if (row === null || 'foreignState' in row) {
      if (row !== null) this.problem ??= unknownStateProblem(row.foreignState, 'unix');
      this.#account.unparsed(text, line);
      return;
    }
    this.#sockets.push(this.#toSocket(row, line));
    this.#account.understood();
  }

  #toSocket(row: Row, line: number): Socket {
    const { hasUser, hasInode, hasProgram, hasTimer, isGuessed } = this.#layout;
    const before = takeTokens(row.rest, Number(hasUser) + Number(hasInode));
    const inode = hasInode ? (countOr(before.tokens.at(-1)) ?? Number.NaN) : Number.NaN;
    const tail = hasTimer ? withoutTimer(before.rest) : before.rest;
    return {
      protocol: row.protocol,
      state: row.state,
      recvQ: row.recvQ,
      // netstat prints no limit of the accept queue: Send-Q is 0 for listeners.
      sendQ: null,
      local: row.local,
      peer: row.peer,
      ownership: hasProgram || (isGuessed && /^\d+\//.test(tail)) ? ownershipOf(tail) : { kind: 'unknown' },
      inode: Number.isNaN(inode) ? null : inode,
      cookie: null,
      cgroup: null,
      lastAckMs: null,
      v6only: null,
      line,
    };
  }
}
