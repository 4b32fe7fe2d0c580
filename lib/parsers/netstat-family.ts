import type { Account } from './account.ts';
import { isBsdHeader } from './bsd-columns.ts';
import { BsdNetstatReader, INTERNET_TITLE, isBsdTitle, looksLikeBsdRow } from './bsd-netstat.ts';
import { foreignTitle, foreignTitleProblem } from './languages.ts';
import { Line } from './line.ts';
import type { ListingReader } from './listing.ts';
import { isNetstatHeader, isNetstatTitle, looksLikeNetstatRow, NetstatReader } from './netstat.ts';
import type { SocketTable } from './socket-table.ts';
import { isWindowsHeader, isWindowsTitle, looksLikeWindowsRow, WindowsNetstatReader } from './windows-netstat.ts';

/**
 * The programs called `netstat`: net-tools' and busybox's (Linux), BSD's (macOS, FreeBSD), Windows'. A command line does not tell which
 * it was, so the first title, header or row that only one of them prints does.
 */
type Family = 'linux' | 'bsd' | 'windows' | 'foreign';

const familyOf = (line: Line): Family | null => {
  const { text } = line;
  if (foreignTitle(text) !== null) return 'foreign';
  if (isWindowsTitle(text) || isWindowsHeader(line) || looksLikeWindowsRow(line)) return 'windows';
  if (isBsdTitle(text) || isBsdHeader(line) || looksLikeBsdRow(line)) return 'bsd';
  return isNetstatTitle(text) || isNetstatHeader(text) || looksLikeNetstatRow(line) ? 'linux' : null;
};

/** Whether a line can only be of a `netstat`, whichever: for text without a section header. BSD's bare title may be a shortened other one. */
export const isOfNetstat = (line: Line): boolean => line.startsWith(INTERNET_TITLE) || familyOf(line) !== null;

/** A listing that is refused: all its lines are not understood. */
class RefusedReader implements ListingReader {
  readonly dialect = 'netstat';
  readonly problem: string;
  readonly #account: Account;

  constructor(account: Account, problem: string) {
    this.#account = account;
    this.problem = problem;
  }

  line(line: Line): void {
    if (line.isBlank()) this.#account.ignored();
    else this.#account.unparsed(line.text, line.number);
  }

  end(): void {}
}

const readerOf = (family: Family, text: string, account: Account, sockets: SocketTable): ListingReader => {
  const title = family === 'foreign' ? foreignTitle(text) : null;
  if (title !== null) return new RefusedReader(account, foreignTitleProblem(title));
  if (family === 'windows') return new WindowsNetstatReader(account, sockets);
  return family === 'bsd' ? new BsdNetstatReader(account, sockets) : new NetstatReader(account, sockets);
};

/** Notices may come before a listing; as many lines are looked at before it is taken for net-tools'. */
const MAX_UNDECIDED = 16;

/** Reads the lines of a `netstat`, whichever it is. */
export class AnyNetstatReader implements ListingReader {
  readonly #account: Account;
  readonly #sockets: SocketTable;
  #reader: ListingReader | null = null;
  #undecided: Line[] = [];

  constructor(account: Account, sockets: SocketTable) {
    this.#account = account;
    this.#sockets = sockets;
  }

  get dialect(): ListingReader['dialect'] {
    return this.#reader?.dialect ?? 'netstat';
  }

  get problem(): string | null {
    return this.#reader?.problem ?? null;
  }

  line(line: Line): void {
    if (this.#reader !== null) {
      this.#reader.line(line);
      return;
    }
    const { text, number } = line;
    const family = familyOf(line);
    this.#undecided.push(Line.of(text, number));
    if (family !== null || this.#undecided.length >= MAX_UNDECIDED) this.#decide(family ?? 'linux', text);
  }

  end(): void {
    (this.#reader ?? this.#decide('linux', '')).end();
  }

  #decide(family: Family, text: string): ListingReader {
    const reader = readerOf(family, text, this.#account, this.#sockets);
    this.#reader = reader;
    for (const held of this.#undecided) reader.line(held);
    this.#undecided = [];
    return reader;
  }
}
