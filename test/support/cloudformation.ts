import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a stack's CloudFormation would tell: what its resources are called, and its outputs. */
export interface ToldStack {
  readonly resources: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface CloudFormation {
  readonly address: string;
  /** Each call: its action and the stack's name. */
  readonly asked: readonly string[];
  stop(): void;
}

const XMLNS = 'xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"';

const resource = (id: string, name: string): string =>
  `<StackResourceDetail><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${name}</PhysicalResourceId><ResourceType>x</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-11-23T12:00:00Z</LastUpdatedTimestamp></StackResourceDetail>`;

const output = ([key, value]: readonly [string, string]): string =>
  `<member><OutputKey>${key}</OutputKey><OutputValue>${value.replaceAll('"', '&quot;')}</OutputValue></member>`;

const stack = (name: string, { outputs }: ToldStack): string =>
  `<Stacks><member><StackName>${name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-23T12:00:00Z</CreationTime><Outputs>${Object.entries(outputs).map(output).join('')}</Outputs></member></Stacks>`;

const answer = (action: string, name: string, told: ToldStack, id: string): string | null => {
  if (action === 'DescribeStacks') return stack(name, told);
  const known = told.resources[id];
  return action === 'DescribeStackResource' && known !== undefined ? resource(id, known) : null;
};

/** A server that answers as CloudFormation does (the API reference's XML for DescribeStackResource and DescribeStacks). */
export const startCloudFormation = async (stacks: Readonly<Record<string, ToldStack>>): Promise<CloudFormation> => {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const [action, name] = [form.get('Action') ?? '', form.get('StackName') ?? ''];
    asked.push(`${action} ${name}`);
    const told = stacks[name];
    const body = told === undefined ? null : answer(action, name, told, form.get('LogicalResourceId') ?? '');
    response.statusCode = body === null ? 400 : 200;
    response.setHeader('content-type', 'text/xml');
    response.end(
      body === null
        ? `<ErrorResponse ${XMLNS}><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error><RequestId>1</RequestId></ErrorResponse>`
        : `<${action}Response ${XMLNS}><${action}Result>${body}</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('the server has no port');
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://127.0.0.1:${bound.port}`, asked, stop };
};
