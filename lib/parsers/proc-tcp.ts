import type { Endpoint, Socket, TcpState } from '../model/socket.ts';
import type { Account } from './account.ts';
import type { Line } from './line.ts';
import { type ListingReader, NOT_SHOWN, withoutPortZero } from './listing.ts';
import type { SocketTable } from './socket-table.ts';
import { countOr, wordsOf } from './tokens.ts';

/**
 * `/proc/net/tcp` and `/proc/net/tcp6` of Linux, for hosts (containers) that have neither `ss` nor `netstat`:
 *
 *       sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *        0: 3500007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 34000 1 0000000000000000 100 0 0 10 5
 *        3: 802AA8C0:D450 2104C798:01BB 08 00000000:00000001 00:00000000 00000000  1000        0 149098 2 0000000000000000 20 4 0 10 -1
 *
 * Addresses are 32-bit words in the host's byte order, which is little-endian wherever this is likely to run (x86, arm64); ports and
 * queues are plain hex. For a listener rx_queue is the accept queue's length, and its limit is not shown (tx_queue is 0). Inode 0 means
 * that no process has the socket: TIME_WAIT, an orphan, or not accepted yet. Documentation/networking/proc_net_tcp.rst of the kernel.
 */

/** Numbers of include/net/tcp_states.h. */
const STATES: ReadonlyMap<string, TcpState> = new Map(
  Object.entries<TcpState>({
    '01': 'established',
    '02': 'syn_sent',
    '03': 'syn_recv',
    '04': 'fin_wait1',
    '05': 'fin_wait2',
    '06': 'time_wait',
    '07': 'close',
    '08': 'close_wait',
    '09': 'last_ack',
    '0A': 'listen',
    '0B': 'closing',
    // NEW_SYN_RECV: a request that no socket stands for yet.
    '0C': 'syn_recv',
  }),
);

export const isProcTcpHeader = (line: Line): boolean => {
  const [sl, local] = wordsOf(line);
  return sl === 'sl' && local === 'local_address';
};

/** Whether a line can only be a row of it: for a file without its header. */
export const looksLikeProcTcpRow = (line: Line): boolean =>
  /^\s{0,8}\d{1,9}: (?:[0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4} (?:[0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4} [0-9A-F]{2} /.test(line.text);

const WORD = 8;

/** The four bytes of a 32-bit word in the host's (little-endian) order, first byte first. */
const bytesOfWord = (word: string): readonly number[] => [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), 16));

/** RFC 5952: lower case, without leading zeros, the longest run of zero groups (of two or more, the first of equals) as `::`. */
const ipv6Text = (groups: readonly number[]): string => {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.length < 2) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
};

const addressOf = (hex: string): string | null => {
  if (!/^(?:[0-9A-Fa-f]{8}){1,4}$/.test(hex)) return null;
  const bytes = Array.from({ length: hex.length / WORD }, (_, i) => bytesOfWord(hex.slice(i * WORD, (i + 1) * WORD))).flat();
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return null;
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0));
  // A v4-mapped address shares its ports with IPv4: it is one address with it.
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? bytes.slice(12).join('.') : ipv6Text(groups);
};

const endpointOf = (text: string | undefined): Endpoint | null => {
  const [hex = '', port = ''] = (text ?? '').split(':', 3);
  const address = addressOf(hex);
  if (address === null || !/^[0-9A-Fa-f]{4}$/.test(port)) return null;
  return withoutPortZero({ address, port: Number.parseInt(port, 16) });
};

const hexOr = (text: string | undefined): number | null =>
  text !== undefined && /^[0-9A-Fa-f]{1,8}$/.test(text) ? Number.parseInt(text, 16) : null;

const parseRow = (line: Line): Socket | null => {
  const [slot = '', localText, peerText, stateText = '', queues = '', , , , , inode] = wordsOf(line);
  const [tx, rx] = queues.split(':', 2);
  const state = STATES.get(stateText.toUpperCase());
  const local = endpointOf(localText);
  const peer = endpointOf(peerText);
  if (!slot.endsWith(':') || state === undefined || local === null || peer === null) return null;
  return {
    ...NOT_SHOWN,
    protocol: 'tcp',
    state,
    recvQ: hexOr(rx),
    sendQ: state === 'listen' ? null : hexOr(tx),
    local,
    peer,
    ownership: { kind: 'unknown' },
    inode: countOr(inode),
    line: line.number,
  };
};

/** Reads the lines of one of the two files; both together are one snapshot. */
export class ProcTcpReader implements ListingReader {
  readonly dialect = 'proc';
  readonly problem = null;
  readonly #account: Account;
  readonly #sockets: SocketTable;

  constructor(account: Account, sockets: SocketTable) {
    this.#account = account;
    this.#sockets = sockets;
  }

  line(line: Line): void {
    if (line.isBlank() || isProcTcpHeader(line)) {
      this.#account.ignored();
      return;
    }
    const socket = parseRow(line);
    if (socket === null) {
      this.#account.unparsed(line.text, line.number);
      return;
    }
    this.#sockets.push(socket);
    this.#account.understood();
  }

  end(): void {}
}
