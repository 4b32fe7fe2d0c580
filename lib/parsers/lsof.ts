import type { Owner, Protocol, Socket, TcpState } from '../model/socket.ts';
import type { Account } from './account.ts';
import { parseEndpoint } from './endpoint.ts';
import { unknownStateProblem } from './languages.ts';
import type { Line } from './line.ts';
import { anyAddressOf, type ListingReader, NOT_SHOWN, SharedSockets } from './listing.ts';
import type { SocketTable } from './socket-table.ts';
import { tcpStateOf } from './tcp-states.ts';
import { countOr, isCount, pidOr, wordsOf } from './tokens.ts';

/**
 * `lsof -nP -iTCP` (Linux, macOS, FreeBSD), also with `-Tqs`, `-i`, `+c0`, `-R`, `-K`:
 *
 *     COMMAND     PID     USER   FD   TYPE DEVICE SIZE/OFF NODE NAME
 *     java       4312     sync   31u  IPv4  77604      0t0  TCP 10.20.0.13:20000->10.20.8.21:8080 (CLOSE_WAIT)
 *     Code\x20H 17120      dan   25u  IPv6 0xe31821a950f84e47      0t0  TCP *:4854 (LISTEN)
 *     sshd       1215     root    3u  IPv4  21767      0t0  TCP *:22 (LISTEN QR=0 QS=0)
 *
 * A row stands for a descriptor, so one socket has a row a process that holds it: the same DEVICE is the same socket (on Linux DEVICE
 * is its inode). The command is cut to 9 characters, its odd characters are escaped. Sockets that no process holds (TIME_WAIT, orphans,
 * not accepted yet) and, without root, other users' are absent. The NODE (TCP) is found by the word before the name.
 */

const FAMILIES = new Set(['IPv4', 'IPv6', 'inet', 'inet6']);
const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map(
  Object.entries<Protocol>({ TCP: 'tcp', UDP: 'udp', UDPLITE: 'udp', SCTP: 'sctp', DCCP: 'dccp', ICMP: 'icmp' }),
);
/** COMMAND, PID, TID, TASKCMD, PGID, PPID, USER, FD may stand before TYPE. */
const MAX_TYPE_AT = 9;

export const isLsofHeader = (line: Line): boolean => {
  const words = wordsOf(line);
  return words[0] === 'COMMAND' && words.includes('PID') && words.includes('FD') && words.at(-1) === 'NAME';
};

const NOTICES = ['lsof: ', '      Output information may be incomplete'];

/** `\x20` is how lsof prints a space in a command. */
const withoutEscapes = (text: string): string =>
  text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

interface Columns {
  readonly owner: Owner;
  readonly device: string;
  readonly family: string;
  readonly node: string;
  readonly name: string;
  /** The words within brackets behind the name: a state, and with -T the queues. */
  readonly info: readonly string[];
}

const readColumns = (line: Line): Columns | null => {
  const words = wordsOf(line);
  const at = words.findIndex((word, i) => i >= 3 && i <= MAX_TYPE_AT && FAMILIES.has(word));
  const [command = ''] = words;
  const pid = pidOr(words[1]);
  // SIZE/OFF is empty where lsof knows neither.
  const nodeAt = words.findIndex((word, i) => i >= at + 2 && i <= at + 3 && PROTOCOLS.has(word));
  const name = words[nodeAt + 1];
  if (at < 0 || nodeAt < 0 || name === undefined || pid === null) return null;
  const tail = words.slice(nodeAt + 2).join(' ');
  const info = tail.startsWith('(') && tail.endsWith(')') ? tail.slice(1, -1).split(' ') : [];
  const family = words[at] ?? '';
  return {
    owner: { pid, command: withoutEscapes(command) },
    device: words[at + 1] ?? '',
    family,
    node: words[nodeAt] ?? '',
    name,
    info,
  };
};

/** Whether a line can only be a row of it: for text without its header. */
export const looksLikeLsofRow = (line: Line): boolean => readColumns(line) !== null;

const queue = (info: readonly string[], name: string): number | null =>
  countOr(info.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1));

const NO_PEER = '*:*';

interface Ends {
  readonly local: Socket['local'];
  readonly peer: Socket['peer'];
}

const endsOf = (name: string, family: string): Ends | null => {
  const arrow = name.indexOf('->');
  const local = parseEndpoint(arrow < 0 ? name : name.slice(0, arrow));
  const peer = parseEndpoint(arrow < 0 ? NO_PEER : name.slice(arrow + 2));
  if (local === null || peer === null) return null;
  // An IPv6 socket on `*` takes IPv4 too unless it is told not to, which lsof does not say.
  const kind = family.endsWith('4') || family === 'inet' ? 'tcp4' : 'tcp46';
  return { local: anyAddressOf(local, kind), peer: anyAddressOf(peer, kind) };
};

/** Reads the lines of one `lsof` listing. */
export class LsofReader implements ListingReader {
  readonly dialect = 'lsof';
  problem: string | null = null;
  readonly #account: Account;
  readonly #sockets: SocketTable;
  readonly #shared = new SharedSockets();

  constructor(account: Account, sockets: SocketTable) {
    this.#account = account;
    this.#sockets = sockets;
  }

  line(line: Line): void {
    if (line.isBlank() || isLsofHeader(line) || NOTICES.some((notice) => line.startsWith(notice))) {
      this.#account.ignored();
      return;
    }
    const columns = readColumns(line);
    if (columns !== null && this.#keep(columns, line.number)) this.#account.understood();
    else if (columns === null && isOtherFile(line)) this.#account.ignored();
    else this.#account.unparsed(line.text, line.number);
  }

  end(): void {
    this.#shared.putInto(this.#sockets);
  }

  #state(info: readonly string[]): TcpState | null {
    const [word] = info;
    // A socket that is not connected and does not listen yet has no state behind its name.
    if (word === undefined || word.includes('=')) return 'close';
    const state = tcpStateOf(word);
    if (state === null) this.problem ??= unknownStateProblem(word, 'unix');
    return state;
  }

  #keep({ owner, device, family, node, name, info }: Columns, line: number): boolean {
    const protocol = PROTOCOLS.get(node);
    const ends = endsOf(name, family);
    const state = protocol === 'tcp' ? this.#state(info) : 'close';
    if (protocol === undefined || ends === null || state === null) return false;
    const socket: Socket = {
      ...NOT_SHOWN,
      ...ends,
      protocol,
      state,
      recvQ: queue(info, 'QR'),
      sendQ: state === 'listen' ? null : queue(info, 'QS'),
      ownership: { kind: 'unowned' },
      inode: countOr(device),
      line,
    };
    this.#shared.add(`${device} ${name}`, socket, owner);
    return true;
  }
}

/** `lsof` without `-i` lists files, pipes and directories too. */
const isOtherFile = (line: Line): boolean => {
  const [command, pid, ...rest] = wordsOf(line);
  return command !== undefined && isCount(pid) && rest.length >= 3 && !rest.some((word) => FAMILIES.has(word));
};
