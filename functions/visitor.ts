import { bearerOf, keyOfBadge } from '../lib/access/badge.ts';
import { checkLink, keyOfLink } from '../lib/access/link.ts';
import { check, keyOf, sign } from '../lib/access/signature.ts';
import type { AccessKeys, Clock } from '../lib/use-cases/ports.ts';
import type { Event } from './requests.ts';

/** Who asks for a page. */
export type Visitor =
  /** Of this analysis and no other, and without its raw uploads. */
  | { readonly kind: 'link' }
  | { readonly kind: 'session'; readonly by: string; readonly badge: string }
  | { readonly kind: 'nobody'; readonly hadLink: 'expired' | 'wrong' | 'none' };

interface Door {
  readonly keys: AccessKeys;
  readonly clock: Clock;
}

/** `__Host-`: of this host alone, over TLS alone (RFC 6265bis §4.1.3). */
export const COOKIE = '__Host-closewatch';

export const secondsNow = ({ clock }: Pick<Door, 'clock'>): number => Math.floor(Date.parse(clock.now()) / 1000);

const cookieIn = ({ cookies = [] }: Event): string | null =>
  cookies.find((one) => one.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? null;

export const sessionOf = async (event: Event, door: Door): Promise<Extract<Visitor, { kind: 'session' }> | null> => {
  const badge = cookieIn(event);
  if (badge === null) return null;
  const by = bearerOf('session', badge, secondsNow(door), await door.keys.keys(keyOfBadge(badge)));
  return by === null ? null : { kind: 'session', by, badge };
};

/** @param analysisId of the page that is asked for; `null` where no link leads there */
export const visitorOf = async (event: Event, analysisId: string | null, door: Door): Promise<Visitor> => {
  const session = await sessionOf(event, door);
  if (session !== null) return session;
  const token = event.queryStringParameters?.t;
  if (token === undefined || analysisId === null) return { kind: 'nobody', hadLink: 'none' };
  const verdict = checkLink(token, analysisId, door.clock.now(), await door.keys.keys(keyOfLink(token)));
  return verdict === 'valid' ? { kind: 'link' } : { kind: 'nobody', hadLink: verdict };
};

/** As long as a page may stand open before its form is sent. */
const FORM_SECONDS = 8 * 60 * 60;

export const formTokenFor = async (badge: string, door: Door): Promise<string> => {
  const [key] = await door.keys.keys(null);
  return key === undefined ? '' : sign({ purpose: 'form', subject: badge, expires: secondsNow(door) + FORM_SECONDS }, key);
};

/** Whether a form was on a page that we made for this session: another site cannot know the token. */
export const isOurForm = async (token: string, badge: string, door: Door): Promise<boolean> =>
  check(token, 'form', badge, secondsNow(door), await door.keys.keys(keyOf(token))) === 'valid';
