import type { Socket } from '../model/socket.ts';
import type { Account } from './account.ts';
import type { Line } from './line.ts';
import type { ListingReader } from './listing.ts';
import { isSsHeader, lastAckIn, looksLikeSsRow, parseSsRow, type SsDefaults, type SsRow } from './ss-row.ts';

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

/** A name holds at most 15 characters, so a row broken by newlines within it has at most so many parts. */
const MAX_PARTS = 16;

/** Reads the lines of one `ss` listing. */
export class SsReader implements ListingReader {
  readonly dialect = 'ss';
  readonly problem = null;
  readonly #account: Account;
  readonly #defaults: SsDefaults;
  readonly #sockets: Socket[] = [];
  #hasOwners = false;
  /** A row that a raw newline in a program's name has broken. */
  #open: { readonly parts: string[]; readonly line: number } | null = null;
  #canContinue = false;

  constructor(account: Account, defaults: SsDefaults) {
    this.#account = account;
    this.#defaults = defaults;
  }

  line({ text, number: line }: Line): void {
    if (this.#open !== null && this.#join(text)) return;
    const code = text.charCodeAt(0);
    if (code === 9 || (code === 32 && this.#canContinue && !looksLikeSsRow(text))) this.#info(text, line);
    else this.#row(text, line);
  }

  /** All rows; only now is it known whether the listing shows owners at all. */
  end(): readonly Socket[] {
    this.#giveUp();
    if (this.#hasOwners) return this.#sockets;
    return this.#sockets.map((socket) => ({ ...socket, ownership: { kind: 'unknown' } }));
  }

  #join(text: string): boolean {
    const open = this.#open;
    if (open === null) return false;
    if (open.parts.length >= MAX_PARTS || isSsHeader(text) || looksLikeSsRow(text)) {
      this.#giveUp();
      return false;
    }
    open.parts.push(text);
    const whole = open.parts.join('\n');
    const columns = parseSsRow(whole, this.#defaults);
    if (columns === null || columns === 'open') return true;
    this.#open = null;
    this.#keep(columns, open.line);
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
    const socket = this.#sockets.at(-1);
    if (lastAckMs !== null && socket !== undefined) this.#sockets[this.#sockets.length - 1] = { ...socket, lastAckMs };
    this.#account.understood();
  }

  #row(text: string, line: number): void {
    if (text.trim() === '' || isSsHeader(text) || NOTICES.some((notice) => text.startsWith(notice))) {
      this.#account.ignored();
      return;
    }
    const columns = parseSsRow(text, this.#defaults);
    if (columns === 'open') {
      this.#open = { parts: [text], line };
    } else if (columns === null) {
      this.#canContinue = false;
      this.#account.unparsed(text, line);
    } else if (columns === 'other') {
      this.#canContinue = true;
      this.#account.ignored();
    } else {
      this.#keep(columns, line);
      this.#account.understood();
    }
  }

  #keep(columns: SsRow | 'other', line: number): void {
    if (columns === 'other') return;
    this.#canContinue = true;
    this.#hasOwners ||= columns.ownership.kind === 'owned';
    this.#sockets.push({ ...columns, line });
  }
}
