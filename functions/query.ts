import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { powertoolsJournal } from '../lib/adapters/journal.ts';
import { querying } from './compose.ts';
import { problemDocuments } from './problem.ts';
import type { Route } from './requests.ts';
import { getAnalysis, listAnalyses } from './routes/analyses.ts';
import { getTimeline, listHosts } from './routes/hosts.ts';
import { listUploads } from './routes/uploads.ts';

const get = (path: string, route: Route) => ({
  method: 'GET' as const,
  path,
  handler: (event: APIGatewayProxyEventV2) => route(event, querying()),
});

const report = (error: unknown): void =>
  powertoolsJournal('closewatch').warn('query failed', { error: error instanceof Error ? error.message : String(error) });

/** The API over past analyses. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(httpSecurityHeaders())
  .use(problemDocuments(report))
  .handler(
    httpRouter([
      get('/v1/analyses', listAnalyses),
      get('/v1/analyses/{id}', getAnalysis),
      get('/v1/hosts', listHosts),
      get('/v1/hosts/{host}/timeline', getTimeline),
      get('/v1/uploads', listUploads),
    ]),
  );
