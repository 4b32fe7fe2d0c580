import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import httpSecurityHeaders from '@middy/http-security-headers';
import { powertoolsJournal } from '../lib/adapters/journal.ts';
import { querying } from './compose.ts';
import { problemDocuments } from './problem.ts';
import type { Answer, Event, Route } from './requests.ts';
import { deleteAcknowledgement, deleteSilence, postSilence, putAcknowledgement } from './routes/attention.ts';

const on = (method: 'PUT' | 'POST' | 'DELETE', path: string, route: Route) => ({
  method,
  path,
  handler: (event: Event) => route(event, querying()),
});

const report = (error: unknown): void =>
  powertoolsJournal('closewatch').warn('attend failed', { error: error instanceof Error ? error.message : String(error) });

/** The API's part that writes: acknowledging and silencing. Apart from the one that reads, so that the latter's role writes nothing. */
export const handler = middy<Event, Answer>()
  .use(httpSecurityHeaders())
  .use(problemDocuments(report))
  .handler(
    httpRouter([
      on('PUT', '/v1/analyses/{id}/acknowledgement', putAcknowledgement),
      on('DELETE', '/v1/analyses/{id}/acknowledgement', deleteAcknowledgement),
      on('POST', '/v1/silences', postSilence),
      on('DELETE', '/v1/silences/{id}', deleteSilence),
    ]),
  );
