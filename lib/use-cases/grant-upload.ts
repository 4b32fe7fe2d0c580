import * as z from 'zod/mini';
import { parseUploadKey } from '../digest/upload-key.ts';
import { IN_ENGLISH } from '../text/in-english.ts';
import { type HostTokens, UPLOAD_TYPES, type UploadGrant, type UploadPlan, type UploadSigner } from './host-ports.ts';
import { type HostToken, isSecretOf, readBearer } from './host-token.ts';
import type { Clock, Journal } from './ports.ts';

/** A snapshot of a million sockets is 10 MB, compressed; a host that was cut off for a day ships its logs in many objects. */
export const MAX_UPLOAD_BYTES = 64 * 1024 * 1024;

/** One snapshot and a few logs a minute, and a backlog that is worked off; more is a loop, or somebody else's use of the token. */
export const MAX_GRANTS_PER_MINUTE = 120;

/** S3 allows 1,024 bytes; a key is to fit into messages too. */
const MAX_KEY_BYTES = 512;

export interface GrantDeps {
  readonly tokens: HostTokens;
  readonly signer: UploadSigner;
  readonly clock: Clock;
  readonly journal: Journal;
}

export type GrantOutcome =
  | { readonly kind: 'granted'; readonly grant: UploadGrant }
  | { readonly kind: 'unknown-token' }
  | { readonly kind: 'other-host'; readonly host: string }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'too-many' }
  | { readonly kind: 'malformed'; readonly parameter: string | null; readonly detail: string };

/** Clients and proxies resolve `..` and `//` in an address, each in its way: a key must read the same to all of them. */
const isPlainPath = (key: string): boolean =>
  key.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !/[\u0000-\u001f\u007f-\u009f\\?#]/.test(key);

const base64Sha256 = /^[A-Za-z0-9+/]{43}=$/;

/** What is asked for. */
export const planSchema = z.strictObject({
  key: z.string().check(
    z.refine((key) => Buffer.byteLength(key) <= MAX_KEY_BYTES, `a key has at most ${MAX_KEY_BYTES} bytes`),
    z.refine(isPlainPath, 'a key has no empty part, no "." or ".." between slashes, no control character, and none of \\ ? #'),
  ),
  size: z.int().check(z.minimum(1)),
  type: z.enum(UPLOAD_TYPES),
  sha256: z.nullish(z.string().check(z.regex(base64Sha256, 'expected 32 bytes in base64'))),
});

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const malformed = (parameter: string | null, detail: string): GrantOutcome => ({ kind: 'malformed', parameter, detail });

const readPlan = (body: string): UploadPlan | GrantOutcome => {
  const json = parseJson(body);
  if (json === undefined) return malformed(null, 'The body is not JSON. Expected {"key", "size", "type"}, and "sha256" if you like.');
  const read = planSchema.safeParse(json, IN_ENGLISH);
  if (read.success) return { ...read.data, sha256: read.data.sha256 ?? null };
  const [issue] = read.error.issues;
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0];
  if (name === undefined) return malformed(null, 'The body is not of the form {"key", "size", "type"}, with "sha256" if you like.');
  return malformed(String(name).slice(0, 40), `"${String(name).slice(0, 40)}" is not as expected: ${issue?.message}.`);
};

/** Why this host may not have this object, or `null`. */
const refusal = ({ key, size }: UploadPlan, token: HostToken): GrantOutcome | null => {
  const parsed = parseUploadKey(key);
  if (parsed.kind === 'rejected') return malformed('key', parsed.reason);
  if (parsed.host !== token.host) return { kind: 'other-host', host: token.host };
  return size > MAX_UPLOAD_BYTES ? { kind: 'too-large' } : null;
};

const tokenOf = async (authorization: string | undefined, { tokens, journal }: GrantDeps): Promise<HostToken | null> => {
  const shown = readBearer(authorization);
  const token = shown === null ? null : await tokens.get(shown.id);
  if (shown === null || token === null) return null;
  const isKnown = isSecretOf(token, shown.secret);
  if (isKnown && token.revokedAt === null) return token;
  // Somebody guesses, or a host was not told that its token is revoked: operators want to know of both.
  journal.warn('token refused', { host: token.host, token: token.id, reason: isKnown ? 'revoked' : 'wrong secret' });
  return null;
};

/**
 * Leave for one upload, for whoever shows a host's token: below `hosts/<that host>/` only. The token itself is never written anywhere,
 * its id is.
 */
export const grantUpload = async (authorization: string | undefined, body: string, deps: GrantDeps): Promise<GrantOutcome> => {
  const token = await tokenOf(authorization, deps);
  if (token === null) return { kind: 'unknown-token' };
  const plan = readPlan(body);
  if ('kind' in plan) return plan;
  const refused = refusal(plan, token);
  if (refused !== null) return refused;
  const now = deps.clock.now();
  if (!(await deps.tokens.use(token.id, now, MAX_GRANTS_PER_MINUTE))) {
    deps.journal.warn('too many uploads', { host: token.host, token: token.id });
    return { kind: 'too-many' };
  }
  const grant = await deps.signer.sign(plan, now);
  deps.journal.info('upload granted', { host: token.host, token: token.id, bytes: plan.size });
  return { kind: 'granted', grant };
};
