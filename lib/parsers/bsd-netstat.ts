import type { SocketDialect } from '../model/snapshot.ts';
import type { Endpoint, Ownership, Protocol, Socket, TcpState } from '../model/socket.ts';
import type { Account } from './account.ts';
import { type BsdColumns, bsdColumns, isBsdHeader } from './bsd-columns.ts';
import { dottedEndpoint } from './endpoint.ts';
import { unknownStateProblem } from './languages.ts';
import type { Line } from './line.ts';
import { anyAddressOf, type ListingReader, NOT_SHOWN, owned } from './listing.ts';
import type { SocketTable } from './socket-table.ts';
import { tcpStateOf } from './tcp-states.ts';
import { countOr, isCount, takeWords, wordsOf } from './tokens.ts';

/**
 * `netstat -an` of macOS and FreeBSD, on macOS with `-v` for the processes (its columns move between releases), with `-A`, `-b`, `-W`:
 *
 *     Active Internet connections (including servers)
 *     Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)     rhiwat shiwat    pid   epid
 *     tcp4       0      0  10.16.43.243.55663     140.205.133.118.80     CLOSE_WAIT  131072 131100  36843      0
 *     tcp46      0      0  *.443                  *.*                    LISTEN      131072 131072  61044      0
 *
 *     Proto Recv-Q Send-Q  Local Address  Foreign Address  (state)  rxbytes  txbytes  rhiwat  shiwat  process:pid  state  options …
 *     tcp4       0      0  127.0.0.1.62243  *.*  LISTEN  0  0  131072  131072 Code Helper (Plu:17120  00100 00000106 …
 *
 * The last dot divides the port. `tcp6` takes IPv6 only, `tcp46` both. A listener's Recv-Q is not its accept queue (that is `-L`), and
 * no FIN is counted in it: Linux shows 1 for a FIN that nobody has read, and 21 for 20 bytes before it; here that is 0 and 20.
 */

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map(
  Object.entries<Protocol>({
    tcp4: 'tcp',
    tcp6: 'tcp',
    tcp46: 'tcp',
    udp4: 'udp',
    udp6: 'udp',
    udp46: 'udp',
    icm4: 'icmp',
    icm6: 'icmp',
    icm46: 'icmp',
    icmp: 'icmp',
    icmp4: 'icmp',
    icmp6: 'icmp',
    sctp4: 'sctp',
    sctp6: 'sctp',
    sctp46: 'sctp',
    div4: 'raw',
    igmp: 'raw',
    ip4: 'raw',
    ip6: 'raw',
  }),
);

export const INTERNET_TITLE = 'Active Internet connections';
const OTHER_TABLES = ['Active ', 'Registered kernel ', 'Current listen queue sizes', 'Netgraph sockets', 'Kernel event '];

export const isBsdTitle = (text: string): boolean => text.startsWith(`${INTERNET_TITLE} (including servers)`);

/** `tcp6` is net-tools' word too; there a colon stands before the port. */
export const looksLikeBsdRow = (line: Line): boolean => {
  const [proto = '', recvQ, sendQ, local = '', peer = ''] = wordsOf(line);
  return PROTOCOLS.has(proto) && isCount(recvQ) && isCount(sendQ) && dottedEndpoint(local) !== null && dottedEndpoint(peer) !== null;
};

const WITHOUT_STATES =
  'Its TCP rows show no state (netstat -x and -T leave it out), and nothing tells a leak without it: upload `netstat -an`, on macOS `netstat -anv`.';

/** A name with spaces, a colon, a PID: `Code Helper (Plu:17120`; `:0` is nobody. */
const processAndPid = (text: string): Ownership => {
  const colon = text.lastIndexOf(':');
  const pid = countOr(text.slice(colon + 1));
  const command = text.slice(0, Math.max(0, colon)).trim();
  if (pid === null || (pid === 0 && command === '')) return { kind: 'unowned' };
  return owned(command === '' ? null : command, pid);
};

const pidAlone = (text: string | undefined): Ownership => {
  const pid = countOr(text);
  return pid === null || pid === 0 ? { kind: 'unowned' } : owned(null, pid);
};

