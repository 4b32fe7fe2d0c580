import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { dynamoTokens } from '../../lib/adapters/dynamodb-tokens.ts';
import { NAMES } from '../../lib/local/emulators.ts';
import { type Stack, startStack } from '../../lib/local/stack.ts';
import { uploadExample } from '../../lib/local/upload-example.ts';
import { enrolHost } from '../../lib/use-cases/enrol.ts';
import { skipWithoutNewerAwsCli } from '../support/aws-cli.ts';
import { closewatch, run } from '../support/closewatch.ts';
import { until } from '../support/until.ts';

/** `closewatch replay` as it is called, after the embedded stack's table was lost. */

let stateDir = '';
let stack: Stack;
const said: string[] = [];

const get = async (path: string): Promise<unknown> => (await fetch(`${stack.apiAddress}${path}`)).json();
const shown = async (): Promise<unknown> => ({
  analyses: await get('/v1/analyses'),
  timeline: await get('/v1/hosts/web-03/timeline?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z'),
});

const replay = (...args: readonly string[]) => closewatch(['replay', '--local', '--state', stateDir, ...args]);

const loseTheTable = async (): Promise<number> => {
  const client = new DynamoDBClient({});
  const { Items = [] } = await client.send(new ScanCommand({ TableName: NAMES.table }));
  for (const { pk, sk } of Items)
    if (pk !== undefined && sk !== undefined) await client.send(new DeleteItemCommand({ TableName: NAMES.table, Key: { pk, sk } }));
  client.destroy();
  return Items.length;
};

before(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'closewatch-'));
  const note = ({ text: message }: { readonly text: string }): void => void said.push(message);
  stack = await startStack({ s3Port: 0, apiPort: 0, stateDir, onEmail: note, onSms: note });
  await uploadExample();
  const client = new S3Client({});
  await client.send(new PutObjectCommand({ Bucket: stack.bucket, Key: 'hosts/web-9/snapshots/a', Body: 'hello\n' }));
  client.destroy();
  await until('the message', async () => said.length >= 2);
  await until('the refusal', async () => JSON.stringify(await get('/v1/uploads')).includes('web-9'));
});

after(async () => {
  await stack.stop();
  await rm(stateDir, { recursive: true });
});

test('restores a table that was lost: the same analyses under the same ids, and nobody is told', async () => {
  const original = await shown();
  assert.match(JSON.stringify(original), /close-wait-leak/);
  assert.ok((await loseTheTable()) > 5);
  assert.deepEqual(await get('/v1/analyses'), { analyses: [], cursor: null });
  const messages = said.length;
  const { stdout, stderr, status } = await replay('--from', '2026-01-01');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^\d+ uploads: \d+ taken in, 1 refused, 0 deleted meanwhile, 0 known already\. Nobody was told anything\.\n$/);
  assert.deepEqual(await shown(), original);
  assert.match(JSON.stringify(await get('/v1/uploads')), /"hello\\/);
  assert.equal(said.length, messages);
});

test('changes nothing when it is called again, and with --anew restores what the table knows by half', async () => {
  const original = await shown();
  assert.equal((await replay()).status, 0);
  assert.deepEqual(await shown(), original);
  const client = new DynamoDBClient({});
  const { Items = [] } = await client.send(new ScanCommand({ TableName: NAMES.table }));
  for (const { pk, sk } of Items.filter((item) => item.sk?.S?.startsWith('CASE#') === true))
    if (pk !== undefined && sk !== undefined) await client.send(new DeleteItemCommand({ TableName: NAMES.table, Key: { pk, sk } }));
  client.destroy();
  const messages = said.length;
  const { status } = await replay('--anew', '--host', 'web-03');
  assert.deepEqual([status, said.length], [0, messages]);
  assert.deepEqual(await shown(), original);
});

