import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { answerGrant } from '../../functions/grants.ts';
import { Problem } from '../../functions/problem.ts';
import { handler } from '../../functions/uploads.ts';
import { dynamoTokens } from '../../lib/adapters/dynamodb-tokens.ts';
import { localContext } from '../../lib/local/api.ts';
import { type Emulators, environmentFor, NAMES, startEmulators } from '../../lib/local/emulators.ts';
import { enrolHost } from '../../lib/use-cases/enrol.ts';
import { apiEvent } from '../support/api-event.ts';

let emulators: Emulators;
let token = '';

before(async () => {
  emulators = await startEmulators(0, null);
  Object.assign(process.env, environmentFor(emulators, 'http://127.0.0.1/'));
  const client = new DynamoDBClient({});
  const random = { id: Buffer.alloc(8, 1), secret: Buffer.alloc(32, 2) };
  const enrolled = await enrolHost('web-03', random, '2026-11-23T12:00:00.000Z', dynamoTokens(client, NAMES.table));
  assert.ok(enrolled.kind === 'enrolled');
  token = enrolled.text;
  client.destroy();
});
after(() => emulators.stop());

const event = (headers: Record<string, string>, body: string, isBase64Encoded = false) =>
  apiEvent('POST /v1/uploads', { headers, body, isBase64Encoded });

const PLAN = JSON.stringify({ key: 'hosts/web-03/logs/app/x', size: 5, type: 'text/plain' });

test('takes a body as API Gateway hands it on, encoded or not', async () => {
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await handler(event(headers, PLAN), localContext)).statusCode, 201);
  // curl -d says that it is a form, which API Gateway takes for binary.
  assert.equal((await handler(event(headers, Buffer.from(PLAN).toString('base64'), true), localContext)).statusCode, 201);
  const { statusCode, headers: told } = await handler(event({}, PLAN), localContext);
  assert.deepEqual(
    [statusCode, told?.['www-authenticate'], told?.['content-type']],
    [401, 'Bearer realm="closewatch"', 'application/problem+json'],
  );
});

test('says in an answer of its own what each refusal is', () => {
  const problemOf = (outcome: Parameters<typeof answerGrant>[0]): Problem => {
    try {
      answerGrant(outcome);
    } catch (error) {
      if (error instanceof Problem) return error;
    }
    return assert.fail('it was granted');
  };
  const refusals = [
    { kind: 'unknown-token' },
    { kind: 'other-host', host: 'web-03' },
    { kind: 'too-large' },
    { kind: 'too-many' },
    { kind: 'malformed', parameter: 'size', detail: 'x' },
  ] as const;
  assert.deepEqual(
    refusals.map((outcome) => problemOf(outcome).status),
    [401, 403, 413, 429, 422],
  );
  assert.equal(problemOf({ kind: 'too-many' }).headers['retry-after'], '60');
  assert.match(problemOf({ kind: 'other-host', host: 'web-03' }).message, /hosts\/web-03\//);
});
