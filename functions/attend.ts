import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import httpSecurityHeaders from '@middy/http-security-headers';
import { powertoolsJournal } from '../lib/adapters/journal.ts';
import { attending } from './compose/attending.ts';
import { PAGE_HEADERS, problemsFor } from './html.ts';
import type { Answer, Attending, Event } from './requests.ts';
import { deleteAcknowledgement, deleteSilence, postSilence, putAcknowledgement } from './routes/attention.ts';
import { acknowledgeForm, endSilenceForm, silenceForm } from './routes/forms.ts';
import { postSession } from './routes/sessions.ts';

type Said = (event: Event, attending: Attending) => Promise<Answer>;

const on = (method: 'PUT' | 'POST' | 'DELETE', path: string, route: Said) => ({
  method,
  path,
  handler: (event: Event) => route(event, attending()),
});

/** Never the request: a form's token must not end in a log. */
const report = (error: unknown): void =>
  powertoolsJournal('closewatch').warn('attend failed', { error: error instanceof Error ? error.message : String(error) });

/** What people say, by the API or by a page's form. Apart from what reads, so that the latter's role writes nothing. */
export const handler = middy<Event, Answer>()
  .use(httpSecurityHeaders(PAGE_HEADERS))
  .use(problemsFor(report))
  .handler(
    httpRouter([
      on('PUT', '/v1/analyses/{id}/acknowledgement', putAcknowledgement),
      on('DELETE', '/v1/analyses/{id}/acknowledgement', deleteAcknowledgement),
      on('POST', '/v1/silences', postSilence),
      on('DELETE', '/v1/silences/{id}', deleteSilence),
      on('POST', '/v1/sessions', postSession),
      on('POST', '/analyses/{id}/acknowledgement', acknowledgeForm),
      on('POST', '/silences', silenceForm),
      on('POST', '/silences/{id}/end', endSilenceForm),
    ]),
  );
