import * as z from 'zod/mini';
import { OPERATIONS, type Operation } from './operations.ts';
import { problem } from './parts.ts';

/**
 * OpenAPI 3.1 from the zod schemas that check requests and describe answers. Its schemas are JSON Schema 2020-12, which zod writes itself:
 * nothing but the frame is left, so no further library is used for it.
 */

type Json = Readonly<Record<string, unknown>>;

const DIALECT = { target: 'draft-2020-12' } as const;
const refTo = (id: string): string => `#/components/schemas/${id}`;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** In a document of its own a schema's dialect and id are the document's. */
const embedded = (schema: unknown): Json => {
  const { $schema: _dialect, $id: _id, ...rest } = isJson(schema) ? schema : {};
  return rest;
};

const idOf = (schema: z.ZodMiniType): string => {
  const id = z.globalRegistry.get(schema)?.id;
  if (id === undefined) throw new TypeError('An answer of the API has no id.');
  return id;
};

const components = (): Json => {
  const all = z.registry<{ id: string }>();
  for (const schema of [problem, ...OPERATIONS.map(({ answer }) => answer)]) if (!all.has(schema)) all.add(schema, { id: idOf(schema) });
  const { schemas } = z.toJSONSchema(all, { ...DIALECT, uri: refTo });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, embedded(schema)]));
};

/** What may be sent: defaults and transformations come after. */
const inputOf = (schema: z.ZodMiniType): Json => embedded(z.toJSONSchema(schema, { ...DIALECT, io: 'input' }));

const queryParameters = (query: z.ZodMiniType | undefined): readonly Json[] => {
  const { properties } = query === undefined ? {} : inputOf(query);
  return Object.entries(isJson(properties) ? properties : {}).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
};

const pathParameters = (path: string): readonly Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

const header = (name: string, required: boolean, description: string): Json => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string' },
});

const headerParameters = ({ method, ifMatch }: Operation): readonly Json[] => [
  ...(method === 'get' ? [header('If-None-Match', false, 'The ETag of what is known: 304 where nothing has changed.')] : []),
  ...(ifMatch === true ? [header('If-Match', true, 'The ETag of the analysis as it was seen, or `*`.')] : []),
];

const REASONS: Readonly<Record<number, string>> = {
  304: 'Nothing has changed since.',
  400: 'A parameter or field is not as expected; `parameter` names it.',
  401: 'The token is unknown, or was revoked.',
  403: "The key is another host's.",
  404: 'There is nothing of this name.',
  409: 'There is nothing left to do it to, or no room for it.',
  412: 'It has changed since it was seen.',
  413: 'The body is too large.',
  415: 'The body is not application/json.',
  422: 'The body is not as expected; `parameter` names the field.',
  428: 'If-Match is missing.',
  429: 'Too many in this minute.',
  500: 'The request could not be answered. It may be sent again.',
};

const problemResponse = (status: number): readonly [string, Json] => [
  String(status),
  { description: REASONS[status] ?? '', content: { 'application/problem+json': { schema: { $ref: refTo('Problem') } } } },
];

const success = ({ answer, csv, summary }: Operation): Json => ({
  description: summary,
  headers: { ETag: { schema: { type: 'string' } } },
  content: {
    'application/json': { schema: { $ref: refTo(idOf(answer)) } },
    ...(csv === true ? { 'text/csv': { schema: { type: 'string' } } } : {}),
  },
});

const responsesOf = (operation: Operation): Json => ({
  [String(operation.status ?? 200)]: success(operation),
  ...(operation.method === 'get' ? { '304': { description: REASONS[304] } } : {}),
  ...Object.fromEntries([...operation.problems, 500].map(problemResponse)),
});

const operationOf = (operation: Operation): Json => ({
  operationId: operation.id,
  summary: operation.summary,
  parameters: [...pathParameters(operation.path), ...queryParameters(operation.query), ...headerParameters(operation)],
  ...(operation.body === undefined
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: inputOf(operation.body) } } } }),
  ...(operation.byToken === true ? { security: [{ token: [] }] } : {}),
  responses: responsesOf(operation),
});

const paths = (): Json => {
  const byPath: Record<string, Record<string, Json>> = {};
  for (const operation of OPERATIONS) byPath[operation.path] = { ...byPath[operation.path], [operation.method]: operationOf(operation) };
  return byPath;
};

/** The whole document. */
export const openApi = (): Json => ({
  openapi: '3.1.1',
  info: {
    title: 'Closewatch',
    version: '1',
    description: 'Past analyses of hosts whose ports run out. Requests are signed for execute-api (AWS Signature Version 4).',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  security: [{ sigv4: [] }],
  paths: paths(),
  components: {
    schemas: components(),
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: "A host's, from `closewatch host add`." },
      sigv4: { type: 'apiKey', name: 'Authorization', in: 'header', description: 'AWS Signature Version 4, service execute-api.' },
    },
  },
});
