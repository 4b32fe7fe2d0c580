import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Emulators, NAMES, startEmulators } from '../../lib/local/emulators.ts';
import { closewatch } from '../support/closewatch.ts';
import { type CloudFormation, startCloudFormation } from '../support/cloudformation.ts';

/**
 * `closewatch host` against a deployed stack, as far as that can be had here: CloudFormation is a server of ours, the table is the emulator's.
 * test/local/uploads.test.ts has the embedded stack.
 */

let emulators: Emulators;
let cloud: CloudFormation;

before(async () => {
  emulators = await startEmulators(0, null);
  cloud = await startCloudFormation({
    'closewatch-production': { resources: { Table: NAMES.table }, outputs: { HttpApiUrl: 'https://api.example' } },
  });
});

after(async () => {
  cloud.stop();
  await emulators.stop();
});

const host = (...args: readonly string[]) =>
  closewatch(['host', ...args], {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloud.address,
    AWS_ENDPOINT_URL_DYNAMODB: emulators.tableAddress,
  });

test('finds the table and the API of a deployed stack by its name', async () => {
  const { stdout, stderr, status } = await host('add', 'web-03');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^cw_[0-9a-f]{16}_[\w-]{43}\n$/);
  assert.match(stderr, /Enrolled web-03\.[\s\S]*https:\/\/api\.example\/v1\/uploads/);
  assert.deepEqual([...cloud.asked].sort(), ['DescribeStackResource closewatch-production', 'DescribeStacks closewatch-production']);
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
