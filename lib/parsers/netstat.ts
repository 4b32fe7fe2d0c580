import type { Ownership, Protocol } from '../model/socket.ts';
import { protocolNumber, stateNumber, UNKNOWN } from '../model/socket-columns.ts';
import type { Account } from './account.ts';
import { EndpointReader, Hosts } from './endpoint.ts';
import { unknownStateProblem } from './languages.ts';
import type { Line } from './line.ts';
import type { ListingReader } from './listing.ts';
import { Memo, ofText } from './memo.ts';
import type { SocketTable } from './socket-table.ts';
import { tcpStateOf } from './tcp-states.ts';
import { isCount, pidOr, takeWords } from './tokens.ts';

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
export const looksLikeNetstatRow = (line: Line): boolean => {
  const [proto = '', recvQ, sendQ, local = ''] = takeWords(line, 4);
  return PROTOCOLS.has(proto) && isCount(recvQ) && isCount(sendQ) && local.includes(':');
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

interface Program {
  /** Its number. */
  readonly ownership: number;
  /** Begins as an owner does. */
  readonly isOwner: boolean;
}

const NOBODY: Ownership = { kind: 'unowned' };

const ownershipOf = (text: string): Ownership => {
  const slash = text.indexOf('/');
  const pid = pidOr(text.slice(0, Math.max(0, slash)));
  if (pid === null) return NOBODY;
  return { kind: 'owned', owners: [{ command: text.slice(slash + 1).trimEnd(), pid }] };
};

const programOf = (text: string, sockets: SocketTable): Program => {
  const program = text.trim();
  return { ownership: sockets.ownership(ownershipOf(program)), isOwner: /^\d+\//.test(program) };
};

/** Programs that hold the sockets of one listing. */
const PROGRAMS = 512;
/** A few more than there are states and protocols. */
const WORDS = 64;

/** Numbers, or `null` for another word. */
const protocolIn = (text: string): number | null => {
  const protocol = PROTOCOLS.get(text);
  return protocol === undefined ? null : protocolNumber(protocol);
};
const stateIn = (text: string): number | null => {
  const state = tcpStateOf(text);
  return state === null ? null : stateNumber(state);
};
const TCP = protocolNumber('tcp');
const RAW = protocolNumber('raw');
const CLOSE = stateNumber('close');

/** Reads the lines of one `netstat` listing. */
export class NetstatReader implements ListingReader {
  readonly dialect = 'netstat';
  problem: string | null = null;
  readonly #account: Account;
  readonly #sockets: SocketTable;
  readonly #protocols = new Memo(ofText(protocolIn), WORDS);
  readonly #states = new Memo(ofText(stateIn), WORDS);
  readonly #local: EndpointReader;
  readonly #peer: EndpointReader;
  readonly #programs: Memo<Program>;
  #layout: Layout = NO_LAYOUT;
  /** Within a table of another family (unix-domain, Bluetooth, IPX). */
  #isElsewhere = false;

  constructor(account: Account, sockets: SocketTable) {
    this.#account = account;
    this.#sockets = sockets;
    const hosts = new Hosts(sockets.addresses);
    this.#local = new EndpointReader(hosts);
    this.#peer = new EndpointReader(hosts);
    this.#programs = new Memo(
      ofText((text) => programOf(text, sockets)),
      PROGRAMS,
    );
  }

  line(line: Line): void {
    const protocol = this.#isElsewhere ? null : this.#protocol(line);
    if (protocol !== null) this.#row(line, protocol);
    else this.#other(line, line.text);
  }

  end(): void {}

  #other(line: Line, text: string): void {
    if (isNetstatHeader(text)) {
      this.#layout = layoutOf(text);
      this.#isElsewhere = false;
      this.#account.ignored();
    } else if (text.startsWith(TITLE)) {
      this.#isElsewhere = !isNetstatTitle(text);
      this.#account.ignored();
    } else if (this.#isElsewhere || line.isBlank() || NOTICES.some((notice) => text.startsWith(notice))) {
      this.#account.ignored();
    } else {
      this.#account.unparsed(text, line.number);
    }
  }

  #protocol(line: Line): number | null {
    line.rewind();
    line.next();
    return this.#protocols.of(line.bytes, line.wordStart, line.wordEnd, line.wordHash);
  }

  #row(line: Line, protocol: number): void {
    if (this.#socket(line, protocol)) this.#account.understood();
    else this.#account.unparsed(line.text, line.number);
  }

  /** Adds it; false where the row is not understood. */
  #socket(line: Line, protocol: number): boolean {
    const recvQ = line.nextCount();
    const limit = line.nextCount();
    line.next();
    const hasLocal = this.#local.read(line);
    line.next();
    const hasPeer = this.#peer.read(line);
    if (recvQ === null || limit === null || !hasLocal || !hasPeer) return false;
    const state = this.#state(line, protocol);
    if (state === null) return false;
    const inode = this.#inode(line);
    const ownership = this.#ownership(line);
    // netstat prints no limit of the accept queue: Send-Q is 0 for listeners.
    const sockets = this.#sockets;
    sockets.add(protocol, state, line.number);
    sockets.setEnds(this.#local, this.#peer);
    sockets.setRecvQ(recvQ);
    sockets.setInode(inode);
    sockets.setOwnership(ownership);
    return true;
  }

  #state(line: Line, protocol: number): number | null {
    const before = line.at;
    const hasWord = line.next();
    const state = this.#states.of(line.bytes, line.wordStart, line.wordEnd, line.wordHash);
    if (state !== null) return state;
    // Only TCP has a state; of a TCP row, a word that is none is a state in another language.
    if (protocol === TCP) {
      if (hasWord) this.problem ??= unknownStateProblem(line.word, 'unix');
      return null;
    }
    if (protocol !== RAW || line.count() === null) line.at = before;
    return CLOSE;
  }

  /** Of the columns behind the state. */
  #inode(line: Line): number | null {
    const { hasUser, hasInode } = this.#layout;
    let value = Number.NaN;
    for (let i = Number(hasUser) + Number(hasInode); i > 0; i -= 1) if (line.next()) value = line.count() ?? Number.NaN;
    return hasInode && !Number.isNaN(value) ? value : null;
  }

  /** The rest of the line. */
  #program(line: Line): Program {
    if (this.#layout.hasTimer) return programOf(withoutTimer(line.rest.trim()), this.#sockets);
    line.takeRest();
    return this.#programs.of(line.bytes, line.wordStart, line.wordEnd, line.wordHash);
  }

  #ownership(line: Line): number {
    const { hasProgram, isGuessed } = this.#layout;
    const { ownership, isOwner } = this.#program(line);
    return hasProgram || (isGuessed && isOwner) ? ownership : UNKNOWN;
  }
}
