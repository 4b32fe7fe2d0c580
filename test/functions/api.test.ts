import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';
import { systemClock } from '../../lib/adapters/clock.ts';
import { dynamoRecords } from '../../lib/adapters/dynamodb.ts';
import { openApi } from '../../lib/api/openapi.ts';
import { OPERATIONS } from '../../lib/api/operations.ts';
import { type Stack, startStack } from '../../lib/local/stack.ts';
import type { Analysis } from '../../lib/model/analysis.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import type { Records } from '../../lib/use-cases/ports.ts';
import { recordedAnalyses } from '../support/analyses.ts';
import { BUCKET } from '../support/hosts.ts';
import { incident } from '../support/incidents.ts';
import { open, World } from '../support/memory.ts';

/** The API over the embedded table, each answer checked against the document that it serves. */

const document = openApi();
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi');

let stack: Stack;
let records: Records;
let stored: readonly Analysis[] = [];
const client = (): DynamoDBClient => new DynamoDBClient({});

/** Newest first, as the API lists: by time, then by id. */
const newestFirst = (analyses: readonly Analysis[]): readonly string[] =>
  analyses
    .map(({ openedAt, id }) => `${openedAt}#${id}`)
    .sort()
    .reverse()
    .map((key) => key.slice(key.indexOf('#') + 1));

before(async () => {
  stack = await startStack({ s3Port: 0, apiPort: 0, stateDir: null, onEmail: () => {}, onSms: () => {} });
  records = dynamoRecords(client(), process.env.TABLE ?? '', systemClock);
  stored = await recordedAnalyses();
  for (const analysis of stored) await records.putAnalysis(analysis, 1);
});

