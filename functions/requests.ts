import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { z } from 'zod';
import { CursorError } from '../lib/adapters/dynamodb-items.ts';
import type { Clock, Page, Records } from '../lib/use-cases/ports.ts';
import { Problem } from './problem.ts';

/** What the routes of the API have in common: reading a request, answering JSON. */

export type Event = APIGatewayProxyEventV2;
export type Answer = APIGatewayProxyStructuredResultV2;

/** What the routes work with. */
export interface Querying {
  readonly records: Records;
  readonly clock: Clock;
}

export type Route = (event: Event, querying: Querying) => Promise<Answer>;

export const json = (body: string): Answer => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body,
});

const problemOf = ({ issues }: z.ZodError, cause: unknown): Problem => {
  const [issue] = issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const parameter = unknown ?? String(issue?.path[0] ?? '');
  const detail =
    unknown === undefined
      ? `The parameter "${parameter}" is not as expected: ${issue?.message}.`
      : `There is no parameter "${parameter}" here.`;
  return new Problem(400, 'Bad parameter', detail, parameter, { cause });
};

/** @throws Problem naming the parameter that is wrong */
export const readQuery = <T>(schema: z.ZodType<T>, event: Event): T => {
  const result = schema.safeParse(event.queryStringParameters ?? {});
  if (result.success) return result.data;
  throw problemOf(result.error, result.error);
};

/** @throws Problem naming the cursor, where it is none of ours */
export const paged = async <T>(list: () => Promise<Page<T>>): Promise<Page<T>> => {
  try {
    return await list();
  } catch (error) {
    if (error instanceof CursorError) throw new Problem(400, 'Bad parameter', error.message, 'cursor', { cause: error });
    throw error;
  }
};

export const page = <T>(name: string, { items, cursor }: Page<T>, render: (item: T) => string = JSON.stringify): Answer =>
  json(`{"${name}":[${items.map(render).join(',')}],"cursor":${JSON.stringify(cursor)}}`);
