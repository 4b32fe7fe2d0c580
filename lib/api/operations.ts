import * as z from 'zod/mini';
import { planSchema } from '../use-cases/grant-upload.ts';
import {
  acknowledgeBody,
  analysisQuery,
  pageQuery,
  sessionBody,
  silenceBody,
  silenceQuery,
  timelineQuery,
  uploadQuery,
} from '../use-cases/query.ts';
import { analysesAnswer, analysisAnswer } from './analysis.ts';
import { grantAnswer, hostsAnswer, sessionAnswer, silenceAnswer, silencesAnswer, uploadsAnswer } from './lists.ts';
import { timelineAnswer } from './timeline.ts';

/** What the API can be asked, each with the schemas that check it. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly query?: z.ZodMiniType;
  readonly body?: z.ZodMiniType;
  /** The status of success, if not 200. */
  readonly status?: 201;
  readonly answer: z.ZodMiniType;
  /** `text/csv` as well. */
  readonly csv?: true;
  /** `If-Match` with the analysis' ETag is required. */
  readonly ifMatch?: true;
  /** Asked for with a host's token rather than a signature. */
  readonly byToken?: true;
  readonly problems: readonly number[];
}

const LIST = { method: 'get', csv: true, problems: [400] } as const;

export const OPERATIONS: readonly Operation[] = [
  {
    ...LIST,
    path: '/v1/analyses',
    id: 'listAnalyses',
    summary:
      'Analyses, newest first; without `from` and `host` those of the last 30 days. A page may be short: go on while there is a cursor.',
    query: analysisQuery,
    answer: analysesAnswer,
  },
  { method: 'get', path: '/v1/analyses/{id}', id: 'getAnalysis', summary: 'One analysis.', answer: analysisAnswer, problems: [404] },
  {
    method: 'put',
    path: '/v1/analyses/{id}/acknowledgement',
    id: 'acknowledge',
    summary: 'Says that somebody is on it: reminders stop, until it becomes critical, is over, or a week has passed.',
    body: acknowledgeBody,
    answer: analysisAnswer,
    ifMatch: true,
    problems: [400, 404, 409, 412, 413, 415, 428],
  },
  {
    method: 'delete',
    path: '/v1/analyses/{id}/acknowledgement',
    id: 'withdrawAcknowledgement',
    summary: 'Nobody is on it any more: reminders go on.',
    answer: analysisAnswer,
    ifMatch: true,
    problems: [404, 409, 412, 428],
  },
  {
    ...LIST,
    path: '/v1/hosts',
    id: 'listHosts',
    summary: 'Hosts, when each was last heard and in what state it is.',
    query: pageQuery,
    answer: hostsAnswer,
  },
  {
    method: 'get',
    path: '/v1/hosts/{host}/timeline',
    id: 'getTimeline',
    summary:
      'Sockets by process and state, ports in use, failures and deployments over time; without `from` and `to` the last three hours that are known.',
    query: timelineQuery,
    answer: timelineAnswer,
    problems: [400, 404],
  },
  {
    ...LIST,
    path: '/v1/uploads',
    id: 'listUploads',
    summary: 'Refused uploads with the reason, newest first.',
    query: uploadQuery,
    answer: uploadsAnswer,
  },
  {
    method: 'post',
    path: '/v1/uploads',
    id: 'grantUpload',
    summary: 'Gives a host leave for one upload: an address that is bound to key, size, type and checksum, for five minutes.',
    body: planSchema,
    status: 201,
    answer: grantAnswer,
    byToken: true,
    problems: [401, 403, 413, 422, 429],
  },
  { ...LIST, path: '/v1/silences', id: 'listSilences', summary: 'Silences in force.', query: silenceQuery, answer: silencesAnswer },
  {
    method: 'post',
    path: '/v1/silences',
    id: 'silence',
    summary: 'For a time nothing is announced of what matches; what is still so at its end is announced then.',
    body: silenceBody,
    status: 201,
    answer: silenceAnswer,
    problems: [400, 409, 413, 415],
  },
  {
    method: 'delete',
    path: '/v1/silences/{id}',
    id: 'endSilence',
    summary: 'Ends a silence before its time.',
    answer: silenceAnswer,
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/sessions',
    id: 'openPages',
    summary: 'An address that logs a browser in to the pages, for a minute.',
    body: sessionBody,
    status: 201,
    answer: sessionAnswer,
    problems: [400, 413, 415],
  },
  {
    method: 'get',
    path: '/openapi.json',
    id: 'getOpenApi',
    summary: 'This document.',
    answer: z.looseObject({ openapi: z.string() }).check(z.meta({ id: 'Document' })),
    problems: [],
  },
];
