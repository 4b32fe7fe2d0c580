import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { secretKeys } from '../../lib/adapters/secrets.ts';
import type { Stack } from '../../lib/local/stack.ts';
import { SERVED_POLICY } from '../../lib/report/page/document.ts';
import { startExampleStack } from '../support/example-stack.ts';

/** The pages over the embedded stack, as a browser asks for them. */

let stack: Stack;
let link = '';
const written: string[] = [];

before(async () => {
  ({ stack, link } = await startExampleStack());
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    Object.assign(stream, {
      write: (chunk: string | Uint8Array, ...rest: []) => {
        written.push(String(chunk));
        return write(chunk, ...rest);
      },
    });
  }
});

after(() => stack.stop());

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const ask = async (path: string, init: RequestInit = {}): Promise<Reply> => {
  const response = await fetch(new URL(path, stack.apiAddress), { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const minted = z.object({ url: z.string(), expiresAt: z.string() });

const openingAddress = async (): Promise<string> => {
  const reply = await ask('/v1/sessions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  assert.equal(reply.status, 201);
  return minted.parse(JSON.parse(reply.text)).url;
};

const logIn = async (): Promise<string> => {
  const { status, headers } = await ask(await openingAddress());
  assert.equal(status, 200);
  const cookie = headers.get('set-cookie') ?? '';
  assert.match(cookie, /^__Host-closewatch=\S+; Path=\/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict$/);
  return cookie.slice(0, cookie.indexOf(';'));
};

const pathOf = (address: string): string => new URL(address).pathname;

const hiddenIn = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1]?.replaceAll('&quot;', '"') ?? assert.fail(`no ${name}`);

const send = (path: string, fields: Record<string, string>, headers: Record<string, string>): Promise<Reply> =>
  ask(path, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

/** All that is in the table, as one figure. */
const tableNow = async (): Promise<string> => {
  const client = new DynamoDBClient({});
  const { Items = [] } = await client.send(new ScanCommand({ TableName: process.env.TABLE }));
  client.destroy();
  return createHash('sha256')
    .update(JSON.stringify(Items.map((item) => JSON.stringify(item)).sort()))
    .digest('hex');
};

test('the link of the email opens its analysis without a login, and nothing else', async () => {
  const { status, text } = await ask(link);
  assert.equal(status, 200);
  assert.match(text, /python3 \(pid 28429\) leaks CLOSE_WAIT/);
  assert.match(text, /<svg/);
  assert.doesNotMatch(text, /<form|evidence\/\d|href="\/analyses"/);
  const token = new URL(link).searchParams.get('t') ?? '';
  for (const path of ['/analyses', '/hosts', '/hosts/web-03', `${pathOf(link)}/evidence/0`, `${pathOf(link)}0`])
    assert.ok([401, 403].includes((await ask(`${path}?t=${token}`)).status), path);
  assert.equal((await ask(pathOf(link))).status, 401);
  assert.equal((await ask(link.slice(0, -1))).status, 403);
});

test('what is not shown to whom has no leave is the same whether it exists or not', async () => {
  const [there, not] = [await ask(pathOf(link)), await ask('/analyses/web-99~0123456789')];
  assert.deepEqual([there.status, there.text], [not.status, not.text]);
});

test('every page forbids scripts, frames and keeping, and tells nobody its address', async () => {
  const cookie = await logIn();
  for (const path of [link, '/analyses', '/hosts', '/hosts/web-03', '/nowhere']) {
    const { headers, text } = await ask(path, { headers: { cookie } });
    assert.equal(headers.get('content-security-policy'), SERVED_POLICY, path);
    assert.match(headers.get('cache-control') ?? '', /no-store/);
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.match(headers.get('content-type') ?? '', /^text\/html/);
    assert.doesNotMatch(text, /<script|\son\w+=/i);
  }
});

test('a GET changes nothing, however often and by whomever', async () => {
  const cookie = await logIn();
  const before = await tableNow();
  for (const path of [link, '/', '/analyses', '/hosts', '/hosts/web-03', `${pathOf(link)}/evidence/0`, await openingAddress()]) {
    await ask(path);
    await ask(path, { headers: { cookie } });
  }
  assert.equal(await tableNow(), before);
});

test('whoever is logged in filters by the address, and sees each upload behind it', async () => {
  const cookie = await logIn();
  const list = async (query: string): Promise<string> => (await ask(`/analyses?${query}`, { headers: { cookie } })).text;
  assert.match(await list('host=web-03&severity=critical&program=&cause='), /python3 \(pid 28429\)/);
  assert.doesNotMatch(await list('severity=info'), /python3 \(pid 28429\)/);
  assert.match(await list('severity=loud'), /parameter &quot;severity&quot;/);
  const { status, headers } = await ask(`${pathOf(link)}/evidence/0`, { headers: { cookie } });
  assert.equal(status, 303);
  const raw = await fetch(headers.get('location') ?? '');
  assert.equal(raw.status, 200);
  assert.ok((await raw.arrayBuffer()).byteLength > 100);
  assert.match(headers.get('location') ?? '', /X-Amz-Expires=60&/);
  assert.equal((await ask(`${pathOf(link)}/evidence/99`, { headers: { cookie } })).status, 404);
});

test('acknowledging and silencing by form: from a page of this session only, of what was seen, and kept with who and why', async () => {
  const cookie = await logIn();
  const page = await ask(pathOf(link), { headers: { cookie } });
  const [token, seen] = [hiddenIn(page.text, 'token'), hiddenIn(page.text, 'seen')];
  const path = `${pathOf(link)}/acknowledgement`;
  const fields = { token, seen, why: 'restarting sync' };
  assert.equal((await send(path, fields, {})).status, 401);
  assert.equal((await send(path, { ...fields, token: token.replace(/.$/, '!') }, { cookie })).status, 403);
  const other = await logIn();
  if (other !== cookie) assert.equal((await send(path, fields, { cookie: other })).status, 403, 'another session’s token');
  assert.equal((await send(path, { ...fields, seen: '"something-else"' }, { cookie })).status, 412);
  assert.equal((await send(path, { token, seen }, { cookie })).status, 400);
  const done = await send(path, fields, { cookie });
  assert.deepEqual([done.status, done.headers.get('location')], [303, pathOf(link)]);
  assert.match((await ask(pathOf(link), { headers: { cookie } })).text, /somebody: restarting sync/);
  assert.equal((await send(path, fields, { cookie })).status, 412, 'it has changed since');

  const silenced = await send(
    '/silences',
    { token, back: 'web-03~0123456789', match: 'host=web-03', hours: '1', why: 'known' },
    { cookie },
  );
  assert.equal(silenced.status, 303);
  const list = (await ask('/analyses', { headers: { cookie } })).text;
  const [, id] = /action="\/silences\/([0-9a-f]{12})\/end"/.exec(list) ?? [];
  assert.match(list, /host web-03 until/);
  assert.equal((await send(`/silences/${id}/end`, { token }, { cookie })).status, 303);
  assert.doesNotMatch((await ask('/analyses', { headers: { cookie } })).text, /host web-03 until/);
});

test('a form sent as JSON, an open address that is used up by time, and a next page elsewhere are refused', async () => {
  const cookie = await logIn();
  const reply = await ask('/silences', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', cookie } });
  assert.equal(reply.status, 415);
  assert.equal((await ask('/open?t=abcdef12.abc.AAAAAAAAAAAAAAAAAAAAAA.Ym9i')).status, 403);
  const elsewhere = await ask(`${await openingAddress()}&next=https://evil.example/`);
  assert.doesNotMatch(elsewhere.text, /evil/);
});

const lambdaContext = {} as Context;

test('after a rotation what the key before signed still holds, after the next one no more', async () => {
  const { handler } = await import('../../functions/rotate.ts');
  const client = new SecretsManagerClient({});
  const clock = { now: () => new Date().toISOString() };
  const fresh = () => secretKeys(client, process.env.ACCESS_SECRET ?? '', clock).keys(null);
  const rotate = async (): Promise<void> => {
    const ClientRequestToken = randomUUID();
    for (const Step of ['createSecret', 'createSecret', 'setSecret', 'testSecret', 'finishSecret', 'finishSecret'])
      await handler({ SecretId: 'closewatch-access', ClientRequestToken, Step }, lambdaContext);
  };
  const [first] = await fresh();
  await rotate();
  const afterOne = await fresh();
  assert.equal(afterOne.length, 2);
  assert.deepEqual(afterOne[1], first);
  assert.notEqual(afterOne[0]?.secret, first?.secret);
  assert.equal((await ask(link)).status, 200);
  await rotate();
  const afterTwo = await fresh();
  assert.deepEqual(afterTwo[1], afterOne[0]);
  assert.ok(afterTwo.every(({ id }) => id !== first?.id));
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: 'closewatch-access' }));
  assert.deepEqual(
    Object.values(VersionIdsToStages ?? {})
      .flat()
      .sort(),
    ['AWSCURRENT', 'AWSPREVIOUS'],
  );
  client.destroy();
});

test('no token was written anywhere', () => {
  const token = new URL(link).searchParams.get('t') ?? '';
  assert.ok(token.length > 30);
  assert.ok(!written.join('').includes(token));
  assert.doesNotMatch(written.join(''), /__Host-closewatch/);
});
