import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { handler as attend } from '../../functions/attend.ts';
import { handler as query } from '../../functions/query.ts';
import { portTaken } from './emulators.ts';

/** API Gateway's HTTP API, as far as the query function sees it (payload format 2.0). Local only, so without authorisation. */

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

/** As large as API Gateway lets a body be. */
const MAX_BODY = 10 * 1024 * 1024;

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY) throw new RangeError('the body is larger than 10 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** Which function API Gateway would route it to. */
const functionFor = ({ method }: IncomingMessage): typeof query => (method === 'GET' || method === 'HEAD' ? query : attend);

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
  getRemainingTimeInMillis: () => 30_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};

const send = (response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void => {
  for (const [name, value] of Object.entries(result.headers ?? {})) if (value !== undefined) response.setHeader(name, String(value));
  response.statusCode = result.statusCode ?? 200;
  response.end(result.body ?? '');
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  try {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    send(response, await functionFor(request)(toEvent(request, url, await readBody(request)), localContext));
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
