import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import httpSecurityHeaders from '@middy/http-security-headers';
import { powertoolsJournal } from '../lib/adapters/journal.ts';
import { querying } from './compose/querying.ts';
import { etags } from './etag.ts';
import { problemDocuments } from './problem.ts';
import type { Answer, Event, Route } from './requests.ts';
import { getAnalysis, listAnalyses } from './routes/analyses.ts';
import { getTimeline, listHosts } from './routes/hosts.ts';
import { getOpenApi } from './routes/openapi.ts';
import { getSilences } from './routes/silences.ts';
import { listUploads } from './routes/uploads.ts';

const get = (path: string, route: Route) => ({ method: 'GET' as const, path, handler: (event: Event) => route(event, querying()) });

const report = (error: unknown): void =>
  powertoolsJournal('closewatch').warn('query failed', { error: error instanceof Error ? error.message : String(error) });

/** The API over past analyses. */
export const handler = middy<Event, Answer>()
  .use(httpSecurityHeaders())
  .use(problemDocuments(report))
  .use(etags())
  .handler(
    httpRouter([
      get('/v1/analyses', listAnalyses),
      get('/v1/analyses/{id}', getAnalysis),
      get('/v1/hosts', listHosts),
      get('/v1/hosts/{host}/timeline', getTimeline),
      get('/v1/uploads', listUploads),
      get('/v1/silences', getSilences),
      get('/openapi.json', getOpenApi),
    ]),
  );
