import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * What S3 does with a presigned request, since the emulator does not: "Authenticating Requests: Using Query Parameters (AWS Signature
 * Version 4)" in the S3 API reference. Written from that page, apart from the SDK.
 */

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** RFC 3986: AWS encodes these four too. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export const signedHeadersOf = (url: URL): readonly string[] => (url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';');

/** Whether the request bears the signature that `secret` gives to it, as it came. */
export const isSignedBy = (secret: string, method: string, url: URL, headers: IncomingHttpHeaders): boolean => {
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature');
  const [, day = '', region = '', service = ''] = (url.searchParams.get('X-Amz-Credential') ?? '').split('/');
  const names = signedHeadersOf(url);
  const canonical = [
    method,
    url.pathname,
    query
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    names.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', url.searchParams.get('X-Amz-Date'), scope, hex(canonical)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day));
  return hmac(key, toSign).toString('hex') === url.searchParams.get('X-Amz-Signature');
};
