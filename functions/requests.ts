import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import { IN_ENGLISH } from '../lib/text/in-english.ts';
import type { AccessKeys, Clock, Downloads, Records } from '../lib/use-cases/ports.ts';
import { Problem } from './problem.ts';

/** What the routes of the API have in common: reading a request, answering it. */

export type Event = APIGatewayProxyEventV2;
export type Answer = APIGatewayProxyStructuredResultV2;

/** What the routes work with. */
export interface Querying {
  readonly records: Records;
  readonly clock: Clock;
}

export interface Showing extends Querying {
  readonly keys: AccessKeys;
  readonly downloads: Downloads;
}

export interface Attending extends Querying {
  readonly keys: AccessKeys;
  /** Where the pages are. */
  readonly base: string;
}

export type Route = (event: Event, querying: Querying) => Promise<Answer>;

/** Asked for anew each time, with the tag of what is known (`etag.ts`); never kept by anything shared. */
const FRESH = { 'cache-control': 'private, no-cache', vary: 'accept' };

export const answerOf = (type: string, body: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  statusCode: 200,
  headers: { 'content-type': type, ...FRESH, ...headers },
  body,
});

export const json = (body: string): Answer => answerOf('application/json', body);

const problemOf = (error: z.core.$ZodError, what: 'parameter' | 'field'): Problem => {
  const [issue] = error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const parameter = unknown ?? issue?.path.join('.') ?? '';
  const detail =
    unknown === undefined
      ? `The ${what} "${parameter}" is not as expected: ${issue?.message}.`
      : `There is no ${what} "${parameter}" here.`;
  return new Problem(400, `Bad ${what}`, detail, parameter, { cause: error });
};

/** @throws Problem naming the parameter that is wrong */
export const readQuery = <T>(schema: z.ZodMiniType<T>, event: Event): T => {
  const result = schema.safeParse(event.queryStringParameters ?? {}, IN_ENGLISH);
  if (result.success) return result.data;
  throw problemOf(result.error, 'parameter');
};

/** Far more than a sentence of why, far less than what would take time to read. */
const MAX_BODY = 16 * 1024;

const parseBody = ({ headers, body, isBase64Encoded }: Event): unknown => {
  // A form of another site can send text, but not this type: not without asking first.
  if (!/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? ''))
    throw new Problem(415, 'Unsupported media type', 'The body is application/json; say so in Content-Type.', 'Content-Type');
  const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
  if (text.length > MAX_BODY) throw new Problem(413, 'Too large', 'The body is larger than 16 KB.');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(400, 'Bad body', 'The body is not JSON.', null, { cause: error });
  }
};

/** @throws Problem naming the field that is wrong */
export const readBody = <T>(schema: z.ZodMiniType<T>, event: Event): T => {
  const result = schema.safeParse(parseBody(event), IN_ENGLISH);
  if (result.success) return result.data;
  throw problemOf(result.error, 'field');
};

/** @throws Problem naming the field that is wrong */
export const readForm = <T>(schema: z.ZodMiniType<T>, { headers, body, isBase64Encoded }: Event): T => {
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers['content-type'] ?? ''))
    throw new Problem(415, 'Unsupported media type', 'The body is a form; say so in Content-Type.', 'Content-Type');
  const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
  if (text.length > MAX_BODY) throw new Problem(413, 'Too large', 'The form is larger than 16 KB.');
  const result = schema.safeParse(Object.fromEntries(new URLSearchParams(text)), IN_ENGLISH);
  if (result.success) return result.data;
  throw problemOf(result.error, 'field');
};
