import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { type Emulators, NAMES, startEmulators } from '../../lib/local/emulators.ts';

/**
 * `closewatch host` against a deployed stack, as far as that can be had here: a server answers as CloudFormation does (the API reference's
 * XML for DescribeStackResource and DescribeStacks), the table is the emulator's. test/local/uploads.test.ts has the embedded stack.
 */

const metadata = '<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>';
const ANSWERS: Readonly<Record<string, string>> = {
  DescribeStackResource: `<StackResourceDetail><LogicalResourceId>Table</LogicalResourceId><PhysicalResourceId>${NAMES.table}</PhysicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-11-23T12:00:00Z</LastUpdatedTimestamp></StackResourceDetail>`,
  DescribeStacks:
    '<Stacks><member><StackName>closewatch-production</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-23T12:00:00Z</CreationTime><Outputs><member><OutputKey>HttpApiUrl</OutputKey><OutputValue>https://api.example</OutputValue></member></Outputs></member></Stacks>',
};

let emulators: Emulators;
let cloud: Server;
let cloudAddress = '';
const asked: string[] = [];

before(async () => {
  emulators = await startEmulators(0, null);
  cloud = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const action = form.get('Action') ?? '';
    asked.push(`${action} ${form.get('StackName')}`);
    const isKnown = form.get('StackName') === 'closewatch-production' && ANSWERS[action] !== undefined;
    response.statusCode = isKnown ? 200 : 400;
    response.setHeader('content-type', 'text/xml');
    response.end(
      isKnown
        ? `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${action}Result>${ANSWERS[action]}</${action}Result>${metadata}</${action}Response>`
        : '<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id other does not exist</Message></Error><RequestId>1</RequestId></ErrorResponse>',
    );
  });
  cloud.listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  const address = cloud.address();
  cloudAddress = address !== null && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : '';
});

after(async () => {
  cloud.closeAllConnections();
  cloud.close();
  await emulators.stop();
});

const host = async (...args: readonly string[]) => {
  const child = spawn(process.execPath, ['bin/closewatch.js', 'host', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloudAddress,
      AWS_ENDPOINT_URL_DYNAMODB: emulators.tableAddress,
    },
  });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, status };
};

test('finds the table and the API of a deployed stack by its name', async () => {
  const { stdout, stderr, status } = await host('add', 'web-03');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^cw_[0-9a-f]{16}_[\w-]{43}\n$/);
  assert.match(stderr, /Enrolled web-03\.[\s\S]*https:\/\/api\.example\/v1\/uploads/);
  assert.deepEqual([...asked].sort(), ['DescribeStackResource closewatch-production', 'DescribeStacks closewatch-production']);
  assert.match((await host('list')).stdout, /^web-03 .* never .* valid$/m);
});

test('tells tokens of one host apart, and says how many there are', async () => {
  assert.match((await host('add', 'web-03')).stderr, /It has 1 more/);
  const [first = ''] = /^web-03 +([0-9a-f]{16})/m.exec((await host('list')).stdout)?.slice(1) ?? [];
  assert.equal((await host('revoke', first)).stdout, `Revoked ${first} of web-03.\n`);
  const { stdout } = await host('list', '--json');
  const { tokens } = JSON.parse(stdout);
  assert.deepEqual(tokens.map(({ revokedAt }: { revokedAt: string | null }) => revokedAt === null).sort(), [false, true]);
});

test('says why a stack cannot be asked, and how the local one is meant', async () => {
  const { status, stderr } = await host('list', '--stack', 'other');
  assert.equal(status, 2);
  assert.match(stderr, /The stack other could not be asked \(.*does not exist.*\)[\s\S]*--local/);
});
