import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse, request as send } from 'node:http';
import { z } from 'zod';

/**
 * The wire between the SDK and the services: proxies before the emulators that count calls, and do to each what a plan says. Faults look as the
 * services' own do (their API references, "Common errors"), so that the SDK treats them as it would in the cloud.
 */

export type Service = 's3' | 'sns' | 'dynamodb';

export type Fault =
  /** The service refuses: too much at once. */
  | 'throttle'
  /** An answer of 500, without having acted. */
  | 'error'
  /** The connection breaks before the service has the request. */
  | 'reset-before'
  /** The service acts; its answer is lost. */
  | 'reset-after'
  /** DynamoDB answers in part and says so: half of a batch of reads (`UnprocessedKeys`), one item of a query (`LastEvaluatedKey`). */
  | 'half'
  /** Nobody ever answers. */
  | 'hang';

export interface Call {
  /** Counted from 1 since the plan was set. */
  readonly n: number;
  readonly service: Service;
  /** `PutItem`, `Publish`, `GET`. */
  readonly operation: string;
  readonly path: string;
  /** What was sent, of DynamoDB. */
  readonly input: unknown;
}

export type Plan = (call: Call) => Fault | null;

const THROTTLED: Readonly<Record<Service, readonly [status: number, type: string, body: string]>> = {
  dynamodb: [
    400,
    'application/x-amz-json-1.0',
    '{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"The level of configured provisioned throughput for the table was exceeded."}',
  ],
  sns: [
    400,
    'text/xml',
    '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>x</RequestId></ErrorResponse>',
  ],
  s3: [503, 'application/xml', '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'],
};

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  return Buffer.concat(parts);
};

const operationOf = (service: Service, incoming: IncomingMessage, body: Buffer): string => {
  if (service === 's3') return incoming.method ?? '';
  if (service === 'dynamodb') return String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
  return new URLSearchParams(body.toString('utf8')).get('Action') ?? '';
};

const batch = z.object({ RequestItems: z.record(z.string(), z.looseObject({ Keys: z.array(z.unknown()) })) });

/** What of a batch of reads is answered, and what is left. */
const halves = (body: Buffer): readonly [Buffer, unknown] => {
  const { RequestItems } = batch.parse(JSON.parse(body.toString('utf8')));
  const part = (cut: (keys: readonly unknown[]) => readonly unknown[]) =>
    Object.fromEntries(Object.entries(RequestItems).map(([table, { Keys, ...reading }]) => [table, { ...reading, Keys: cut(Keys) }]));
  const half = (keys: readonly unknown[]): number => Math.ceil(keys.length / 2);
  const rest = Object.values(RequestItems).some(({ Keys }) => Keys.length > half(Keys)) ? part((keys) => keys.slice(half(keys))) : {};
  return [Buffer.from(JSON.stringify({ RequestItems: part((keys) => keys.slice(0, half(keys))) })), rest];
};

const inPart = ({ operation, input }: Call, body: Buffer): readonly [Buffer, unknown] => {
  if (operation === 'BatchGetItem') return halves(body);
  return [operation === 'Query' ? Buffer.from(JSON.stringify({ ...Object(input), Limit: 1 })) : body, null];
};

/** A published message's transitions: of several told together, each. */
const transitionsIn = (body: Buffer): readonly string[] => {
  const fields = new URLSearchParams(body.toString('utf8'));
  const told: unknown = JSON.parse(fields.get('Message') ?? '{}');
  const main: unknown = typeof told === 'object' && told !== null && 'default' in told ? JSON.parse(String(told.default)) : null;
  if (typeof main === 'object' && main !== null && 'transitions' in main && Array.isArray(main.transitions))
    return main.transitions.map(String);
  for (let i = 1; i <= 10; i += 1)
    if (fields.get(`MessageAttributes.entry.${i}.Name`) === 'id')
      return [fields.get(`MessageAttributes.entry.${i}.Value.StringValue`) ?? ''];
  return [];
};

export class Wire {
  /** Transitions that SNS has accepted, in order. */
  readonly accepted: string[] = [];
  /** All calls since the plan was set. */
  readonly calls: Call[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #servers: Server[] = [];
  #plan: Plan = () => null;

  /** From now on, counted anew. */
  set(plan: Plan): void {
    this.#plan = plan;
    this.calls.length = 0;
  }

  /** @returns the port, on every loopback address */
  async before(service: Service, target: string): Promise<number> {
    const server = createServer((incoming, response) => void this.#pass(service, target, incoming, response));
    this.#servers.push(server);
    await new Promise<void>((resolve) => void server.listen(0, '0.0.0.0', () => resolve()));
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    }
  }

  async #pass(service: Service, target: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    const call = {
      n: this.calls.length + 1,
      service,
      operation: operationOf(service, incoming, body),
      path: incoming.url ?? '',
      input: service === 'dynamodb' ? JSON.parse(body.toString('utf8')) : null,
    };
    this.calls.push(call);
    const fault = this.#plan(call);
    if (fault === 'hang') return;
    if (fault === 'reset-before') {
      incoming.socket.destroy();
      return;
    }
    if (fault === 'throttle' || fault === 'error') {
      const [status, type, text] = fault === 'throttle' ? THROTTLED[service] : ([500, 'text/plain', ''] as const);
      response.writeHead(status, { 'content-type': type }).end(text);
      return;
    }
    const [sent, rest] = fault === 'half' ? inPart(call, body) : [body, null];
    const forwarded = send(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: { ...incoming.headers, 'content-length': sent.length }, agent: this.#agent },
      (answer) => {
        if (service === 'sns' && call.operation === 'Publish' && answer.statusCode === 200) this.accepted.push(...transitionsIn(body));
        if (fault === 'reset-after') {
          answer.resume();
          answer.on('end', () => incoming.socket.destroy());
          return;
        }
        if (rest !== null) {
          void bodyOf(answer).then((whole) =>
            response
              .writeHead(answer.statusCode ?? 500, { 'content-type': 'application/x-amz-json-1.0' })
              .end(JSON.stringify({ ...JSON.parse(whole.toString('utf8')), UnprocessedKeys: rest })),
          );
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    forwarded.on('error', () => incoming.socket.destroy());
    forwarded.end(sent);
  }
}
