import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BatchWriteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { dynamoTokens } from '../../lib/adapters/dynamodb-tokens.ts';
import { type Emulators, environmentFor, NAMES, startEmulators } from '../../lib/local/emulators.ts';
import { notificationFor } from '../../lib/local/notifications.ts';
import { makeDrill } from '../../lib/use-cases/drill.ts';
import { enrolHost } from '../../lib/use-cases/enrol.ts';
import { apiEvent } from '../support/api-event.ts';
import { conflict, leak, log, snapshot, type Upload } from '../support/hosts.ts';
import { BUCKET, isAllowed, policyDocument, resolved } from '../support/iam.ts';
import { as, callsOf, note, recordCalls } from '../support/recorded-calls.ts';
import { resourcesOfInfra } from '../support/resources.ts';

/**
 * Each function does all it can, over the emulators; what it calls meanwhile, its role allows, and its role allows nothing that it did not call.
 */

const context = { functionName: 'f', awsRequestId: 'r', getRemainingTimeInMillis: () => 30_000 };
let emulators: Emulators;

const load = async () => ({
  ingest: (await import('../../functions/ingest.ts')).handler,
  sweep: (await import('../../functions/sweep.ts')).handler,
  query: (await import('../../functions/query.ts')).handler,
  attend: (await import('../../functions/attend.ts')).handler,
  uploads: (await import('../../functions/uploads.ts')).handler,
  pages: (await import('../../functions/pages.ts')).handler,
  rotate: (await import('../../functions/rotate.ts')).handler,
});
let functions: Awaited<ReturnType<typeof load>>;

const invoke = (name: keyof typeof functions, event: unknown): Promise<unknown> =>
  as(name, async () => Reflect.apply(functions[name], null, [event, context]));

const reply = z.object({ statusCode: z.number(), body: z.string() });
const ask = async (name: 'query' | 'attend' | 'uploads', request: string, body?: unknown, headers: object = {}) => {
  const answer = reply.parse(
    await invoke(
      name,
      apiEvent(request, {
        headers: { 'content-type': 'application/json', ...headers },
        body: body === undefined ? '' : JSON.stringify(body),
      }),
    ),
  );
  assert.ok(answer.statusCode < 300, `${request}: ${answer.statusCode} ${answer.body}`);
  return answer.body;
};

const visit = async (path: string, cookies: readonly string[] = []) => {
  const url = new URL(path, 'http://127.0.0.1');
  return page.parse(await invoke('pages', apiEvent(`GET ${url.pathname}${url.search}`, { cookies: [...cookies] })));
};
const page = z.object({ statusCode: z.number(), cookies: z.array(z.string()).optional() });

/** As somebody who has run `closewatch open`. */
const look = async (id: string): Promise<void> => {
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(await ask('attend', 'POST /v1/sessions', {})));
  const { cookies = [] } = await visit(url);
  const session = cookies.map((cookie) => cookie.split(';')[0] ?? '');
  for (const path of ['/analyses', '/analyses?host=web-1', `/analyses/${id}`, '/hosts', '/hosts/web-1'])
    assert.equal((await visit(path, session)).statusCode, 200, path);
  assert.equal((await visit(`/analyses/${id}/evidence/0`, session)).statusCode, 303);
  // Presigned: who GETs it does so by the function's own right.
  note('pages', { action: 's3:GetObject', resource: `${BUCKET}/hosts/web-1/logs/api/x`, context: {} });
};

const rotate = async (): Promise<void> => {
  const ClientRequestToken = '00000000-0000-4000-8000-000000000001';
  for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
    await invoke('rotate', { SecretId: 'closewatch-access', ClientRequestToken, Step });
};

const upload = async (all: readonly Upload[]): Promise<void> => {
  const client = new S3Client({});
  for (const { key, text } of all) {
    await client.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key: key, Body: text }));
    await invoke('ingest', { Records: [{ messageId: key, body: notificationFor(key, new Date().toISOString()) }] });
  }
  client.destroy();
};

/** As DynamoDB's expiry does, for which the raw upload is read again. */
const loseLookups = async (): Promise<void> => {
  const client = new DynamoDBClient({});
  const { Items = [] } = await client.send(new ScanCommand({ TableName: NAMES.table }));
  const keys = Items.flatMap(({ pk, sk }) => (pk !== undefined && sk?.S?.startsWith('P#') === true ? [{ pk, sk }] : []));
  assert.ok(keys.length > 0, 'a port was looked up');
  await client.send(new BatchWriteItemCommand({ RequestItems: { [NAMES.table]: keys.map((Key) => ({ DeleteRequest: { Key } })) } }));
  client.destroy();
};

