import type middy from '@middy/core';
import { noticePage, SERVED_POLICY } from '../lib/report/page/document.ts';
import { Problem, problemDocuments } from './problem.ts';
import type { Answer, Event } from './requests.ts';
import type { Visitor } from './visitor.ts';

/** Answers for people: pages, and errors as pages. */

/** Of middy's headers: the policy is ours (above all, it lets forms through), and there is no script whose permissions could be limited. */
export const PAGE_HEADERS = { contentSecurityPolicy: false, reportTo: false, permissionsPolicy: false, xssProtection: false } as const;

/** What must be true of every page: nobody keeps it, nobody frames it, and an address with a token in it is told to nobody. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': SERVED_POLICY,
  'cache-control': 'private, no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
};

export const pageAnswer = (body: string, statusCode = 200): Answer => ({ statusCode, headers: { ...HEADERS }, body });

/** After a form: the browser asks for the page anew (RFC 9110 §15.4.4). */
export const seeOther = (location: string): Answer => ({
  statusCode: 303,
  headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
});

const WAY_IN = 'Run `closewatch open` in a terminal with AWS credentials: it opens the pages for you.';

const REFUSALS: Readonly<Record<Extract<Visitor, { kind: 'nobody' }>['hadLink'], readonly [title: string, text: string]>> = {
  expired: ['This link has expired', `The analysis is still there. ${WAY_IN}`],
  wrong: ['This link is not valid', `It may have been cut off on its way: copy all of it, in one line. Else: ${WAY_IN}`],
  none: ['Not logged in', WAY_IN],
};

export const refusal = ({ hadLink }: Extract<Visitor, { kind: 'nobody' }>): Answer => {
  const [title, text] = REFUSALS[hadLink];
  return pageAnswer(noticePage(title, text), hadLink === 'none' ? 401 : 403);
};

const isNotFound = (error: unknown): boolean => error instanceof Error && 'statusCode' in error && error.statusCode === 404;

/** Errors as pages. What is not the visitor's fault says nothing of its insides. */
export const problemPages = (report: (error: unknown) => void): middy.MiddlewareObj<unknown, Answer> => ({
  onError: (request) => {
    const { error } = request;
    if (error instanceof Problem) request.response = pageAnswer(noticePage(error.title, error.message), error.status);
    else if (isNotFound(error)) request.response = pageAnswer(noticePage('Not found', 'There is no page at this address.'), 404);
    else {
      report(error);
      request.response = pageAnswer(noticePage('Something failed', 'The page could not be made. Try again in a moment.'), 500);
    }
  },
});

/** Programs, whose routes begin with `/v1/`, get documents; people get pages. */
export const problemsFor = (report: (error: unknown) => void): middy.MiddlewareObj<Event, Answer> => {
  const [documents, pages] = [problemDocuments(report), problemPages(report)];
  return { onError: (request) => (request.event.rawPath.startsWith('/v1/') ? documents : pages).onError?.(request) };
};
