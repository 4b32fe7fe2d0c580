import { badgeOf, bearerOf, keyOfBadge, SESSION_SECONDS } from '../../lib/access/badge.ts';
import { noticePage } from '../../lib/report/page/document.ts';
import { pageAnswer, refusal } from '../html.ts';
import { COOKIE, secondsNow } from '../visitor.ts';
import type { PageRoute } from './pages.ts';

/** Only pages of ours: `/analyses`, `/hosts/web-03`. */
const NEXT = /^\/(?:analyses|hosts)(?:\/[\w.~-]+)?$/;

/**
 * What `closewatch open` shows once becomes a session, kept by a cookie that no script and no other site's request carries. The page goes on by
 * itself rather than by a redirect, since a redirect from another site's page would not carry the cookie (SameSite=Strict).
 */
export const openSession: PageRoute = async (event, showing) => {
  const badge = event.queryStringParameters?.t ?? '';
  const keys = await showing.keys.keys(keyOfBadge(badge));
  const now = secondsNow(showing);
  const by = bearerOf('open', badge, now, keys);
  const [key] = keys;
  if (by === null || key === undefined) return refusal({ kind: 'nobody', hadLink: 'expired' });
  const wanted = event.queryStringParameters?.next ?? '';
  const next = NEXT.test(wanted) ? wanted : '/analyses';
  const session = badgeOf('session', by, now + SESSION_SECONDS, key);
  return {
    ...pageAnswer(noticePage('Welcome', 'The page opens in a moment.', next)),
    cookies: [`${COOKIE}=${session}; Path=/; Max-Age=${SESSION_SECONDS}; Secure; HttpOnly; SameSite=Strict`],
  };
};
