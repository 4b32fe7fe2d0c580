import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Emulators, environmentFor, NAMES, startEmulators, topicArn } from '../../lib/local/emulators.ts';
import { closewatch } from '../support/closewatch.ts';
import { type CloudFormation, startCloudFormation } from '../support/cloudformation.ts';

/**
 * `closewatch replay` against a deployed stack, as far as that can be had here: CloudFormation is a server of ours, bucket and table are the
 * emulators'.
 */

const resources = { Table: NAMES.table, UploadBucket: NAMES.bucket, Topic: topicArn };
const JUDGING = JSON.stringify({ SETTLING_SECONDS: '120', SILENT_AFTER_SECONDS: '0', DIGEST_DAYS: '3', ANALYSIS_DAYS: '400' });

let emulators: Emulators;
let cloud: CloudFormation;

before(async () => {
  emulators = await startEmulators(0, null);
  cloud = await startCloudFormation({
    'closewatch-production': { resources, outputs: { Judging: JUDGING } },
    'closewatch-old': { resources, outputs: {} },
  });
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
  cloud.stop();
  await emulators.stop();
});

const replay = (...args: readonly string[]) =>
  closewatch(['replay', ...args], { ...process.env, AWS_ENDPOINT_URL_CLOUDFORMATION: cloud.address });

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
