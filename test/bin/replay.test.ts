import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Emulators, environmentFor, NAMES, startEmulators, topicArn } from '../../lib/local/emulators.ts';

/**
 * `closewatch replay` against a deployed stack, as far as that can be had here: a server answers as CloudFormation does (the API reference's
 * XML for DescribeStackResource and DescribeStacks), bucket and table are the emulators'.
 */

const IDS: Readonly<Record<string, string>> = { Table: NAMES.table, UploadBucket: NAMES.bucket, Topic: topicArn };
const JUDGING = JSON.stringify({ SETTLING_SECONDS: '120', SILENT_AFTER_SECONDS: '0', DIGEST_DAYS: '3', ANALYSIS_DAYS: '400' });

const resource = (id: string): string =>
  `<DescribeStackResourceResult><StackResourceDetail><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${IDS[id]}</PhysicalResourceId><ResourceType>x</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-11-23T12:00:00Z</LastUpdatedTimestamp></StackResourceDetail></DescribeStackResourceResult>`;
const stackOf = (outputs: string): string =>
  `<DescribeStacksResult><Stacks><member><StackName>x</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-23T12:00:00Z</CreationTime><Outputs>${outputs}</Outputs></member></Stacks></DescribeStacksResult>`;
const output = (key: string, value: string): string =>
  `<member><OutputKey>${key}</OutputKey><OutputValue>${value.replaceAll('"', '&quot;')}</OutputValue></member>`;

let emulators: Emulators;
let cloud: Server;
let cloudAddress = '';

before(async () => {
  emulators = await startEmulators(0, null);
  cloud = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const action = form.get('Action') ?? '';
    const isOld = form.get('StackName') === 'closewatch-old';
    const stack = stackOf(isOld ? '' : output('Judging', JUDGING));
    const body = action === 'DescribeStacks' ? stack : resource(form.get('LogicalResourceId') ?? '');
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">${body}<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`,
    );
  });
  cloud.listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  const address = cloud.address();
  cloudAddress = address !== null && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : '';
  Object.assign(process.env, environmentFor(emulators, ''));
  const client = new S3Client({});
  for (const [key, body] of [
    [
      'hosts/web-1/snapshots/a',
      '==> ss -tan <==\nState Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n',
    ],
    ['elsewhere/a', 'x'],
  ] as const)
    await client.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key: key, Body: body }));
  client.destroy();
});

after(async () => {
  cloud.closeAllConnections();
  cloud.close();
  await emulators.stop();
});

const replay = async (...args: readonly string[]) => {
  const child = spawn(process.execPath, ['bin/closewatch.js', 'replay', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, AWS_ENDPOINT_URL_CLOUDFORMATION: cloudAddress },
  });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, status };
};

test('finds bucket, table and the way of judging of a deployed stack by its name', async () => {
  const { stdout, stderr, status } = await replay('--paused');
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(stdout, '2 uploads: 1 taken in, 1 refused, 0 deleted meanwhile, 0 known already. Nobody was told anything.\n');
});

test('does not guess how a stack judges that does not say so', async () => {
  const { stderr, status } = await replay('--paused', '--stack', 'closewatch-old');
  assert.equal(status, 2);
  assert.match(stderr, /The stack closewatch-old does not say how it judges: deploy this version first\./);
});
