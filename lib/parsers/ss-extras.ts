import { HASH_BASIS, HASH_PRIME } from './line.ts';
import { Memo, ofText } from './memo.ts';
import type { SocketTable } from './socket-table.ts';

/** What `-e` and `-i` print behind the owners: ` uid:1000 ino:77604 sk:214 cgroup:/system.slice/x.service v6only:0 <->`. */

const SPACE = 0x20;
const COLON = 0x3a;
/** Services of one host: as many cgroups. */
const CGROUPS = 256;

/** Of one that is digits only. */
const numberOr = (text: string | undefined): number | null => (text !== undefined && /^\d+$/.test(text) ? Number(text) : null);

const NAMES = ['ino', 'sk', 'cgroup', 'lastack', 'v6only'] as const;
type Name = (typeof NAMES)[number];
type Found = Map<Name, string>;

const isName = (bytes: Buffer, start: number, name: string): boolean => {
  for (let i = 0; i < name.length; i += 1) if (bytes[start + i] !== name.charCodeAt(i)) return false;
  return true;
};

/** The one of those names that is these bytes. */
const nameAt = (bytes: Buffer, start: number, colon: number): Name | null => {
  for (const name of NAMES) if (name.length === colon - start && isName(bytes, start, name)) return name;
  return null;
};

/** Reads the extras of one listing. */
export class ExtrasReader {
  readonly #cgroups = new Memo(
    ofText((text) => text),
    CGROUPS,
  );

  /**
   * What stands before the owners and behind them, of the row that was added last. The first value of a name stands: they are the kernel's
   * words up to the cgroup, whose path may hold any.
   */
  read(bytes: Buffer, start: number, ownersStart: number, ownersEnd: number, end: number, sockets: SocketTable): void {
    const found = this.#words(bytes, ownersEnd, end, this.#words(bytes, start, ownersStart, null));
    if (found !== null) keep(found, sockets);
  }

  #words(bytes: Buffer, start: number, end: number, known: Found | null): Found | null {
    let found = known;
    for (let at = start; at < end; at += 1) {
      if (bytes[at] === SPACE) continue;
      const wordStart = at;
      let colon = -1;
      let hash = HASH_BASIS;
      for (; at < end && bytes[at] !== SPACE; at += 1) {
        const byte = bytes[at] ?? 0;
        if (colon >= 0) hash = Math.imul(hash ^ byte, HASH_PRIME);
        else if (byte === COLON) colon = at;
      }
      const name = colon < 0 ? null : nameAt(bytes, wordStart, colon);
      if (name === null || found?.has(name) === true) continue;
      found ??= new Map();
      found.set(name, name === 'cgroup' ? this.#cgroups.of(bytes, colon + 1, at, hash) : bytes.toString('utf8', colon + 1, at));
    }
    return found;
  }
}

const keep = (found: Found, sockets: SocketTable): void => {
  sockets.setInode(numberOr(found.get('ino')));
  sockets.setLastAck(numberOr(found.get('lastack')));
  const v6only = found.has('v6only') ? found.get('v6only') === '1' : null;
  sockets.setDetails({ cookie: found.get('sk') ?? null, cgroup: found.get('cgroup') ?? null, v6only });
};

const LAST_ACK = 'lastack';
/** `lastack:` in an information line of `-i`, which begins with a tab. */
export const lastAckIn = (text: string): number | null => {
  const start = text.replaceAll('\t', ' ').indexOf(` ${LAST_ACK}:`);
  const value = start < 0 ? undefined : text.slice(start + LAST_ACK.length + 2).split(/[ \t]/, 1)[0];
  return numberOr(value);
};
