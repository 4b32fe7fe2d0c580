import { createHmac, timingSafeEqual } from 'node:crypto';

/** A secret that signatures are made with. */
export interface Key {
  /** Names the key in what it signed, so that the right one is asked after a rotation. */
  readonly id: string;
  readonly secret: string;
}

/** What a signature is for: one made for a link opens no session. */
export type Purpose = 'link' | 'open' | 'session' | 'form';

export interface Claim {
  readonly purpose: Purpose;
  /** The analysis of a link, who has a session, the session of a form. */
  readonly subject: string;
  /** Seconds since 1970. */
  readonly expires: number;
}

export type Verdict = 'valid' | 'expired' | 'wrong';

/** 128 bits: what can be guessed takes no shorter a time for a longer one, and the address stays short. */
const MAC_BYTES = 16;
const FORM = /^([A-Za-z0-9]{8})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{22})$/;

const macOf = ({ purpose, subject, expires }: Claim, { secret }: Key): Buffer =>
  createHmac('sha256', secret)
    .update(JSON.stringify([purpose, subject, expires]))
    .digest()
    .subarray(0, MAC_BYTES);

/** `KEY.EXPIRES.MAC` (HMAC-SHA256, RFC 2104): the subject is not in it. */
export const sign = (claim: Claim, key: Key): string =>
  `${key.id}.${claim.expires.toString(36)}.${macOf(claim, key).toString('base64url')}`;

/** The key that a signature names; `null` where it is none of ours. */
export const keyOf = (signature: string): string | null => FORM.exec(signature)?.[1] ?? null;

/** @param now seconds since 1970 */
export const check = (signature: string, purpose: Purpose, subject: string, now: number, keys: readonly Key[]): Verdict => {
  const [, id, until = '', mac = ''] = FORM.exec(signature) ?? [];
  const key = keys.find((one) => one.id === id);
  if (key === undefined) return 'wrong';
  const expires = Number.parseInt(until, 36);
  const given = Buffer.from(mac, 'base64url');
  const expected = macOf({ purpose, subject, expires }, key);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'wrong';
  return expires > now ? 'valid' : 'expired';
};
