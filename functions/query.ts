import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { powertoolsJournal } from '../lib/adapters/journal.ts';
import type { Records } from '../lib/use-cases/ports.ts';
import { querying } from './compose.ts';
import { problemDocuments } from './problem.ts';
import { getAnalysis, listAnalyses, listHosts, listUploads } from './routes.ts';

type Route = (event: APIGatewayProxyEventV2, records: Records) => Promise<APIGatewayProxyStructuredResultV2>;

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
      get('/v1/uploads', listUploads),
    ]),
  );