after(() => stack.stop());

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const send = async (path: string, init: RequestInit = {}): Promise<Reply> => {
  const response = await fetch(`${stack.apiAddress}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const pointer = (path: string): string => path.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');

const templateOf = (path: string): string => {
  const bare = path.split('?')[0] ?? '';
  const found = OPERATIONS.find((operation) => new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare));
  assert.ok(found !== undefined, `${path} is in the document`);
  return found.path;
};

/** Checks the status, the media type and the body against the document. */
const ask = async (path: string, init: RequestInit = {}): Promise<Reply & { readonly body: unknown }> => {
  const reply = await send(path, init);
  const type = (reply.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const place = `openapi#/paths/${pointer(templateOf(path))}/${(init.method ?? 'GET').toLowerCase()}/responses/${reply.status}`;
  if (reply.status === 304) {
    assert.equal(reply.text, '');
    return { ...reply, body: null };
  }
  const body: unknown = type === 'text/csv' ? reply.text : JSON.parse(reply.text);
  const validate = ajv.getSchema(`${place}/content/${pointer(type)}/schema`);
  assert.ok(validate !== undefined, `${place} ${type} is in the document`);
  assert.ok(validate(body), `${path}: ${ajv.errorsText(validate.errors)}`);
  return { ...reply, body };
};

const list = z.object({ analyses: z.array(z.looseObject({ id: z.string() })), cursor: z.string().nullable() });
const problem = z.object({ status: z.number(), parameter: z.string().optional(), detail: z.string() });

const idsOf = async (query: string): Promise<readonly string[]> =>
  list.parse((await ask(`/v1/analyses?from=2026-11-01T00:00:00Z&${query}`)).body).analyses.map(({ id }) => id);

test('serves a document that an independent validator accepts', async () => {
  const { body } = await ask('/openapi.json');
  assert.deepEqual(body, JSON.parse(JSON.stringify(document)));
  const result = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  assert.deepEqual([result.valid, 'errors' in result ? result.errors : undefined], [true, undefined]);
});

test('documents what the functions route, and nothing else', async () => {
  for (const { method, path } of OPERATIONS) {
    const reply = await send(path.replace('{id}', 'x').replace('{host}', 'x'), { method: method.toUpperCase() });
    assert.ok(!reply.text.includes('There is nothing at this address'), `${method} ${path}`);
  }
  assert.equal((await send('/v1/nothing')).status, 404);
});

test('lists newest first, and finds by each filter what a plain look at all of them finds', async () => {
  assert.ok(stored.length >= 15);
  assert.deepEqual(await idsOf('limit=200'), newestFirst(stored));
  const filters: readonly (readonly [string, (analysis: Analysis) => boolean])[] = [
    ['host=web-03', ({ host }) => host === 'web-03'],
    ['cause=close-wait-leak', ({ cause }) => cause === 'close-wait-leak'],
    ['severity=critical', ({ severity }) => severity === 'critical'],
    ['status=resolved', ({ status }) => status === 'resolved'],
    ['program=login', ({ victims }) => victims.some(({ app }) => app === 'login')],
    ['program=python3&cause=close-wait-leak', ({ cause, culprit }) => cause === 'close-wait-leak' && culprit?.command === 'python3'],
    [
      'peer=10.20.8.21',
      (analysis) => JSON.stringify([analysis.culprit, analysis.contributors, analysis.resource]).includes('"10.20.8.21:'),
    ],
    ['to=2026-11-23T10:40:00Z', ({ openedAt }) => openedAt <= '2026-11-23T10:40:00.000Z'],
    ['host=web-03&severity=critical', ({ host, severity }) => host === 'web-03' && severity === 'critical'],
    ['host=nobody', () => false],
  ];
  for (const [query, isWanted] of filters) {
    const wanted = newestFirst(stored.filter(isWanted));
    assert.deepEqual(await idsOf(`limit=200&${query}`), wanted, query);
    assert.ok(wanted.length > 0 || ['host=nobody', 'status=resolved'].includes(query), query);
  }
});

const follow = async (first: string, between: () => Promise<void> = async () => {}): Promise<readonly string[]> => {
  const ids: string[] = [];
  let path: string | null = first;
  while (path !== null) {
    const reply = await ask(path);
    const { analyses, cursor } = list.parse(reply.body);
    ids.push(...analyses.map(({ id }) => id));
    path = cursor === null ? null : `${first}&cursor=${encodeURIComponent(cursor)}`;
    assert.equal(reply.headers.get('link') !== null, path !== null);
    await between();
  }
  return ids;
};

test('pages through everything once, whatever arrives meanwhile', async () => {
  const [template] = stored;
  assert.ok(template !== undefined);
  for (const [hour, base] of ['/v1/analyses?from=2026-11-01T00:00:00Z&limit=3', '/v1/analyses?host=web-03&limit=1'].entries()) {
    const known = await follow(base);
    let arrivals = 0;
    const seen = await follow(base, async () => {
      arrivals += 1;
      const later = new Date(Date.parse('2026-11-23T22:00:00Z') + hour * 3_600_000 + arrivals * 1000).toISOString();
      const id = `web-03~${String(arrivals).padStart(10, hour === 0 ? 'a' : 'b')}`;
      await records.putAnalysis({ ...template, id, host: 'web-03', hosts: ['web-03'], openedAt: later }, 1);
    });
    assert.deepEqual(seen, known);
    assert.equal(new Set(seen).size, seen.length);
  }
});

test('names the parameter that is wrong', async () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['/v1/analyses?limit=201', 'limit'],
    ['/v1/analyses?limit=1e9', 'limit'],
    ['/v1/analyses?cause=magic', 'cause'],
    ['/v1/analyses?severity=x', 'severity'],
    ['/v1/analyses?from=yesterday', 'from'],
    ['/v1/analyses?host=a%20b', 'host'],
    ['/v1/analyses?peer=', 'peer'],
    ['/v1/analyses?colour=red', 'colour'],
    ['/v1/analyses?cursor=nonsense', 'cursor'],
    [`/v1/analyses?cursor=${Buffer.from('["x","y"]').toString('base64url')}`, 'cursor'],
    // The form of ours, with what no table takes for a key.
    ...['["2026-99-99","y"]', '["2026-11-23",""]', JSON.stringify(['2026-11-23', 'y'.repeat(2000)])].map((forged): [string, string] => [
      `/v1/analyses?cursor=${Buffer.from(forged).toString('base64url')}`,
      'cursor',
    ]),
    ['/v1/hosts?limit=0', 'limit'],
    ['/v1/hosts?cursor=%00', 'cursor'],
    [`/v1/hosts?cursor=${Buffer.from('["-1e12",""]').toString('base64url')}`, 'cursor'],
    ['/v1/uploads?status=accepted', 'status'],
    ['/v1/silences?ended=perhaps', 'ended'],
  ];
  for (const [path, parameter] of wrong) {
    const { status, body, headers } = await ask(path);
    assert.deepEqual([status, problem.parse(body).parameter], [400, parameter], path);
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
  }
});

