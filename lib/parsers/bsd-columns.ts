import { Line } from './line.ts';
import { wordsOf } from './tokens.ts';

/** Where a BSD `netstat` header says its columns are. */
export interface BsdColumns {
  /** Columns before Proto (`-A`): `Tcpcb`, or `Socket Flowhash`. */
  readonly lead: number;
  readonly hasState: boolean;
  /** Width to which addresses *and ports* are cut (`-A`: 18), `null` where the port is always whole. */
  readonly cutAt: number | null;
  /** Whose a row is: words between the state and it, and for `process:pid`, whose name may hold spaces, how many follow it. */
  readonly owner:
    | { readonly kind: 'pid'; readonly before: number }
    | { readonly kind: 'process:pid'; readonly before: number; readonly after: number }
    | null;
  /** macOS puts two spaces before the local address, FreeBSD one. */
  readonly isMacos: boolean;
}

/** An IPv4 address and its port (21 characters), or 16 of an IPv6 address, a dot and a port, fit into so many: only narrower columns cut. */
const WHOLE = 22;

const LOCAL = 'Local Address';
const FOREIGN = 'Foreign Address';

export const isBsdHeader = (line: Line): boolean => {
  const words = wordsOf(line);
  const at = words.indexOf('Proto');
  if (at < 0 || at > 2 || !line.text.includes(LOCAL) || !line.text.includes(FOREIGN)) return false;
  return words.includes('(state)') || at > 0 || words.includes('R-MBUF') || words.includes('Rexmit');
};

const ownerIn = (words: readonly string[]): BsdColumns['owner'] => {
  const behind = words.slice(words.indexOf('(state)') + 1);
  const joined = behind.indexOf('process:pid');
  if (joined >= 0) return { kind: 'process:pid', before: joined, after: behind.length - joined - 1 };
  const pid = behind.indexOf('pid');
  return pid < 0 ? null : { kind: 'pid', before: pid };
};

/** @param header the header line; `''` for a listing without one, which is read as plain `netstat -an` of macOS */
export const bsdColumns = (header: string): BsdColumns => {
  const words = wordsOf(Line.of(header, 0));
  const width = header.indexOf(FOREIGN) - header.indexOf(LOCAL) - 1;
  const hasState = header === '' || words.includes('(state)');
  return {
    lead: Math.max(0, words.indexOf('Proto')),
    hasState,
    cutAt: header !== '' && width < WHOLE ? width : null,
    owner: hasState ? ownerIn(words) : null,
    isMacos: header === '' || header.includes(`  ${LOCAL}`),
  };
};
