import type { Account } from './account.ts';
import { Line } from './line.ts';
import type { ListingReader } from './listing.ts';
import type { SocketTable } from './socket-table.ts';
import { lastAckIn } from './ss-extras.ts';
import { type SsRow, SsRowReader } from './ss-row.ts';
import { isSsHeader, looksLikeSsRow, type SsDefaults } from './ss-words.ts';

/**
 * `ss` of iproute2, in every combination of its options:
 *
 *     State      Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
 *     CLOSE-WAIT 1      0         10.20.0.13:20000   10.20.8.21:8080 users:(("python3",pid=28429,fd=3)) ino:77604 sk:214 cgroup:/x -->
 *     	 cubic rto:204 rtt:0.044/0.022 … lastack:3380 …
 *
 * Netid is absent when one table is shown, State when one state is selected, the header with `-H`, the queues with `-Q`; widths come
 * from content, columns may be glued (KERNEL.md). So a row is read by its content, from the left, and never by position.
 */

const TAB = 0x09;
const SPACE = 0x20;
/** A name holds at most 15 characters, so a row broken by newlines within it has at most so many parts. */
const MAX_PARTS = 16;

/** Reads the lines of one `ss` listing. */
export class SsReader implements ListingReader {
  readonly dialect = 'ss';
  readonly problem = null;
  readonly #account: Account;
  readonly #rows: SsRowReader;
  readonly #sockets: SocketTable;
  /** How many are other listings'. */
  readonly #before: number;
  /** A row that a raw newline in a program's name has broken. */
  #open: { readonly parts: string[]; readonly line: number } | null = null;
  #canContinue = false;

  constructor(account: Account, sockets: SocketTable, defaults: SsDefaults) {
    this.#account = account;
    this.#sockets = sockets;
    this.#before = sockets.size;
    this.#rows = new SsRowReader(defaults, sockets);
  }

  line(line: Line): void {
    if (this.#open !== null && this.#join(line)) return;
    const isIndented = line.first === TAB || (line.first === SPACE && this.#canContinue && !looksLikeSsRow(line));
    if (isIndented) this.#info(line.text, line.number);
    else this.#row(line);
  }

  /** All rows; only now is it known whether the listing shows owners at all. */
  end(): void {
    this.#giveUp();
    this.#sockets.hideOwnersWhereNoneAreShown(this.#before);
  }

  #join(line: Line): boolean {
    const { text } = line;
    const open = this.#open;
    if (open === null) return false;
    if (open.parts.length >= MAX_PARTS || isSsHeader(text) || looksLikeSsRow(line)) {
      this.#giveUp();
      return false;
    }
    open.parts.push(text);
    const whole = open.parts.join('\n');
    const row = this.#rows.read(Line.of(whole, open.line));
    if (row === null || row === 'open' || row === 'none') return true;
    this.#open = null;
    if (row === 'row') this.#canContinue = true;
    this.#account.understood(open.parts.length);
    return true;
  }

  #giveUp(): void {
    const open = this.#open;
    this.#open = null;
    for (const [i, part] of (open?.parts ?? []).entries()) this.#account.unparsed(part, (open?.line ?? 0) + i);
  }

  #info(text: string, line: number): void {
    if (!this.#canContinue) {
      this.#account.unparsed(text, line);
      return;
    }
    const lastAckMs = lastAckIn(text);
    if (lastAckMs !== null && this.#sockets.size > this.#before) this.#sockets.setLastAck(lastAckMs);
    this.#account.understood();
  }

  #row(line: Line): void {
    const row = this.#rows.read(line);
    if (row === 'row') {
      this.#canContinue = true;
      this.#account.understood();
    } else {
      this.#other(row, line);
    }
  }

  #other(row: Exclude<SsRow, 'row'>, line: Line): void {
    if (row === 'none') {
      this.#account.ignored();
    } else if (row === 'open') {
      this.#open = { parts: [line.text], line: line.number };
    } else if (row === null) {
      this.#canContinue = false;
      this.#account.unparsed(line.text, line.number);
    } else {
      this.#canContinue = true;
      this.#account.ignored();
    }
  }
}
