import type { Owner } from '../model/socket.ts';

/**
 * The owners in `users:(("a",pid=1,fd=2),("b",pid=3,fd=4))`, or before 3.14 `users:(("java",812,45))`.
 *
 * The name is comm: any bytes but `)`, at which `ss` cuts it, and its quotes are not escaped. So each entry ends at its first `)`, and
 * within it only the rightmost `",pid=N,fd=N` is `ss`'s own: `("x",pid=1,fd=2",pid=12771,fd=5)` is one process, 12771 (KERNEL.md).
 */
export const OPEN = 'users:((';

const NEW_FORM = '",pid=';
const OLD_FORM = '",';

/** The entry `"NAME",pid=N,fd=N` from `start` to the bracket at `close`. */
const parseEntry = (text: string, start: number, close: number): Owner | null => {
  if (text.charCodeAt(start) !== QUOTE) return null;
  const modern = text.lastIndexOf(NEW_FORM, close);
  const isModern = modern >= start;
  const end = isModern ? modern : text.lastIndexOf(OLD_FORM, close);
  if (end < start + 1) return null;
  const pid = leadingNumber(text, end + (isModern ? NEW_FORM.length : OLD_FORM.length), close);
  return pid === null ? null : { command: text.slice(start + 1, end), pid };
};

const QUOTE = 34;

/** The digits at `from`; `null` where there are none. */
const leadingNumber = (text: string, from: number, to: number): number | null => {
  let value = 0;
  let at = from;
  for (; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return at === from ? null : value;
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
    const owner = parseEntry(text, at + 1, close);
    if (owner !== null && !owners.some(({ pid }) => pid === owner.pid)) owners.push(owner);
    const next = text[close + 1];
    if (next === ')') return { owners, end: close + 2 };
    if (next !== ',') return null;
    at = close + 2;
  }
  return null;
};
