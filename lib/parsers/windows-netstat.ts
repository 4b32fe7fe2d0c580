import type { Ownership, Protocol, Socket, TcpState } from '../model/socket.ts';
import type { Account } from './account.ts';
import { parseEndpoint } from './endpoint.ts';
import { unknownStateProblem } from './languages.ts';
import type { Line } from './line.ts';
import { type ListingReader, NOT_SHOWN, owned, withoutPortZero } from './listing.ts';
import type { SocketTable } from './socket-table.ts';
import { tcpStateOf } from './tcp-states.ts';
import { countOr, isCount, isPid, wordsOf } from './tokens.ts';

/**
 * `netstat -ano` and `-anob` of Windows:
 *
 *     Active Connections
 *
 *       Proto  Local Address          Foreign Address        State           PID
 *       TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1712
 *       RpcSs
 *      [svchost.exe]
 *       TCP    0.0.0.0:445            0.0.0.0:0              LISTENING       4
 *      Can not obtain ownership information
 *       TCP    192.168.31.221:4713    157.240.252.61:5222    TIME_WAIT       0
 *       UDP    0.0.0.0:53             *:*                                    4808
 *
 * The PID is there with `-o` only, the program with `-b` only: on the lines behind its row, perhaps with the service before it. PID 0
 * is nobody (TIME_WAIT). There are no queues. The `[::]` row and the `0.0.0.0` row of one dual-stack listener are printed apart.
 */

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map(Object.entries<Protocol>({ TCP: 'tcp', UDP: 'udp', TCPv6: 'tcp', UDPv6: 'udp' }));

const TITLE = 'Active Connections';

export const isWindowsTitle = (text: string): boolean => text.trim() === TITLE;

export const isWindowsHeader = (line: Line): boolean => {
  const [proto, local, address, foreign] = wordsOf(line);
  return proto === 'Proto' && local === 'Local' && address === 'Address' && foreign === 'Foreign' && /^\s/.test(line.text);
};

/** Whether a line can only be a row of it: for text without its header. */
export const looksLikeWindowsRow = (line: Line): boolean => {
  const [proto = '', local = '', peer = ''] = wordsOf(line);
  return PROTOCOLS.has(proto) && local.includes(':') && peer.includes(':');
};

/** What -b says where it may not look. */
const NO_OWNER = ['Can not obtain ownership information', '-- unknown component(s) --'];

/** XP names every module of the call, so a few lines may stand between a row and its program. */
const MAX_COMPONENTS = 16;

interface Row {
  readonly protocol: Protocol;
  readonly state: TcpState;
  readonly local: Socket['local'];
  readonly peer: Socket['peer'];
  readonly pid: number | null;
}

type Reading = Row | { readonly foreignState: string } | null;

const parseRow = (line: Line): Reading => {
  const [proto = '', localText = '', peerText = '', ...tail] = wordsOf(line);
  const protocol = PROTOCOLS.get(proto);
  const local = parseEndpoint(localText);
  const peer = parseEndpoint(peerText);
  if (protocol === undefined || local === null || peer === null) return null;
  const ends = { protocol, local: withoutPortZero(local), peer: withoutPortZero(peer) };
  const state = protocol === 'tcp' ? tcpStateOf(tail[0]) : 'close';
  if (state !== null) {
    const pid = countOr(protocol === 'tcp' ? tail[1] : tail[0]);
    return pid === null || pid === 0 || isPid(pid) ? { ...ends, state, pid } : null;
  }
  const word = tail.slice(0, isCount(tail.at(-1)) ? -1 : undefined).join(' ');
  return word === '' ? null : { foreignState: word };
};

const ownershipOf = (pid: number | null): Ownership => {
  if (pid === null) return { kind: 'unknown' };
  return pid === 0 ? { kind: 'unowned' } : owned(null, pid);
};

/** The `svchost.exe` of ` [svchost.exe]`. */
const programIn = (text: string): string | null => {
  const word = text.trim();
  return word.startsWith('[') && word.endsWith(']') && word.length > 2 ? word.slice(1, -1) : null;
};

/** Reads the lines of one Windows `netstat` listing. */
export class WindowsNetstatReader implements ListingReader {
  readonly dialect = 'windows-netstat';
  problem: string | null = null;
  readonly #account: Account;
  readonly #sockets: SocketTable;
  /** Lines behind a row that may be the service of a program yet to come. */
  #held: { readonly text: string; readonly line: number }[] = [];
  /** Whether the last row still waits for its program. */
  #isOpen = false;
  /** Whose that is. */
  #pid: number | null = null;

  constructor(account: Account, sockets: SocketTable) {
    this.#account = account;
    this.#sockets = sockets;
  }

  line(line: Line): void {
    if (this.#isOpen && this.#isAboutOwner(line)) return;
    this.#giveUp();
    if (line.isBlank() || isWindowsTitle(line.text) || isWindowsHeader(line)) this.#account.ignored();
    else this.#row(line);
  }

  end(): void {
    this.#giveUp();
  }

  #row(line: Line): void {
    const row = parseRow(line);
    if (row === null || 'foreignState' in row) {
      if (row !== null) this.problem ??= unknownStateProblem(row.foreignState, 'windows');
      this.#account.unparsed(line.text, line.number);
      return;
    }
    const { pid, ...rest } = row;
    this.#sockets.push({ ...NOT_SHOWN, ...rest, recvQ: null, sendQ: null, ownership: ownershipOf(pid), line: line.number });
    this.#account.understood();
    this.#isOpen = true;
    this.#pid = pid;
  }

  #isAboutOwner(line: Line): boolean {
    const { text, number } = line;
    if (!/^\s+\S/.test(text) || looksLikeWindowsRow(line)) return false;
    const program = programIn(text);
    if (program === null && !NO_OWNER.includes(text.trim())) {
      if (this.#held.length >= MAX_COMPONENTS) return false;
      this.#held.push({ text, line: number });
      return true;
    }
    this.#account.understood(this.#held.length + 1);
    this.#held = [];
    this.#isOpen = false;
    if (program !== null) this.#name(program);
    return true;
  }

  /** Without `-o` there is no PID that the name could be given to. */
  #name(command: string): void {
    if (this.#pid !== null && isPid(this.#pid)) this.#sockets.setOwnership(this.#sockets.ownership(owned(command, this.#pid)));
  }

  #giveUp(): void {
    for (const { text, line } of this.#held) this.#account.unparsed(text, line);
    this.#held = [];
    this.#isOpen = false;
  }
}
