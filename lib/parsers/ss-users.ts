import type { Owner, Ownership } from '../model/socket.ts';
import { digitsIn, HASH_BASIS, HASH_PRIME } from './line.ts';
import { Memo, ofText } from './memo.ts';
import { pidOr } from './tokens.ts';

/**
 * The owners in `users:(("a",pid=1,fd=2),("b",pid=3,fd=4))`, or before 3.14 `users:(("java",812,45))`.
 *
 * The name is comm: any bytes but `)`, at which `ss` cuts it, and its quotes are not escaped. So each entry ends at its first `)`, and
 * within it only the rightmost `",pid=N,fd=N` is `ss`'s own: `("x",pid=1,fd=2",pid=12771,fd=5)` is one process, 12771 (KERNEL.md).
 */
export const OPEN = 'users:((';

const NEW_FORM = '",pid=';
const OLD_FORM = '",';

const parseEntry = (entry: string): Owner | null => {
  if (!entry.startsWith('"')) return null;
  const modern = entry.lastIndexOf(NEW_FORM);
  const end = modern >= 0 ? modern : entry.lastIndexOf(OLD_FORM);
  if (end < 1) return null;
  const [word] = entry.slice(end + (modern >= 0 ? NEW_FORM.length : OLD_FORM.length)).split(',', 1);
  const pid = pidOr(word);
  return pid === null ? null : { command: entry.slice(1, end), pid };
};

interface Entry {
  /** `null` where the entry is none. */
  readonly owner: Owner | null;
  /** The number of what it says where it stands alone, as nearly all do. */
  readonly ownership: number;
}

const BRACKET = 0x28;
const CLOSING = 0x29;
const COMMA = 0x2c;
const QUOTE = 0x22;
const FD = [0x66, 0x64, 0x3d] as const;
/** Processes (and their threads' names) that hold the sockets of one listing. */
const ENTRIES = 512;

const ownershipOf = (entries: readonly Pick<Entry, 'owner'>[]): Ownership => {
  const owners: Owner[] = [];
  for (const { owner } of entries) if (owner !== null && !owners.some(({ pid }) => pid === owner.pid)) owners.push(owner);
  const [first, ...others] = owners;
  return first === undefined ? { kind: 'unowned' } : { kind: 'owned', owners: [first, ...others] };
};

/** Reads the owners of one listing, each process once: its entries differ by their descriptor, which ends them and says nothing here. */
export class UsersReader {
  readonly #numberOf: (ownership: Ownership) => number;
  readonly #entries: Memo<Entry>;
  /** Index of the bracket that closes the entry which was read last, -1 where it is not closed. */
  #close = -1;

  /** @param numberOf numbers ownerships */
  constructor(numberOf: (ownership: Ownership) => number) {
    this.#numberOf = numberOf;
    const entryOf = (text: string): Entry => {
      const owner = parseEntry(text);
      return { owner, ownership: numberOf(ownershipOf([{ owner }])) };
    };
    this.#entries = new Memo(ofText(entryOf), ENTRIES);
  }

  /** Index behind the `))` that closes the list which was read last. */
  get end(): number {
    return this.#close + 2;
  }

  /** The number of what it says. @param start index of `users:((`. `null` where the list is not closed before `end` (a raw newline in a name). */
  read(bytes: Buffer, start: number, end: number): number | null {
    const entry = this.#entry(bytes, start + OPEN.length, end);
    if (entry === null || this.#close + 1 >= end) return null;
    if (bytes[this.#close + 1] === CLOSING) return entry.ownership;
    return this.#more(bytes, end, entry);
  }

  /** Of a socket that several have (fork), or one several times (dup). */
  #more(bytes: Buffer, end: number, first: Entry): number | null {
    const entries = [first];
    while (bytes[this.#close + 1] === COMMA && bytes[this.#close + 2] === BRACKET) {
      const entry = this.#entry(bytes, this.#close + 3, end);
      if (entry === null || this.#close + 1 >= end) return null;
      entries.push(entry);
      if (bytes[this.#close + 1] === CLOSING) return this.#numberOf(ownershipOf(entries));
    }
    return null;
  }

  #entry(bytes: Buffer, start: number, end: number): Entry | null {
    let hash = HASH_BASIS;
    let comma = -1;
    let commaHash = 0;
    let at = start;
    for (; at < end && bytes[at] !== CLOSING; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === COMMA) {
        comma = at;
        commaHash = hash;
      }
      hash = Math.imul(hash ^ byte, HASH_PRIME);
    }
    if (at === end) return null;
    this.#close = at;
    const isDescriptor = comma > start && bytes[comma - 1] !== QUOTE && isFd(bytes, comma + 1, at);
    return isDescriptor ? this.#entries.of(bytes, start, comma, commaHash) : this.#entries.of(bytes, start, at, hash);
  }
}

/** `fd=31` */
const isFd = (bytes: Buffer, start: number, end: number): boolean =>
  bytes[start] === FD[0] && bytes[start + 1] === FD[1] && bytes[start + 2] === FD[2] && digitsIn(bytes, start + FD.length, end) >= 0;
