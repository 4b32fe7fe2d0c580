import { HOST_NAME } from '../digest/upload-key.ts';
import type { HostTokens } from './host-ports.ts';
import { type HostToken, mintToken, TOKEN_ID } from './host-token.ts';

export type EnrolOutcome =
  | { readonly kind: 'enrolled'; readonly token: HostToken; readonly text: string; readonly others: number }
  | { readonly kind: 'bad-name' };

/** A token for a host. It may have several, so that one can be replaced without a gap. */
export const enrolHost = async (
  host: string,
  random: { readonly id: Uint8Array; readonly secret: Uint8Array },
  now: string,
  tokens: HostTokens,
): Promise<EnrolOutcome> => {
  if (!HOST_NAME.test(host)) return { kind: 'bad-name' };
  const others = (await tokens.list(host)).filter(({ revokedAt }) => revokedAt === null).length;
  const { token, text } = mintToken(host, random, now);
  await tokens.put(token);
  return { kind: 'enrolled', token, text, others };
};

/** By a token's id, or all of a host's. Returns those that were revoked now. */
export const revokeTokens = async (hostOrId: string, now: string, tokens: HostTokens): Promise<readonly HostToken[]> => {
  const one = TOKEN_ID.test(hostOrId) ? await tokens.get(hostOrId) : null;
  const found = one === null ? await tokens.list(hostOrId) : [one];
  const valid = found.filter(({ revokedAt }) => revokedAt === null);
  for (const { id } of valid) await tokens.revoke(id, now);
  return valid;
};
