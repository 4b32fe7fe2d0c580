import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * What a host without AWS credentials shows: `cw_<id>_<secret>`. The id finds the record; the secret is compared, and kept nowhere but on
 * the host.
 */
export interface HostToken {
  readonly id: string;
  readonly host: string;
  /** SHA-256 of the secret, hex. The secret is 256 random bits: a slow hash protects weak passwords, and would only slow each upload. */
  readonly hash: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
  /** To the minute; `null`: never used. */
  readonly lastUsedAt: string | null;
}

export const ID_BYTES = 8;
export const SECRET_BYTES = 32;

const BEARER = /^bearer$/i;
const TOKEN = /^cw_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
export const TOKEN_ID = /^[0-9a-f]{16}$/;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** @param random `ID_BYTES` and `SECRET_BYTES` bytes that nobody can guess */
export const mintToken = (
  host: string,
  random: { readonly id: Uint8Array; readonly secret: Uint8Array },
  now: string,
): { readonly token: HostToken; readonly text: string } => {
  const id = Buffer.from(random.id).toString('hex');
  const secret = Buffer.from(random.secret).toString('base64url');
  const hash = sha256(secret).toString('hex');
  return { token: { id, host, hash, createdAt: now, revokedAt: null, lastUsedAt: null }, text: `cw_${id}_${secret}` };
};

/** The parts of a token in an `Authorization` header (RFC 6750 §2.1; the scheme's case has no meaning); `null` for anything else. */
export const readBearer = (header: string | undefined): { readonly id: string; readonly secret: string } | null => {
  const [scheme = '', text = '', ...more] = (header ?? '').split(' ');
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return !BEARER.test(scheme) || more.length > 0 || id === undefined || secret === undefined ? null : { id, secret };
};

/** In constant time, so that how long an answer takes tells nothing of the secret. */
export const isSecretOf = (token: HostToken, secret: string): boolean => {
  const kept = Buffer.from(token.hash, 'hex');
  const shown = sha256(secret);
  return kept.length === shown.length && timingSafeEqual(kept, shown);
};
