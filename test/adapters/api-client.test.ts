import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { ApiError, type ApiRequest, apiAt, signedRequest } from '../../lib/adapters/api-client.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'token/+=' };
const HOST = 'abc123.execute-api.eu-central-1.amazonaws.com';

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** What the AWS SDK's signer wants of a hash. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === 'string' || secret === undefined ? secret : bytesOf(secret);
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

const signatureOf = (authorization: string | null): string => /Signature=([0-9a-f]{64})/.exec(authorization ?? '')?.[1] ?? 'none';

const requests: readonly ApiRequest[] = [
  { method: 'GET', path: '/v1/analyses?host=web-03&from=2026-11-23T10:00:00%2B01:00&peer=10.20.8.21:8080&program=a%20b' },
  { method: 'GET', path: '/v1/analyses/web-03~4594d4f40b' },
  { method: 'PUT', path: '/v1/analyses/web-03~4594d4f40b/acknowledgement', headers: { 'if-match': '"x"' }, body: '{"why":"ü"}' },
];

test('signs as the AWS SDK does', async () => {
  for (const request of requests) {
    const url = new URL(`https://${HOST}${request.path}`);
    const signed = await signedRequest(url, request, 'eu-central-1', credentials);
    const names = /SignedHeaders=([^,]+)/.exec(signed.headers.get('authorization') ?? '')?.[1]?.split(';') ?? [];
    const headers = Object.fromEntries(
      names.filter((name) => !name.startsWith('x-amz-')).map((name) => [name, name === 'host' ? HOST : (signed.headers.get(name) ?? '')]),
    );
    const date = (signed.headers.get('x-amz-date') ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
    // Whether the body's hash travels as a header is each signer's choice.
    const applyChecksum = names.includes('x-amz-content-sha256');
    const signer = new SignatureV4({ credentials, region: 'eu-central-1', service: 'execute-api', sha256: Sha256, applyChecksum });
    const expected = await signer.sign(
      {
        method: request.method,
        protocol: 'https:',
        hostname: HOST,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers,
        ...(request.body === undefined ? {} : { body: request.body }),
      },
      { signingDate: new Date(date) },
    );
    assert.equal(signatureOf(signed.headers.get('authorization')), signatureOf(expected.headers.authorization ?? null), request.path);
    assert.equal(signed.headers.get('x-amz-security-token'), credentials.sessionToken);
  }
});

test('sends no signature in the clear, and asks for the region it cannot know', async () => {
  assert.throws(() => apiAt('http://api.example.com', 'eu-central-1'), ApiError);
  assert.throws(() => apiAt('web-03', undefined), ApiError);
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  delete process.env.AWS_REGION;
  delete process.env.AWS_DEFAULT_REGION;
  await assert.rejects(apiAt('https://api.example.com', undefined)({ method: 'GET', path: '/' }), /--region/);
  Object.assign(process.env, { ...(AWS_REGION && { AWS_REGION }), ...(AWS_DEFAULT_REGION && { AWS_DEFAULT_REGION }) });
});
