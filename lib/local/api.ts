import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { handler as attend } from '../../functions/attend.ts';
import { handler as pages } from '../../functions/pages.ts';
import { handler as query } from '../../functions/query.ts';
import { handler as uploads } from '../../functions/uploads.ts';
import { portTaken } from './emulators.ts';

/**
 * API Gateway's HTTP API, as far as the functions see it (payload format 2.0). Local only, so without IAM: a host's token is asked for, since
 * the function itself does that.
 */

/** Requests' bodies are small JSON; API Gateway takes 10 MB. */
const MAX_BODY_BYTES = 64 * 1024;

const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')]),
  );

/** As API Gateway does with a parameter that is given twice. */
const joined = (parameters: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]));

const toEvent = (request: IncomingMessage, url: URL, body: string): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: url.pathname,
  rawQueryString: url.search.slice(1),
  headers: headersOf(request),
  cookies: (request.headers.cookie ?? '').split(/;\s*/).filter((cookie) => cookie !== ''),
  queryStringParameters: joined(url.searchParams),
  requestContext: {
    accountId: '000000000000',
    apiId: 'local',
    domainName: '127.0.0.1',
    domainPrefix: 'local',
    http: {
      method: request.method ?? 'GET',
      path: url.pathname,
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: 'local',
    routeKey: '$default',
    stage: '$default',
    time: new Date().toISOString(),
    timeEpoch: Date.now(),
  },
  body,
  isBase64Encoded: false,
});

/** Which function API Gateway would route it to. */
const functionFor = ({ method }: IncomingMessage, { pathname }: URL): typeof query => {
  if (method === 'GET' || method === 'HEAD') return pathname.startsWith('/v1/') || pathname === '/openapi.json' ? query : pages;
  return method === 'POST' && pathname === '/v1/uploads' ? uploads : attend;
};

/** What Lambda tells a function of its invocation, as far as ours and middy look. */
export const localContext = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'local',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:local',
  memoryLimitInMB: '512',
  awsRequestId: 'local',
  logGroupName: 'local',
  logStreamName: 'local',
  // As long as the functions that judge have when they are deployed.
  getRemainingTimeInMillis: () => 60_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};

const send = (response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void => {
  for (const [name, value] of Object.entries(result.headers ?? {})) if (value !== undefined) response.setHeader(name, String(value));
  if (result.cookies !== undefined) response.setHeader('set-cookie', result.cookies);
  response.statusCode = result.statusCode ?? 200;
  response.end(result.body ?? '');
};

/** `null` where it is too long. */
const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes <= MAX_BODY_BYTES) parts.push(part);
  }
  return bytes > MAX_BODY_BYTES ? null : Buffer.concat(parts).toString('utf8');
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  try {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = await readBody(request);
    if (body === null) return send(response, { statusCode: 413 });
    send(response, await functionFor(request, url)(toEvent(request, url, body), localContext));
  } catch (error) {
    process.stderr.write(`closewatch: a request failed (${error instanceof Error ? error.message : String(error)})\n`);
    send(response, { statusCode: 500 });
  }
};

/** @throws PortTakenError */
export const startApi = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((request, response) => void answer(request, response));
    server.once('error', (error) => reject(portTaken(port, '--api-port', error)));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