const listed = z.object({ analyses: z.array(z.object({ id: z.string(), status: z.string() })) });

before(async () => {
  recordCalls();
  emulators = await startEmulators(0, null);
  Object.assign(process.env, environmentFor(emulators, 'http://127.0.0.1'), { SETTLING_SECONDS: '1', SILENT_AFTER_SECONDS: '3600' });
  functions = await load();
  const drill = makeDrill('00000007', new Date().toISOString());
  await upload([...drill.incident, drill.refused, ...conflict('web-1', 0, 7), log('web-2', 'api', [1])]);
  // An outbound connection has the port: that is in no digest, the raw snapshot is looked at.
  await upload([snapshot('web-3', 0, leak(300, 5)), log('web-3', 'api', [1], 20_005), snapshot('web-3', 3, leak(300, 5))]);
  await loseLookups();
  // What web-2 has is inconclusive, and is told by the sweep once it has settled.
  await new Promise((done) => void setTimeout(done, 1_100));
  // Another process in the cloud: it has not asked for the key of links yet.
  process.env.LINK_BASE = 'http://127.0.0.2';
  await invoke('sweep', {});
  const { analyses } = listed.parse(JSON.parse(await ask('query', 'GET /v1/analyses?from=2026-11-01T00:00:00Z')));
  const open = analyses.find(({ status }) => status === 'open')?.id ?? '';
  for (const path of [
    `/v1/analyses/${open}`,
    '/v1/hosts',
    '/v1/hosts/web-1/timeline',
    '/v1/uploads',
    '/v1/silences',
    '/openapi.json',
    '/v1/analyses?host=web-1',
  ])
    await ask('query', `GET ${path}`);
  const said = { why: 'a test', by: 'a test' };
  await ask('attend', `PUT /v1/analyses/${open}/acknowledgement`, said, { 'if-match': '*' });
  await ask('attend', `DELETE /v1/analyses/${open}/acknowledgement`, undefined, { 'if-match': '*' });
  const until = new Date(Date.now() + 60_000).toISOString();
  const { id } = z
    .object({ id: z.string() })
    .parse(JSON.parse(await ask('attend', 'POST /v1/silences', { ...said, host: 'web-1', until })));
  await ask('attend', `DELETE /v1/silences/${id}`);
  await look(open);
  await rotate();
  const client = new DynamoDBClient({});
  const token = await enrolHost(
    'web-1',
    { id: new Uint8Array(8), secret: new Uint8Array(32) },
    new Date().toISOString(),
    dynamoTokens(client, NAMES.table),
  );
  client.destroy();
  const plan = { key: 'hosts/web-1/snapshots/a', size: 5, type: 'text/plain' };
  const grant = await ask('uploads', 'POST /v1/uploads', plan, { authorization: `Bearer ${token.kind === 'enrolled' ? token.text : ''}` });
  assert.match(grant, /hosts\/web-1\/snapshots\/a/);
  // Presigned: who PUTs it does so by the function's own right.
  note('uploads', { action: 's3:PutObject', resource: `${BUCKET}/${plan.key}`, context: {} });
});

after(() => emulators.stop());

const inline = z.object({ Policies: z.tuple([z.object({ PolicyDocument: z.unknown() })]) });
const policyOf = (name: string): z.infer<typeof policyDocument> => {
  const role = resourcesOfInfra()[`${name[0]?.toUpperCase()}${name.slice(1)}Role`];
  return policyDocument.parse(resolved(inline.parse(role?.Properties).Policies[0].PolicyDocument));
};

/** What AWS itself does by the role, or asks of it beside the call: test/infra/rights.ts says why each is there. */
const NOT_CALLED = /^(?:logs|sqs|kms):|^s3:ListBucket$/;

for (const name of ['ingest', 'sweep', 'query', 'attend', 'uploads', 'pages', 'rotate']) {
  test(`the role of ${name} allows each call that it makes`, () => {
    const calls = callsOf(name);
    assert.ok(calls.length > 1);
    for (const call of calls) assert.ok(isAllowed(policyOf(name), call), JSON.stringify(call));
  });

  test(`${name} makes each call that its role allows`, () => {
    const calls = callsOf(name);
    const { Version, Statement } = policyOf(name);
    for (const statement of Statement)
      for (const action of statement.Action.filter((one) => !NOT_CALLED.test(one))) {
        const alone = { Version, Statement: [{ ...statement, Action: [action] }] };
        assert.ok(
          calls.some((call) => isAllowed(alone, call)),
          `${action} on ${statement.Resource.join()}`,
        );
      }
  });
}
