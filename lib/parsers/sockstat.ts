import type { Owner, Protocol, Socket, TcpState } from '../model/socket.ts';
import type { Account } from './account.ts';
import { parseEndpoint } from './endpoint.ts';
import { unknownStateProblem } from './languages.ts';
import type { Line } from './line.ts';
import { anyAddressOf, type ListingReader, NOT_SHOWN, SharedSockets, withoutPortZero } from './listing.ts';
import type { SocketTable } from './socket-table.ts';
import { tcpStateOf } from './tcp-states.ts';
import { countOr, pidOr, wordsOf } from './tokens.ts';

/**
 * `sockstat -46s` of FreeBSD (also with -c, -l, -n, -w and the columns of -S, -C, -i):
 *
 *     USER     COMMAND    PID   FD PROTO  LOCAL ADDRESS         FOREIGN ADDRESS       PATH STATE   CONN STATE
 *     www      nginx      1532  7  tcp4   10.0.2.15:80          10.0.2.2:44246                     CLOSE_WAIT
 *     root     sshd       705   4  tcp4   *:22                  *:*                                LISTEN
 *     ?        ?          ?     ?  tcp6   ::1:4045              *:*                                LISTEN
 *     root     devd       405   4  stream /var/run/devd.pipe
 *
 * A row stands for a descriptor, so one socket has a row a process that holds it. The command is cut and may hold spaces: a row is
 * read from its PROTO, the first word behind two numbers (PID, FD) or their question marks. `?`: no process has the socket. There are
 * no queues. Without -s there are no states, and nothing tells a leak.
 */

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map(
  Object.entries<Protocol>({
    tcp4: 'tcp',
    tcp6: 'tcp',
    tcp46: 'tcp',
    udp4: 'udp',
    udp6: 'udp',
    udp46: 'udp',
    sctp4: 'sctp',
    sctp6: 'sctp',
    sctp46: 'sctp',
  }),
);
/** Families that take no port; divert sockets have a number, of another kind. */
const OTHER_FAMILIES = new Set(['stream', 'dgram', 'seqpac', 'div4', 'div6', 'udplt4', 'udplt6', 'udplt46', 'raw']);

const WITHOUT_STATES =
  'sockstat shows no states without -s (FreeBSD 12 and later), and nothing tells a leak without them: upload `sockstat -46s`, or `netstat -an`.';

export const isSockstatHeader = (line: Line): boolean => {
  const [user, command, pid, fd, proto] = wordsOf(line);
  return user === 'USER' && command === 'COMMAND' && pid === 'PID' && fd === 'FD' && proto === 'PROTO';
};

interface Columns {
  readonly owner: Owner | null;
  readonly proto: string;
  readonly tail: readonly string[];
}

const isNumberOrMark = (word: string | undefined): boolean => word === '?' || countOr(word) !== null;

/** Finds PROTO and what it divides; `null` where the line is no row. The user's name may run into the command. */
const readColumns = (line: Line): Columns | null => {
  const words = wordsOf(line);
  const at = words.findIndex(
    (word, i) =>
      i >= 3 && (PROTOCOLS.has(word) || OTHER_FAMILIES.has(word)) && isNumberOrMark(words[i - 1]) && isNumberOrMark(words[i - 2]),
  );
  const proto = words[at];
  if (proto === undefined) return null;
  const pid = pidOr(words[at - 2]);
  const command = words.slice(1, at - 2).join(' ');
  return { owner: pid === null ? null : { pid, command: command === '' ? null : command }, proto, tail: words.slice(at + 1) };
};

/** Whether a line can only be a row of it: for text without its header (-q). */
export const looksLikeSockstatRow = (line: Line): boolean => {
  const columns = readColumns(line);
  return columns !== null && PROTOCOLS.has(columns.proto) && columns.tail.length >= 2;
};

/** Behind the addresses stand numbers (-i), names (-S, -C) and the state: the first word that is one. */
const stateIn = (words: readonly string[]): TcpState | null => words.map(tcpStateOf).find((state) => state !== null) ?? null;

/** Reads the lines of one `sockstat` listing. */
export class SockstatReader implements ListingReader {
  readonly dialect = 'sockstat';
  problem: string | null = null;
  readonly #account: Account;
  readonly #sockets: SocketTable;
  readonly #shared = new SharedSockets();

  constructor(account: Account, sockets: SocketTable) {
    this.#account = account;
    this.#sockets = sockets;
  }

  line(line: Line): void {
    if (line.isBlank() || isSockstatHeader(line)) {
      this.#account.ignored();
      return;
    }
    const columns = readColumns(line);
    if (columns !== null && OTHER_FAMILIES.has(columns.proto)) this.#account.ignored();
    else if (columns === null || !this.#keep(columns, line.number)) this.#account.unparsed(line.text, line.number);
    else this.#account.understood();
  }

  end(): void {
    this.#shared.putInto(this.#sockets);
  }

  #keep({ owner, proto, tail }: Columns, line: number): boolean {
    const [localText = '', peerText = '', ...rest] = tail;
    const protocol = PROTOCOLS.get(proto);
    const local = parseEndpoint(localText);
    const peer = parseEndpoint(peerText);
    if (protocol === undefined || local === null || peer === null) return false;
    const state = protocol === 'tcp' ? stateIn(rest) : 'close';
    if (state === null) {
      this.problem ??= rest[0] === undefined ? WITHOUT_STATES : unknownStateProblem(rest[0], 'unix');
      return false;
    }
    const socket: Socket = {
      ...NOT_SHOWN,
      protocol,
      state,
      recvQ: null,
      sendQ: null,
      local: anyAddressOf(withoutPortZero(local), proto),
      peer: anyAddressOf(withoutPortZero(peer), proto),
      ownership: { kind: 'unowned' },
      v6only: state === 'listen' && proto === 'tcp6' ? true : null,
      line,
    };
    // UDP sockets may share one address (multicast); only of TCP does the pair of ends name one socket.
    const key = protocol === 'tcp' ? `${proto} ${localText} ${peerText} ${state}` : `${line}`;
    this.#shared.add(key, socket, state === 'time_wait' ? null : owner);
    return true;
  }
}
