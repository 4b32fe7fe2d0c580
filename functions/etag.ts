import { createHash } from 'node:crypto';
import type middy from '@middy/core';
import type { Answer, Event } from './requests.ts';

/** Of what is answered, whatever it is: the same bytes have the same tag (RFC 9110 §8.8.3, a strong validator). */
export const etagOf = (body: string): string => `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;

/** RFC 9110 §13.1.2: a list of tags or `*`, compared weakly. */
const names = (header: string, etag: string): boolean =>
  header.split(',').some((one) => {
    const tag = one.trim();
    return tag === '*' || tag === etag || tag === `W/${etag}`;
  });

/** Tags each answer, and says 304 to whoever has it already. */
export const etags = (): middy.MiddlewareObj<Event, Answer> => ({
  after: (request) => {
    const { response, event } = request;
    if (response === null || response?.statusCode !== 200 || response.body === undefined) return;
    const etag = etagOf(response.body);
    const headers = { ...response.headers, etag };
    const known = event.headers['if-none-match'];
    const isKnown = known !== undefined && event.requestContext.http.method === 'GET' && names(known, etag);
    request.response = isKnown ? { statusCode: 304, headers } : { ...response, headers };
  },
});
