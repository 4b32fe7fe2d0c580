import { renderJson } from '../../lib/report/json.ts';
import { type AckOutcome, acknowledge, endSilence, silence, withdrawAcknowledgement } from '../../lib/use-cases/attention.ts';
import { acknowledgeBody, silenceBody } from '../../lib/use-cases/query.ts';
import { callerOf } from '../caller.ts';
import { etagOf } from '../etag.ts';
import { Problem } from '../problem.ts';
import { type Answer, type Event, json, type Route, readBody } from '../requests.ts';
import { analysisAt } from './analysis-at.ts';

/** What people say to analyses. Each is a request of its own that no browser sends by itself: PUT and DELETE, or a POST of JSON. */

/** A name that somebody gives themselves stands beside the one that IAM vouches for, never in its place. */
const signature = (event: Event, name: string | undefined): string => {
  const caller = callerOf(event);
  if (caller === null) return name ?? 'somebody';
  return name === undefined ? caller : `${name} (${caller})`;
};

/** RFC 6585 §3, RFC 9110 §13.1.1: what is acknowledged is what was seen. */
const checkSeen = ({ headers }: Event, etag: string): void => {
  const seen = headers['if-match'];
  if (seen === undefined)
    throw new Problem(
      428,
      'Precondition required',
      'Send the analysis’ ETag as If-Match: what is acknowledged is what was seen.',
      'If-Match',
    );
  const tags = seen.split(',').map((tag) => tag.trim());
  if (!tags.includes(etag) && !tags.includes('*'))
    throw new Problem(412, 'Precondition failed', 'The analysis has changed since: GET it again, and look.', 'If-Match');
};

const answerTo = (outcome: AckOutcome): Answer => {
  if (outcome.kind === 'over') throw new Problem(409, 'Conflict', 'The analysis is over: there is nothing left to acknowledge.', 'id');
  const body = renderJson(outcome.analysis);
  const answer = json(body);
  return { ...answer, headers: { ...answer.headers, etag: etagOf(body) } };
};

export const putAcknowledgement: Route = async (event, querying) => {
  const { why, by } = readBody(acknowledgeBody, event);
  const seen = await analysisAt(event, querying);
  checkSeen(event, etagOf(renderJson(seen)));
  return answerTo(await acknowledge(seen, { by: signature(event, by), why }, querying));
};

export const deleteAcknowledgement: Route = async (event, querying) => {
  const seen = await analysisAt(event, querying);
  checkSeen(event, etagOf(renderJson(seen)));
  return answerTo(await withdrawAcknowledgement(seen, querying));
};

export const postSilence: Route = async (event, querying) => {
  const { host = null, program = null, cause = null, until, why, by } = readBody(silenceBody, event);
  const outcome = await silence({ host, program, cause }, until, { by: signature(event, by), why }, querying);
  if (outcome.kind === 'refused') throw new Problem(outcome.parameter === null ? 409 : 400, 'Bad field', outcome.reason, outcome.parameter);
  const answer = json(JSON.stringify(outcome.silence));
  return { ...answer, statusCode: 201, headers: { ...answer.headers, location: `/v1/silences/${outcome.silence.id}` } };
};

export const deleteSilence: Route = async (event, querying) => {
  const id = event.pathParameters?.id ?? '';
  const ended = /^[0-9a-f]{12}$/.test(id) ? await endSilence(id, signature(event, undefined), querying) : null;
  if (ended === null) throw new Problem(404, 'Not found', 'No silence of this id is in force.', 'id');
  return json(JSON.stringify(ended));
};
