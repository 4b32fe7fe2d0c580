import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem, problemDocuments } from '../../functions/problem.ts';
import { getAnalysis, listAnalyses } from '../../functions/routes/analyses.ts';
import { postSilence } from '../../functions/routes/attention.ts';
import { listHosts } from '../../functions/routes/hosts.ts';
import { listUploads } from '../../functions/routes/uploads.ts';
import { apiEvent } from '../support/api-event.ts';
import { open, World } from '../support/memory.ts';

const querying = new World().deps(open, 'test');

const event = (query: Record<string, string>, pathParameters: Record<string, string> = {}) =>
  apiEvent('GET /', { queryStringParameters: query, pathParameters });

const problemOf = async (answer: Promise<unknown>): Promise<Problem> => {
  const error: unknown = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Problem);
  return error;
};

test('names the parameter that is wrong', async () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['limit', '0'],
    ['limit', '201'],
    ['cause', 'magic'],
    ['severity', 'x'],
    ['status', 'closed'],
    ['from', 'yesterday'],
    ['host', 'a b'],
    ['colour', 'red'],
  ];
  for (const [name, value] of wrong) {
    const problem = await problemOf(listAnalyses(event({ [name]: value }), querying));
    assert.deepEqual([problem.status, problem.parameter], [400, name]);
  }
  assert.equal((await problemOf(listUploads(event({ status: 'accepted' }), querying))).parameter, 'status');
});

test('answers pages of JSON', async () => {
  assert.equal(
    (await listAnalyses(event({ limit: '5', from: '2026-11-23T10:00:00+01:00' }), querying)).body,
    '{"analyses":[],"cursor":null}',
  );
  assert.equal((await listHosts(event({}), querying)).body, '{"hosts":[],"cursor":null}');
  assert.equal((await listUploads(event({ status: 'rejected' }), querying)).body, '{"uploads":[],"cursor":null}');
});

test('says 404 for an id that is none, and for one that is not there', async () => {
  for (const id of ['', '../x', 'web-03~0123456789']) assert.equal((await problemOf(getAnalysis(event({}, { id }), querying))).status, 404);
});

test('keeps the name that IAM vouches for beside the one that somebody gives', async () => {
  const iam = event({});
  const caller = { userArn: 'arn:aws:sts::123456789012:assumed-role/ops/ada' };
  const signed = { ...iam, requestContext: { ...iam.requestContext, authorizer: { iam: caller } } };
  const silenced = async (by?: string): Promise<unknown> => {
    const body = JSON.stringify({ host: 'web-1', until: '2026-11-23T13:00:00Z', why: 'x', by });
    return JSON.parse((await postSilence({ ...signed, headers: { 'content-type': 'application/json' }, body }, querying)).body ?? '').by;
  };
  assert.equal(await silenced('Ada'), `Ada (${caller.userArn})`);
  assert.equal(await silenced(), caller.userArn);
});

test('tells clients nothing of an internal error', () => {
  const reported: unknown[] = [];
  const request = { event: {}, context: {}, response: undefined, error: new Error('secret inside'), internal: {} };
  const middleware = problemDocuments((error) => reported.push(error));
  // middy fills in the rest of the request; only these fields are looked at.
  Reflect.apply(middleware.onError ?? (() => {}), null, [request]);
  assert.match(JSON.stringify(request.response), /"statusCode":500/);
  assert.doesNotMatch(JSON.stringify(request.response), /secret/);
  assert.equal(reported.length, 1);
});
