import type { Owner } from '../model/socket.ts';
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

export interface Users {
  readonly owners: readonly Owner[];
  /** Index behind the closing `))`. */
  readonly end: number;
}

/** @param start index of `users:((` in `text`. `null` where the list is not closed on this line (a raw newline in a name). */
export const parseUsers = (text: string, start: number): Users | null => {
  const owners: Owner[] = [];
  let at = start + OPEN.length - 1;
  while (text[at] === '(') {
    const close = text.indexOf(')', at);
    if (close < 0) return null;
    const owner = parseEntry(text.slice(at + 1, close));
    if (owner !== null && !owners.some(({ pid }) => pid === owner.pid)) owners.push(owner);
    const next = text[close + 1];
    if (next === ')') return { owners, end: close + 2 };
    if (next !== ',') return null;
    at = close + 2;
  }
  return null;
};
