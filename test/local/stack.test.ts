import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { PortTakenError } from '../../lib/local/emulators.ts';
import { type Stack, startStack } from '../../lib/local/stack.ts';
import type { Delivery } from '../../lib/local/subscriber.ts';
import { uploadExample } from '../../lib/local/upload-example.ts';
import { skipWithoutAwsCli } from '../support/aws-cli.ts';
import { until } from '../support/until.ts';

/** The whole service over the emulators, through the real SDK: what a new user runs. */

const list = z.object({
  analyses: z.array(z.object({ id: z.string(), cause: z.string(), host: z.string(), status: z.string() })),
  cursor: z.string().nullable(),
});
const rejected = z.object({ uploads: z.array(z.object({ host: z.string().nullable(), key: z.string(), reason: z.string() })) });

let stateDir = '';
let stack: Stack;
let emails: Delivery[] = [];
let texts: Delivery[] = [];

const start = (): Promise<Stack> =>
  startStack({ s3Port: 0, apiPort: 0, stateDir, onEmail: (mail) => emails.push(mail), onSms: (sms) => texts.push(sms) });

const get = async (path: string): Promise<{ readonly status: number; readonly type: string; readonly body: unknown }> => {
  const response = await fetch(`${stack.apiAddress}${path}`);
  return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.json() };
};

const put = async (key: string, body: string): Promise<void> => {
  const client = new S3Client({});
  await client.send(new PutObjectCommand({ Bucket: stack.bucket, Key: key, Body: body }));
  client.destroy();
};

before(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'closewatch-'));
  stack = await start();
});

after(async () => {
  await stack.stop();
  await rm(stateDir, { recursive: true });
});

test('sends the email and the SMS of the bundled incident', async () => {
  await uploadExample();
  await until('the email', () => emails.some(({ subject }) => subject.includes('login cannot bind, python3 (pid 28429) leaks CLOSE_WAIT')));
  await until('the SMS', () => texts.length > 0);
  assert.match(texts[0]?.text ?? '', /python3 \(pid 28429\) leaks CLOSE_WAIT/);
});

test('lists it through the API, with filters, and one by its id', async () => {
  const { status, body } = await get('/v1/analyses?host=web-03&severity=critical');
  const { analyses } = list.parse(body);
  assert.deepEqual([status, analyses.map(({ cause, host }) => [cause, host])], [200, [['close-wait-leak', 'web-03']]]);
  assert.equal((await get(`/v1/analyses/${analyses[0]?.id}`)).status, 200);
  assert.deepEqual(list.parse((await get('/v1/analyses?host=other')).body).analyses, []);
  assert.deepEqual(list.parse((await get('/v1/analyses?from=2026-11-24T00:00:00Z')).body).analyses, []);
});

test('answers errors as problem documents', async () => {
  for (const [path, status] of [
    ['/v1/analyses?limit=x', 400],
    ['/v1/analyses?cursor=x', 400],
    ['/v1/analyses/none', 404],
    ['/v1/nowhere', 404],
  ] as const) {
    const answer = await get(path);
    assert.deepEqual([answer.status, answer.type], [status, 'application/problem+json'], path);
  }
});

test('keeps refused uploads where whoever set up the host finds them, keys with spaces and plus signs too', async () => {
  await put('hosts/web-9/snapshots/a b+c.txt', 'hello\n');
  await until('the refusal', async () => rejected.parse((await get('/v1/uploads?status=rejected')).body).uploads.length > 0);
  const [upload] = rejected.parse((await get('/v1/uploads')).body).uploads;
  assert.deepEqual([upload?.host, upload?.key], ['web-9', 'hosts/web-9/snapshots/a b+c.txt']);
  assert.match(upload?.reason ?? '', /"hello"/);
});

const CONFLICT = (at: string): string =>
  `==> meta <==\ntaken_at: ${at}\n==> ss -tanp <==\nState Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 128 *:8080 *:* users:(("old-api",pid=7,fd=3))\n`;

