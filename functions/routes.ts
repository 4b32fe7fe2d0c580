import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { z } from 'zod';
import { CursorError } from '../lib/adapters/dynamodb-items.ts';
import { renderJson } from '../lib/report/json.ts';
import type { Page, Records } from '../lib/use-cases/ports.ts';
import { analysisQuery, filterOf, pageQuery, uploadQuery } from '../lib/use-cases/query.ts';
import { Problem } from './problem.ts';

type Answer = APIGatewayProxyStructuredResultV2;

const json = (body: string): Answer => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body,
});

/** @throws Problem naming the parameter that is wrong */
const readQuery = <T>(schema: z.ZodType<T>, event: APIGatewayProxyEventV2): T => {
  const result = schema.safeParse(event.queryStringParameters ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const parameter = unknown ?? String(issue?.path[0] ?? '');
  const detail =
    unknown === undefined
      ? `The parameter "${parameter}" is not as expected: ${issue?.message}.`
      : `There is no parameter "${parameter}" here.`;
  throw new Problem(400, 'Bad parameter', detail, parameter, { cause: result.error });
};

const paged = async <T>(list: () => Promise<Page<T>>): Promise<Page<T>> => {
  try {
    return await list();
  } catch (error) {
    if (error instanceof CursorError) throw new Problem(400, 'Bad parameter', error.message, 'cursor', { cause: error });
    throw error;
  }
};

const page = <T>(name: string, { items, cursor }: Page<T>, render: (item: T) => string = JSON.stringify): Answer =>
  json(`{"${name}":[${items.map(render).join(',')}],"cursor":${JSON.stringify(cursor)}}`);

export const listAnalyses = async (event: APIGatewayProxyEventV2, records: Records): Promise<Answer> => {
  const query = readQuery(analysisQuery, event);
  return page('analyses', await paged(() => records.listAnalyses(filterOf(query), query.limit, query.cursor ?? null)), renderJson);
};

export const getAnalysis = async (event: APIGatewayProxyEventV2, records: Records): Promise<Answer> => {
  const id = event.pathParameters?.id ?? '';
  const analysis = /^[A-Za-z0-9][\w.-]{0,63}~[0-9a-f]{10}$/.test(id) ? await records.getAnalysis(id) : null;
  if (analysis === null) throw new Problem(404, 'Not found', 'There is no analysis with this id.', 'id');
  return json(renderJson(analysis));
};

export const listHosts = async (event: APIGatewayProxyEventV2, records: Records): Promise<Answer> => {
  const { limit, cursor } = readQuery(pageQuery, event);
  return page('hosts', await paged(() => records.listHosts(limit, cursor ?? null)));
};

export const listUploads = async (event: APIGatewayProxyEventV2, records: Records): Promise<Answer> => {
  const { limit, cursor } = readQuery(uploadQuery, event);
  return page('uploads', await paged(() => records.listRejections(limit, cursor ?? null)));
};
