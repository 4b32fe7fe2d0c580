import { UNOWNED } from '../model/socket-columns.ts';
import { EndpointReader, Hosts } from './endpoint.ts';
import type { Line } from './line.ts';
import { Memo, ofText } from './memo.ts';
import type { SocketTable } from './socket-table.ts';
import { ExtrasReader } from './ss-extras.ts';
import { OPEN, UsersReader } from './ss-users.ts';
import { isSsHeader, type SsDefaults, ssWord } from './ss-words.ts';
import { countOr } from './tokens.ts';

/** One row of `ss`: read by its content, from the left. `ss.ts` tells why. */

/** A few more than there are states and families. */
const WORDS = 64;
const SPACE = 0x20;

/**
 * `'row'` where one has been added, `'open'` where a raw newline in a program's name has broken it, `'other'` for a family that takes no port, `'none'` for a blank line, a
 * header or a notice, `null` for what is not understood.
 */
export type SsRow = 'row' | 'open' | 'other' | 'none' | null;

/** What `ss` says to stderr among its rows, when both went into one file. */
const NOTICES = [
  'Failed to ',
  'Cannot open ',
  'RTNETLINK answers',
  'Error:',
  'Total:',
  'TCP:',
  'ss: ',
  'Dump was interrupted',
  'Missed users',
];

const isNoRow = (line: Line): boolean => line.isBlank() || isSsHeader(line.text) || NOTICES.some((notice) => line.startsWith(notice));

/** Reads the rows of one listing. */
export class SsRowReader {
  readonly #defaults: SsDefaults;
  readonly #sockets: SocketTable;
  readonly #words = new Memo(ofText(ssWord), WORDS);
  readonly #local: EndpointReader;
  readonly #peer: EndpointReader;
  readonly #users: UsersReader;
  readonly #extras = new ExtrasReader();

  constructor(defaults: SsDefaults, sockets: SocketTable) {
    this.#defaults = defaults;
    this.#sockets = sockets;
    const hosts = new Hosts(sockets.addresses);
    this.#local = new EndpointReader(hosts);
    this.#peer = new EndpointReader(hosts);
    this.#users = new UsersReader((ownership) => sockets.ownership(ownership));
  }

  read(line: Line): SsRow {
    line.rewind();
    line.next();
    let word = this.#word(line);
    if (!word.isKnown && line.count() === null && isNoRow(line)) return 'none';
    if (word.isOther) return 'other';
    const protocol = word.protocol ?? this.#defaults.protocol;
    if (word.protocol !== null) {
      line.next();
      word = this.#word(line);
    }
    const state = word.state?.state ?? this.#defaults.state;
    if (state === null) return null;
    if (word.state === null) return this.#queues(line, protocol, state, line.count());
    if (word.state.rest !== '') return this.#queues(line, protocol, state, countOr(word.state.rest));
    return this.#queues(line, protocol, state, line.nextCount());
  }

  #word({ bytes, wordStart, wordEnd, wordHash }: Line): ReturnType<typeof ssWord> {
    return this.#words.of(bytes, wordStart, wordEnd, wordHash);
  }

  /** @param recvQ `null` where the word that was taken last is none (`-Q`), so that it is the local end */
  #queues(line: Line, protocol: number, state: number, recvQ: number | null): SsRow {
    if (recvQ === null) return this.#ends(line, protocol, state, null, null);
    const sendQ = line.nextCount();
    if (sendQ === null) return null;
    line.next();
    return this.#ends(line, protocol, state, recvQ, sendQ);
  }

  #ends(line: Line, protocol: number, state: number, recvQ: number | null, sendQ: number | null): SsRow {
    if (!this.#local.read(line)) return null;
    line.next();
    if (!this.#peer.read(line)) return null;
    const { bytes, at, end } = line;
    const start = usersIn(bytes, at, end);
    const ownership = start < 0 ? UNOWNED : this.#users.read(bytes, start, end);
    if (ownership === null) return 'open';
    const sockets = this.#sockets;
    sockets.add(protocol, state, line.number);
    sockets.setEnds(this.#local, this.#peer);
    sockets.setRecvQ(recvQ);
    sockets.setSendQ(sendQ);
    sockets.setOwnership(ownership);
    this.#extras.read(bytes, at, start < 0 ? end : start, start < 0 ? end : this.#users.end, end, sockets);
    return 'row';
  }
}

const CGROUP = ' cgroup:';

const skipSpaces = (bytes: Buffer, start: number, end: number): number => {
  let at = start;
  while (at < end && bytes[at] === SPACE) at += 1;
  return at;
};

const beginsWith = (bytes: Buffer, start: number, end: number, text: string): boolean => {
  if (end - start < text.length) return false;
  for (let i = 0; i < text.length; i += 1) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
};

/** Where the owners begin, -1 for none: what stands in a cgroup's path is none of them. */
const usersIn = (bytes: Buffer, start: number, end: number): number => {
  const first = skipSpaces(bytes, start, end);
  if (first === end || beginsWith(bytes, first, end, OPEN)) return first === end ? -1 : first;
  const tail = bytes.subarray(start, end);
  const at = tail.indexOf(OPEN);
  const cgroup = tail.indexOf(CGROUP);
  return at < 0 || (cgroup >= 0 && cgroup < at) ? -1 : start + at;
};