test('tells a decided cause at once, of a multipart upload as well', async (context) => {
  const now = new Date();
  const at = (seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();
  await put('hosts/app-1/snapshots/1', CONFLICT(at(-5)));
  await put('hosts/app-1/snapshots/2', CONFLICT(at(5)));
  const client = new S3Client({});
  const where = { Bucket: stack.bucket, Key: 'hosts/app-1/logs/api/x.log' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(where));
  const part = await client.send(
    new UploadPartCommand({
      ...where,
      UploadId,
      PartNumber: 1,
      Body: `${at(0)} ERROR [77] api: cannot start server on port 8080: [Errno 98] Address already in use\n`,
    }),
  );
  await client.send(
    new CompleteMultipartUploadCommand({ ...where, UploadId, MultipartUpload: { Parts: [{ ETag: part.ETag, PartNumber: 1 }] } }),
  );
  client.destroy();
  const ms = await until('the message', () =>
    emails.some(({ subject }) => subject.includes('app-1: api cannot bind port 8080, old-api (pid 7)')),
  );
  context.diagnostic(`${ms} ms from the upload to the message`);
});

/** A pile toward 10.7.0.9:80, and the same connections as their server has them. */
const bothEnds = (at: string, side: 'client' | 'server'): string => {
  const rows = Array.from({ length: 600 }, (_, i) =>
    side === 'client'
      ? `CLOSE-WAIT 1 0 10.7.0.1:${40_000 + i} 10.7.0.9:80 users:(("sync",pid=5,fd=${i + 3})) ino:${i + 1} sk:${i + 1}`
      : `FIN-WAIT-2 0 0 10.7.0.9:80 10.7.0.1:${40_000 + i} ino:0 sk:${i + 1}`,
  );
  const listener = 'LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=31,fd=6)) ino:9 sk:9';
  const range = '==> sysctl <==\nnet.ipv4.ip_local_port_range = 40000\t40999';
  return `==> meta <==\ntaken_at: ${at}\n==> ss -tanpe <==\nState Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n${[...(side === 'server' ? [listener] : []), ...rows].join('\n')}\n${range}\n`;
};

const withOtherEnd = z.object({
  otherEnd: z.object({ host: z.string(), command: z.string().nullable(), closedFirst: z.boolean().nullable() }).nullable(),
});

test('finds the other end by its address, and names it', async () => {
  const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
  await put('hosts/far-end/snapshots/1', bothEnds(at(-6), 'server'));
  await until('the other end', async () => JSON.stringify((await get('/v1/hosts')).body).includes('far-end'));
  for (const seconds of [-8, -6, -4]) await put(`hosts/near-end/snapshots/${seconds}`, bothEnds(at(seconds), 'client'));
  const find = async (): Promise<string | undefined> => list.parse((await get('/v1/analyses?host=near-end')).body).analyses[0]?.id;
  await until('the analysis', async () => (await find()) !== undefined);
  const { otherEnd } = withOtherEnd.parse((await get(`/v1/analyses/${await find()}`)).body);
  assert.deepEqual(otherEnd, { host: 'far-end', command: 'nginx', closedFirst: true });
});

/** Not in the foreground: the server that it talks to runs in this process. */
const aws = async (input: string, ...args: readonly string[]): Promise<void> => {
  const child = spawn('aws', ['--endpoint-url', stack.s3Address, ...args], {
    env: { ...process.env, AWS_DEFAULT_REGION: 'us-east-1' },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(input);
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
};

test('takes uploads of the AWS CLI, from standard input too', { skip: skipWithoutAwsCli }, async () => {
  const file = join(stateDir, 'snapshot.txt');
  await writeFile(file, CONFLICT(new Date().toISOString()));
  await aws('', 's3', 'cp', file, `s3://${stack.bucket}/hosts/cli-1/snapshots/a.txt`);
  await aws('nothing known\n', 's3', 'cp', '-', `s3://${stack.bucket}/hosts/cli-1/snapshots/b.txt`);
  await until('both', async () => {
    const hosts = JSON.stringify((await get('/v1/hosts')).body);
    return hosts.includes('cli-1') && JSON.stringify((await get('/v1/uploads')).body).includes('cli-1');
  });
});

test('keeps its state over a restart, and announces nothing again', async () => {
  const before = list.parse((await get('/v1/analyses')).body).analyses;
  await stack.stop();
  emails = [];
  texts = [];
  stack = await start();
  assert.equal(await stack.isEmpty(), false);
  assert.deepEqual(list.parse((await get('/v1/analyses')).body).analyses, before);
  // The same content again, under another name: nothing new.
  const folder = new URL('../../lib/local/example/hosts/web-03/snapshots/', import.meta.url);
  const client = new S3Client({});
  await client.send(
    new PutObjectCommand({
      Bucket: stack.bucket,
      Key: 'hosts/web-03/snapshots/20261123T103905Z-again.gz',
      Body: await readFile(new URL('20261123T103905Z.gz', folder)),
    }),
  );
  client.destroy();
  await new Promise((resolve) => void setTimeout(resolve, 1500));
  assert.deepEqual(emails, []);
});

test('names the port that is taken, and the option that changes it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const silent = { stateDir: null, onEmail: () => {}, onSms: () => {} };
  const environment = { ...process.env };
  await assert.rejects(
    startStack({ ...silent, s3Port: port, apiPort: 0 }),
    (error) => error instanceof PortTakenError && error.message.includes(`${port}`) && error.message.includes('--s3-port'),
  );
  await assert.rejects(
    startStack({ ...silent, s3Port: 0, apiPort: port }),
    (error) => error instanceof PortTakenError && error.message.includes('--api-port'),
  );
  Object.assign(process.env, environment);
  server.close();
});