test('says 304 to whoever has it already, and 404 for what is not there', async () => {
  const [first] = stored;
  const path = `/v1/analyses/${first?.id}`;
  const reply = await ask(path);
  const etag = reply.headers.get('etag') ?? '';
  assert.match(etag, /^"[\w-]{27}"$/);
  assert.equal((await ask(path, { headers: { 'if-none-match': `"other", W/${etag}` } })).status, 304);
  assert.equal((await ask(path, { headers: { 'if-none-match': '"other"' } })).status, 200);
  assert.equal((await ask('/v1/analyses/web-03~0123456789')).status, 404);
  assert.equal((await ask('/v1/hosts/nobody/timeline')).status, 404);
});

test('gives spreadsheets what they do not run', async () => {
  const [template] = stored;
  assert.ok(template !== undefined);
  const culprit = { pid: 1, command: '=HYPERLINK("http://evil","x")', peer: null, localPort: null, unit: null };
  const bad = { ...template, id: 'evil-1~00000000aa', host: 'evil-1', hosts: ['evil-1'], culprit, summary: '@SUM(1+1),\r\n"quoted"' };
  await records.putAnalysis(bad, 1);
  const { headers, text } = await ask('/v1/analyses?host=evil-1', { headers: { accept: 'text/html;q=0.1, text/csv' } });
  assert.match(headers.get('content-type') ?? '', /^text\/csv/);
  const [head, row, ...more] = text.replace('\ufeff', '').trimEnd().split('\r\n');
  assert.deepEqual(more, []);
  assert.match(head ?? '', /^id,host,hosts,status,severity,cause,/);
  // No cell begins with what a spreadsheet takes for a formula, quoted or not.
  assert.doesNotMatch(row ?? '', /(?:^|,)"?[=+\-@\t]/);
  assert.match(row ?? '', /'=HYPERLINK/);
  for (const path of ['/v1/hosts', '/v1/uploads', '/v1/silences'])
    assert.match((await ask(path, { headers: { accept: 'text/csv' } })).headers.get('content-type') ?? '', /^text\/csv/);
});

test('shows hosts with their state, and refused uploads with the reason', async () => {
  const world = new World();
  const recorded = incident('seed-ss');
  const deps = { ...world.deps(open, 'api'), records };
  for (const [key, bytes] of recorded.objects) {
    world.objects.set(key, bytes);
    await ingest({ bucket: BUCKET, key }, deps);
  }
  world.objects.set('hosts/web-03/snapshots/empty', Buffer.from(''));
  await ingest({ bucket: BUCKET, key: 'hosts/web-03/snapshots/empty' }, deps);
  const { body } = await ask('/v1/hosts?limit=200');
  const hosts = z.object({ hosts: z.array(z.looseObject({ host: z.string(), state: z.string(), open: z.number() })) }).parse(body).hosts;
  assert.deepEqual(
    hosts.map(({ host, state, open: count }) => [host, state, count]),
    [['web-03', 'critical', 1]],
  );
  const uploads = z.object({ uploads: z.array(z.object({ host: z.string(), key: z.string(), reason: z.string() })) });
  const refused = uploads.parse((await ask('/v1/uploads?status=rejected')).body).uploads;
  assert.deepEqual(
    refused.map(({ host, key }) => [host, key]),
    [['web-03', 'hosts/web-03/snapshots/empty']],
  );
  const timeline = await ask('/v1/hosts/web-03/timeline');
  assert.match(timeline.text, /"close_wait":\[0,413,941,1000,1000,1000,1000\]/);
  const window = await ask('/v1/hosts/web-03/timeline?from=2026-11-23T10:39:04Z&to=2026-11-23T10:39:09Z');
  assert.match(window.text, /"close_wait":\[941,1000\]/);
  assert.equal(
    problem.parse((await ask('/v1/hosts/web-03/timeline?from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z')).body).parameter,
    'to',
  );
});

const sendJson = (method: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

test('acknowledges what was seen, and nothing else', async () => {
  const open1 = list.parse((await ask('/v1/analyses?host=web-03&status=open&cause=close-wait-leak&limit=200')).body).analyses;
  const boards = (await records.readBoard('web-03'))?.cases.map(({ id }) => id) ?? [];
  const id = open1.map((one) => one.id).find((one) => boards.includes(one));
  const path = `/v1/analyses/${id}`;
  const put = (headers: Record<string, string>, body: unknown = { why: 'I am on it', by: 'ada' }) =>
    ask(`${path}/acknowledgement`, sendJson('PUT', body, headers));
  const etag = (await ask(path)).headers.get('etag') ?? '';
  assert.equal((await put({})).status, 428);
  assert.equal((await put({ 'if-match': '"other"' })).status, 412);
  assert.equal(problem.parse((await put({ 'if-match': etag }, { by: 'ada' })).body).parameter, 'why');
  assert.equal((await put({ 'if-match': etag }, 'x')).status, 400);
  const done = await put({ 'if-match': etag });
  assert.equal(done.status, 200);
  assert.match(done.text, /"acknowledged":\{"by":"ada","why":"I am on it"/);
  const again = await ask(path);
  assert.deepEqual([again.headers.get('etag'), again.text], [done.headers.get('etag'), done.text]);
  assert.equal((await put({ 'if-match': etag })).status, 412);
  const gone = await ask(`${path}/acknowledgement`, { method: 'DELETE', headers: { 'if-match': done.headers.get('etag') ?? '' } });
  assert.match(gone.text, /"acknowledged":null/);
  // Of the stored analyses that no board has, nothing is left to acknowledge.
  const other = stored.find(({ host }) => host !== 'web-03');
  const over = await ask(`/v1/analyses/${other?.id}/acknowledgement`, sendJson('PUT', { why: 'x' }, { 'if-match': '*' }));
  assert.equal(over.status, 409);
});

test('silences for a time', async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const refused: readonly (readonly [unknown, string])[] = [
    [{ until, why: 'x' }, 'match'],
    [{ host: 'web-9', until: '2020-01-01T00:00:00Z', why: 'x' }, 'until'],
    [{ host: 'web-9', until, why: ' ' }, 'why'],
    [{ host: 'web-9', until, why: 'a\u001b[2Jb' }, 'why'],
    [{ host: 'web-9', until, why: 'x', colour: 'red' }, 'colour'],
  ];
  for (const [body, parameter] of refused)
    assert.deepEqual(problem.parse((await ask('/v1/silences', sendJson('POST', body))).body).parameter, parameter);
  const form = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify({ host: 'web-9', until, why: 'x' }) };
  assert.equal((await ask('/v1/silences', form)).status, 415);
  const made = await ask('/v1/silences', sendJson('POST', { host: 'web-9', until, why: 'kernel update', by: 'ada' }));
  assert.equal(made.status, 201);
  const location = made.headers.get('location') ?? '';
  assert.match((await ask('/v1/silences')).text, /"host":"web-9".*"why":"kernel update"/);
  assert.equal((await ask(location, { method: 'DELETE' })).status, 200);
  assert.equal((await ask(location, { method: 'DELETE' })).status, 404);
  assert.match((await ask('/v1/silences')).text, /"silences":\[\]/);
  assert.match((await ask('/v1/silences?ended=included')).text, /kernel update/);
});