/** @param rest the words behind the state */
const ownershipIn = (rest: string, { owner }: BsdColumns): Ownership => {
  if (owner === null) return { kind: 'unknown' };
  const words = rest.split(/\s+/).slice(owner.before);
  if (owner.kind === 'pid') return pidAlone(words[0]);
  return processAndPid(words.slice(0, Math.max(1, words.length - owner.after)).join(' '));
};

/** In Linux's terms, which diagnosis knows: of an empty queue in CLOSE_WAIT nobody can tell whether the FIN was read. */
const recvQOf = (state: TcpState, bytes: number): number | null => {
  if (state === 'listen') return null;
  if (state !== 'close_wait') return bytes;
  return bytes === 0 ? null : bytes + 1;
};

interface Ends {
  readonly local: Endpoint;
  readonly peer: Endpoint;
}

const endsOf = (localText: string, peerText: string, proto: string, { cutAt }: BsdColumns): Ends | null => {
  const local = dottedEndpoint(localText);
  const peer = dottedEndpoint(peerText);
  if (local === null || peer === null) return null;
  const known = (endpoint: Endpoint, text: string): Endpoint =>
    anyAddressOf(cutAt !== null && text.length >= cutAt ? { ...endpoint, port: null } : endpoint, proto);
  return { local: known(local, localText), peer: known(peer, peerText) };
};

/** Reads the lines of one BSD `netstat` listing. */
export class BsdNetstatReader implements ListingReader {
  problem: string | null = null;
  readonly #account: Account;
  readonly #sockets: SocketTable;
  #columns: BsdColumns = bsdColumns('');
  /** Within a table of another family (unix-domain, multipath, kernel control). */
  #isElsewhere = false;

  constructor(account: Account, sockets: SocketTable) {
    this.#account = account;
    this.#sockets = sockets;
  }

  get dialect(): SocketDialect {
    return this.#columns.isMacos ? 'macos-netstat' : 'freebsd-netstat';
  }

  line(line: Line): void {
    if (isBsdHeader(line) && !this.#isElsewhere) {
      this.#columns = bsdColumns(line.text);
      this.#account.ignored();
    } else if (OTHER_TABLES.some((table) => line.startsWith(table))) {
      this.#isElsewhere = !line.startsWith(INTERNET_TITLE);
      this.#account.ignored();
    } else if (this.#isElsewhere || line.isBlank() || line.startsWith('netstat: ')) {
      this.#account.ignored();
    } else {
      this.#row(line);
    }
  }

  end(): void {}

  #row(line: Line): void {
    const socket = this.#parse(line);
    if (socket === null) {
      this.#account.unparsed(line.text, line.number);
      return;
    }
    this.#sockets.push(socket);
    this.#account.understood();
  }

  #parse(line: Line): Socket | null {
    const [proto = '', recvQ, sendQ, localText = '', peerText = ''] = takeWords(line, this.#columns.lead + 5).slice(this.#columns.lead);
    const protocol = PROTOCOLS.get(proto);
    if (protocol === 'tcp' && !this.#columns.hasState) this.problem ??= WITHOUT_STATES;
    const ends = endsOf(localText, peerText, proto, this.#columns);
    if (protocol === undefined || ends === null || !isCount(recvQ) || !isCount(sendQ)) return null;
    const before = line.rest;
    const word = line.next() ? line.word : undefined;
    const named = tcpStateOf(word);
    const state = protocol === 'tcp' ? named : (named ?? 'close');
    if (state === null) {
      this.problem ??= word === undefined ? WITHOUT_STATES : unknownStateProblem(word, 'unix');
      return null;
    }
    const isListener = state === 'listen';
    return {
      ...NOT_SHOWN,
      ...ends,
      protocol,
      state,
      recvQ: recvQOf(state, Number(recvQ)),
      sendQ: isListener ? null : Number(sendQ),
      ownership: this.#ownership(state, (named === null ? before : line.rest).trim()),
      v6only: isListener && proto === 'tcp6' ? true : null,
      line: line.number,
    };
  }

  /** macOS names the former owner of a TIME_WAIT; no process has it, and none can close it. */
  #ownership(state: TcpState, rest: string): Ownership {
    const ownership = ownershipIn(rest, this.#columns);
    return state === 'time_wait' && ownership.kind === 'owned' ? { kind: 'unowned' } : ownership;
  }
}
