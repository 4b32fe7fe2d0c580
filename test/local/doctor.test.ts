import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { abandonedDrills, removeAbandoned, removeTraces } from '../../lib/adapters/drill-cleanup.ts';
import { dynamoTokens } from '../../lib/adapters/dynamodb-tokens.ts';
import { wholeLocal } from '../../lib/adapters/whole-stack.ts';
import { NAMES } from '../../lib/local/emulators.ts';
import { placesOf, runningStack } from '../../lib/local/running.ts';
import { type Stack, startStack } from '../../lib/local/stack.ts';
import { makeDrill } from '../../lib/use-cases/drill.ts';
import { enrolHost } from '../../lib/use-cases/enrol.ts';
import { closewatch } from '../support/closewatch.ts';
import { until } from '../support/until.ts';

/** `closewatch doctor` as it is called, on the embedded stack: well, and with something broken. */

let stateDir = '';
let stack: Stack;
let said: string[] = [];

const doctor = (...args: readonly string[]) => closewatch(['doctor', '--local', '--state', stateDir, ...args]);

/** All that is kept, but the slots that pace messages, which end by themselves within minutes. */
const kept = async (): Promise<readonly string[]> => {
  const dynamo = new DynamoDBClient({});
  const s3 = new S3Client({});
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: NAMES.table }));
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: stack.bucket }));
  dynamo.destroy();
  s3.destroy();
  const items = Items.map(({ pk, sk }) => `${pk?.S} ${sk?.S}`).filter(
    (key) => !key.startsWith('SLOTS ') && key !== 'SILENCES ALL' && key !== 'SWEEP LAST',
  );
  return [...items, ...Contents.map(({ Key }) => `object ${Key}`)].sort();
};

const put = async (key: string): Promise<void> => {
  const client = new S3Client({});
  await client.send(new PutObjectCommand({ Bucket: stack.bucket, Key: key, Body: 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n' }));
  client.destroy();
};

before(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'closewatch-'));
  const note = ({ text: message }: { readonly text: string }): void => void said.push(message);
  stack = await startStack({ s3Port: 0, apiPort: 0, stateDir, sweepEveryMs: 1000, onEmail: note, onSms: note });
  await put('hosts/web-1/snapshots/a');
  await until('what was uploaded', async () => (await kept()).length >= 3);
});

after(async () => {
  await stack.stop();
  await rm(stateDir, { recursive: true });
});

test('finds a stack that works well, tells nobody, and leaves nothing', async () => {
  const before = await kept();
  const { stdout, stderr, status } = await doctor('--timeout', '30s');
  assert.deepEqual([status, stderr], [0, ''], stdout);
  assert.match(stdout, /^ok {9}The incident is diagnosed: close-wait-leak, DRILL-culprit named/m);
  assert.match(stdout, /^ok {9}It is announced: due, and held back by the silence/m);
  assert.match(stdout, /^ok {9}The sweep runs: the last one ended \d+ s ago$/m);
  assert.match(stdout, /All is well\.\n$/);
  assert.deepEqual(await kept(), before);
  const silences = await (await fetch(`${stack.apiAddress}/v1/silences?ended=included`)).json();
  assert.deepEqual(silences, { silences: [], cursor: null });
  assert.deepEqual(said, []);
});

test('with --announce people are told, and see that it is a drill', async () => {
  const before = await kept();
  const { stdout, status } = await doctor('--timeout', '30s', '--announce', '--json');
  assert.equal(status, 0, stdout);
  // One of the beginning and one of the end, by email and by SMS.
  await until('the messages', () => said.length >= 4);
  assert.equal(said.length, 4);
  for (const message of said) assert.match(message, /DRILL/);
  assert.deepEqual(await kept(), before);
});

test('says what is broken and what to do, and cleans up all the same', async () => {
  const before = await kept();
  const topic = process.env.TOPIC_ARN;
  process.env.TOPIC_ARN = `${topic}-that-is-gone`;
  said = [];
  const { stdout, status } = await doctor('--timeout', '3s', '--announce');
  process.env.TOPIC_ARN = topic;
  assert.equal(status, 1);
  assert.match(stdout, /^failed {5}It is announced: SNS has not taken the message\.\n {11}See PublishingFails in infra\/RUNBOOK\.md\.$/m);
  assert.match(stdout, /^ok {9}The drill is cleaned up/m);
  assert.match(stdout, /did not succeed\.\n$/);
  assert.deepEqual(await kept(), before);
});

test('removes what drills that were killed have left, and nothing else', async () => {
  await put('hosts/closewatch-drill-00000001/snapshots/a');
  await put('hosts/closewatch-drill-of-mine/snapshots/a');
  const dynamo = new DynamoDBClient({});
  const random = { id: new Uint8Array(8), secret: new Uint8Array(32) };
  await enrolHost('closewatch-drill-00000001', random, new Date().toISOString(), dynamoTokens(dynamo, NAMES.table));
  dynamo.destroy();
  const isTaken = async (): Promise<boolean> => (await kept()).some((key) => key.startsWith('HOST#closewatch-drill-of-mine '));
  for (let i = 0; i < 100 && !(await isTaken()); i += 1) await new Promise((done) => void setTimeout(done, 50));
  assert.ok((await kept()).some((key) => key.startsWith('TOKEN#')));
  const running = await runningStack(stateDir);
  assert.ok(running !== null);
  const whole = wholeLocal(placesOf(running));
  assert.deepEqual(await abandonedDrills(whole, new Date(Date.now() - 60_000).toISOString()), []);
  const old = await abandonedDrills(whole, new Date(Date.now() + 60_000).toISOString());
  assert.deepEqual(old, ['closewatch-drill-00000001']);
  // A removal that fails half-way, for want of a right to the table or as it is killed, leaves what the next one finds it by.
  const nowhere = new DynamoDBClient({ endpoint: 'http://127.0.0.1:1', maxAttempts: 1 });
  const traces = { drill: makeDrill('00000001', new Date().toISOString()), analyses: [], tokens: [] };
  await assert.rejects(removeTraces({ ...whole, dynamo: nowhere }, traces));
  nowhere.destroy();
  assert.deepEqual(await abandonedDrills(whole, new Date(Date.now() + 60_000).toISOString()), old);
  for (const host of old) await removeAbandoned(whole, host);
  whole.close();
  assert.ok(!(await kept()).some((key) => /closewatch-drill-00000001|TOKEN#/.test(key)));
  assert.ok((await kept()).includes('object hosts/closewatch-drill-of-mine/snapshots/a'));
  assert.ok((await kept()).includes('object hosts/web-1/snapshots/a'));
});

test('could not run: wrong calls, and no stack', async () => {
  for (const [args, reason] of [
    [['--timeout', 'soon'], /--timeout takes a time/],
    [['--nothing'], /--nothing/],
    [['--state', join(stateDir, 'none')], /No stack runs/],
  ] as const) {
    const { status, stderr } = await doctor(...args);
    assert.equal(status, 2);
    assert.match(stderr, reason);
  }
});
