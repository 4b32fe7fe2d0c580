import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Signer } from '../../lib/adapters/s3-signer.ts';
import type { UploadPlan } from '../../lib/use-cases/host-ports.ts';
import { curl } from '../support/curl.ts';
import { isSignedBy, signedHeadersOf } from '../support/sigv4.ts';

/** The emulator looks at no signature, so a server that checks them as S3's documentation says stands in for S3 here; curl is the host. */

const SECRET = 'a secret of nobody';
const NOW = '2026-11-23T20:00:00.000Z';
const BODY = 'ESTAB 0 0 10.0.0.1:40000 10.20.8.21:8080\n';
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const skip = hasCurl ? false : 'curl is not installed';

const folder = mkdtempSync(join(tmpdir(), 'closewatch-signer-'));
const file = join(folder, 'body');
let server: Server;
let client: S3Client;

before(async () => {
  writeFileSync(file, BODY);
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    response.statusCode = isSignedBy(SECRET, request.method ?? '', url, request.headers) ? 200 : 403;
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  client = new S3Client({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
});

after(() => {
  server.close();
  client.destroy();
  rmSync(folder, { recursive: true });
});

const sha256 = createHash('sha256').update(BODY).digest('base64');
const plan: UploadPlan = { key: 'hosts/web-03/logs/app/a b+c~1.gz', size: Buffer.byteLength(BODY), type: 'text/plain', sha256 };
const sign = (change: Partial<UploadPlan> = {}) => s3Signer(client, 'uploads').sign({ ...plan, ...change }, NOW);

const headerArgs = (headers: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);

const put = (url: string, headers: Readonly<Record<string, string>>, body: string = file): Promise<string> =>
  curl('-T', body, ...headerArgs(headers), '-o', '/dev/null', '-w', '%{http_code}', url);

test('signs what S3 accepts from curl as it is told', { skip }, async () => {
  for (const change of [{}, { sha256: null }, { type: 'application/gzip' as const }]) {
    const { url, headers, method } = await sign(change);
    assert.equal(method, 'PUT');
    assert.equal(await put(url, headers), '200');
  }
});

test('binds size, type, checksum and key: whatever differs is refused', { skip }, async () => {
  const { url, headers } = await sign();
  const longer = join(folder, 'longer');
  writeFileSync(longer, `${BODY}x`);
  assert.equal(await put(url, headers, longer), '403');
  assert.equal(await put(url, { ...headers, 'content-type': 'text/html' }), '403');
  assert.equal(await put(url, { ...headers, 'x-amz-checksum-sha256': createHash('sha256').update('other').digest('base64') }), '403');
  assert.equal(await put(url.replace('web-03', 'web-04'), headers), '403');
  assert.equal(await put(url.replace('X-Amz-Expires=300', 'X-Amz-Expires=600000'), headers), '403');
  assert.equal(await put(url.replace('content-length%3B', ''), headers), '403');
});

test('signs the headers that matter, for five minutes, without the checksum of an empty body', async () => {
  const { url, headers, expiresAt } = await sign();
  assert.deepEqual(signedHeadersOf(new URL(url)), ['content-length', 'content-type', 'host', 'x-amz-checksum-sha256']);
  assert.deepEqual(headers, { 'content-type': 'text/plain', 'x-amz-checksum-sha256': sha256 });
  assert.equal(new URL(url).searchParams.get('X-Amz-Expires'), '300');
  assert.equal(expiresAt, '2026-11-23T20:05:00.000Z');
  assert.doesNotMatch((await sign({ sha256: null })).url, /checksum/i);
});
