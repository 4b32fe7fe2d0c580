import { check, type Key, keyOf, sign, type Verdict } from './signature.ts';

/** Where a message's analysis can be seen, without a login. */
export interface Link {
  readonly url: string;
  /** RFC 3339 UTC. */
  readonly until: string;
}

/** @param at when the message was decided; the link's days count from there */
export type LinkTo = (analysisId: string, at: string) => Link | null;

/** Where there is no page, or no key to sign with. */
export const noLink: LinkTo = () => null;

const DAY_SECONDS = 24 * 60 * 60;

const secondsOf = (at: string): number => Math.floor(Date.parse(at) / 1000);

/** @param base of the API: `https://….execute-api.….amazonaws.com` */
export const signedLinks =
  (base: string, days: number, key: Key): LinkTo =>
  (analysisId, at) => {
    const expires = secondsOf(at) + days * DAY_SECONDS;
    const token = sign({ purpose: 'link', subject: analysisId, expires }, key);
    return { url: `${base}/analyses/${encodeURIComponent(analysisId)}?t=${token}`, until: new Date(expires * 1000).toISOString() };
  };

/** @param now RFC 3339 */
export const checkLink = (token: string, analysisId: string, now: string, keys: readonly Key[]): Verdict =>
  check(token, 'link', analysisId, secondsOf(now), keys);

export const keyOfLink = (token: string): string | null => keyOf(token);
