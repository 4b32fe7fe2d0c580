import { badgeOf, OPEN_SECONDS } from '../../lib/access/badge.ts';
import { sessionBody } from '../../lib/use-cases/query.ts';
import { callerOf } from '../caller.ts';
import { type Answer, type Attending, type Event, json, readBody } from '../requests.ts';
import { secondsNow } from '../visitor.ts';

/** An address that opens the pages for whoever asks for it: IAM has let them in. */
export const postSession = async (event: Event, attending: Attending): Promise<Answer> => {
  const { next } = readBody(sessionBody, event);
  const [key] = await attending.keys.keys(null);
  if (key === undefined) throw new Error('There is no key to sign with.');
  const expires = secondsNow(attending) + OPEN_SECONDS;
  const query = new URLSearchParams({
    t: badgeOf('open', callerOf(event) ?? 'somebody', expires, key),
    ...(next === undefined ? {} : { next }),
  });
  const answer = json(JSON.stringify({ url: `${attending.base}/open?${query}`, expiresAt: new Date(expires * 1000).toISOString() }));
  return { ...answer, statusCode: 201, headers: { ...answer.headers, 'cache-control': 'no-store' } };
};
