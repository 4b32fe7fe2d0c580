import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NAMES } from '../../lib/local/emulators.ts';
import { type Stack, startStack } from '../../lib/local/stack.ts';
import { uploadExample } from '../../lib/local/upload-example.ts';
import { closewatch } from '../support/closewatch.ts';
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
