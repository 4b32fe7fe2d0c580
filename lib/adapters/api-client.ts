import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { AwsV4Signer } from 'aws4fetch';

/** The API from outside: a deployed one by signed requests, a local one as it is. */

export interface ApiReply {
  readonly status: number;
  readonly etag: string | null;
  readonly text: string;
}

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Api = (request: ApiRequest) => Promise<ApiReply>;

/** Why the API could not be asked at all, in a sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
}

const TIMEOUT_MS = 30_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const EXECUTE_API = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

const regionOf = (host: string, told: string | undefined): string => {
  const region = told ?? EXECUTE_API.exec(host)?.[1] ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (region === undefined) throw new ApiError(`The region of ${host} is not known: give --region, or set AWS_REGION.`);
  return region;
};

const credentials = fromNodeProviderChain();

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** AWS Signature Version 4 for `execute-api`. */
export const signedRequest = async (
  url: URL,
  { method, headers = {}, body }: ApiRequest,
  region: string,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
): Promise<Request> => {
  const session = sessionToken === undefined ? {} : { sessionToken };
  const content = body === undefined ? {} : { body };
  const scope = { accessKeyId, secretAccessKey, service: 'execute-api', region };
  const signer = new AwsV4Signer({ url: url.href, method, headers: { ...headers }, ...content, ...session, ...scope });
  const result = await signer.sign();
  return new Request(result.url, { method: result.method, headers: result.headers, ...content });
};

const ownCredentials = (): Promise<Credentials> =>
  credentials().catch((error: unknown) => {
    throw new ApiError(`No credentials of AWS were found (${error instanceof Error ? error.message : String(error)}).`, { cause: error });
  });

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
};

/**
 * @param base `https://….execute-api.REGION.amazonaws.com`, or the local stack's `http://127.0.0.1:8787`
 * @param region of the signature, where the address does not tell
 */
export const apiAt = (base: string, region: string | undefined): Api => {
  if (!URL.canParse(base)) throw new ApiError(`"${base}" is no address of an API: it begins with https://.`);
  const root = new URL(base);
  const isLocal = LOOPBACK.test(root.hostname);
  if (!isLocal && root.protocol !== 'https:')
    throw new ApiError(`${base} is not local, and not https: signatures are not sent in the clear.`);
  return async (request) => {
    const url = new URL(`${root.pathname.replace(/\/$/, '')}${request.path}`, root);
    const headers = { ...request.headers, ...(request.body === undefined ? {} : { 'content-type': 'application/json' }) };
    const content = request.body === undefined ? {} : { body: request.body };
    const outgoing = isLocal
      ? new Request(url, { method: request.method, headers, ...content })
      : await signedRequest(url, { ...request, headers }, regionOf(url.hostname, region), await ownCredentials());
    try {
      const response = await fetch(outgoing, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
      return { status: response.status, etag: response.headers.get('etag'), text: await response.text() };
    } catch (error) {
      throw new ApiError(`${root.origin} cannot be reached (${reasonOf(error)}).`, { cause: error });
    }
  };
};