const saidByPeople = async (): Promise<readonly unknown[]> => {
  const client = new DynamoDBClient({});
  const { Items = [] } = await client.send(new ScanCommand({ TableName: NAMES.table, ConsistentRead: true }));
  client.destroy();
  return Items.filter(({ pk }) => pk?.S === 'SILENCES' || pk?.S?.startsWith('TOKEN#') === true);
};

test('leaves tokens and silences as they are, with --anew too', async () => {
  const client = new DynamoDBClient({});
  const random = { id: new Uint8Array(8), secret: new Uint8Array(32) };
  await enrolHost('web-03', random, new Date().toISOString(), dynamoTokens(client, NAMES.table));
  client.destroy();
  const silence = { host: 'web-03', until: new Date(Date.now() + 600_000).toISOString(), why: 'a test', by: 'somebody' };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${stack.apiAddress}/v1/silences`, { method: 'POST', headers, body: JSON.stringify(silence) });
  assert.ok(answer.ok);
  const before = await saidByPeople();
  assert.equal(before.length, 2);
  assert.equal((await replay('--anew')).status, 0);
  assert.deepEqual(await saidByPeople(), before);
});

const runbookBlock = (beginning: string): string => {
  const blocks = [...readFileSync('infra/RUNBOOK.md', 'utf8').matchAll(/^```sh deployed\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.find((block) => block.startsWith(beginning)) ?? assert.fail(beginning);
};

const COPY = 'closewatch-copy';
const skip = spawnSync('jq', ['--version']).status === 0 ? skipWithoutNewerAwsCli : 'jq is not installed';

test('the runbook takes tokens and silences over from a copy', { skip }, async () => {
  const before = await saidByPeople();
  assert.equal(before.length, 2);
  const client = new DynamoDBClient({});
  const { Table } = await client.send(new DescribeTableCommand({ TableName: NAMES.table }));
  const { Items = [] } = await client.send(new ScanCommand({ TableName: NAMES.table }));
  const keys = {
    AttributeDefinitions: [...(Table?.KeySchema ?? [])].map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' as const })),
  };
  await client.send(new CreateTableCommand({ TableName: COPY, KeySchema: Table?.KeySchema, BillingMode: 'PAY_PER_REQUEST', ...keys }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: COPY });
  for (const Item of Items) await client.send(new PutItemCommand({ TableName: COPY, Item }));
  await loseTheTable();
  const env = { ...process.env, COPY, TABLE: NAMES.table, AWS_DEFAULT_REGION: 'us-east-1' };
  const { stderr, status } = await run('bash', ['-euo', 'pipefail', '-c', runbookBlock('COPY=')], env);
  await client.send(new DeleteTableCommand({ TableName: COPY }));
  client.destroy();
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(new Set(await saidByPeople()), new Set(before));
});

test('says what is wrong with a call, and how to pause a deployed stack first', async () => {
  for (const [args, reason] of [
    [['--from', 'yesterday'], /--from takes a day/],
    [['--from', '2026-11-23', '--to', '2026-11-22'], /--from must be before --to/],
    [['--host', '../x'], /no host's name/],
    [['--nothing'], /--nothing/],
  ] as const) {
    const { status, stderr } = await replay(...args);
    assert.equal(status, 2);
    assert.match(stderr, reason);
  }
  const deployed = await closewatch(['replay']);
  assert.equal(deployed.status, 2);
  assert.match(deployed.stderr, /must be paused first/);
  const help = await replay('--help');
  assert.deepEqual([help.status, help.stderr], [0, '']);
});

test('says that nothing was uploaded in the time, or that no stack runs', async () => {
  const { status, stderr } = await replay('--to', '2020-01-01');
  assert.equal(status, 0);
  assert.match(stderr, /Nothing was uploaded/);
  const none = await closewatch(['replay', '--local', '--state', join(stateDir, 'none')]);
  assert.equal(none.status, 2);
  assert.match(none.stderr, /No stack runs/);
});
