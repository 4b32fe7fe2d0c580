import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import httpSecurityHeaders from '@middy/http-security-headers';
import { powertoolsJournal } from '../lib/adapters/journal.ts';
import { showing } from './compose/showing.ts';
import { PAGE_HEADERS, problemPages, seeOther } from './html.ts';
import type { Answer, Event } from './requests.ts';
import { openSession } from './routes/open.ts';
import { type PageRoute, showAnalysis, showEvidence, showHost, showHosts, showList } from './routes/pages.ts';

const get = (path: string, route: PageRoute) => ({ method: 'GET' as const, path, handler: (event: Event) => route(event, showing()) });

/** Never the request: a token in its address must not end in a log. */
const report = (error: unknown): void =>
  powertoolsJournal('closewatch').warn('page failed', { error: error instanceof Error ? error.message : String(error) });

/** The pages: for who has a session, and one analysis for who has its link. */
export const handler = middy<Event, Answer>()
  .use(httpSecurityHeaders(PAGE_HEADERS))
  .use(problemPages(report))
  .handler(
    httpRouter([
      get('/', async () => seeOther('/analyses')),
      get('/open', openSession),
      get('/analyses', showList),
      get('/analyses/{id}', showAnalysis),
      get('/analyses/{id}/evidence/{n}', showEvidence),
      get('/hosts', showHosts),
      get('/hosts/{host}', showHost),
    ]),
  );
