import { check, type Key, keyOf, sign } from './signature.ts';

/** Who somebody is, signed: what `closewatch open` shows once, and what their browser then keeps as a cookie. */

/** The way from the terminal into the browser. */
export const OPEN_SECONDS = 60;
/** A night's incident; after that, `closewatch open` again. */
export const SESSION_SECONDS = 8 * 60 * 60;

type Kind = 'open' | 'session';

/** `KEY.EXPIRES.MAC.WHO` */
export const badgeOf = (kind: Kind, by: string, expires: number, key: Key): string =>
  `${sign({ purpose: kind, subject: by, expires }, key)}.${Buffer.from(by).toString('base64url')}`;

const split = (badge: string): readonly [signature: string, by: string] => {
  const at = badge.lastIndexOf('.');
  return [badge.slice(0, Math.max(0, at)), Buffer.from(badge.slice(at + 1), 'base64url').toString('utf8')];
};

export const keyOfBadge = (badge: string): string | null => keyOf(split(badge)[0]);

/** Who it names; `null` where it is not ours, or no longer valid. */
export const bearerOf = (kind: Kind, badge: string, now: number, keys: readonly Key[]): string | null => {
  const [signature, by] = split(badge);
  return check(signature, kind, by, now, keys) === 'valid' ? by : null;
};
