import { createHash } from 'node:crypto';
import { GetSecretValueCommand, ResourceNotFoundException, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Key } from '../access/signature.ts';
import type { AccessKeys, Clock } from '../use-cases/ports.ts';

/** A rotation is seen after so long at the latest. */
const FRESH_MS = 5 * 60_000;
/** Whoever invents key ids makes us ask no more often than that. */
const ASK_AGAIN_MS = 10_000;

/** Version ids are UUIDs; eight characters tell two keys apart. */
const idOf = (version: string): string => createHash('sha256').update(version).digest('hex').slice(0, 8);

/**
 * Signing keys out of Secrets Manager: the current version, and the one before it, which still checks what it signed until the next rotation
 * (Secrets Manager's user guide, "Staging labels").
 */
export const secretKeys = (client: SecretsManagerClient, secret: string, clock: Clock): AccessKeys => {
  let known: { readonly at: number; readonly keys: readonly Key[] } | null = null;
  const version = async (stage: 'AWSCURRENT' | 'AWSPREVIOUS'): Promise<readonly Key[]> => {
    try {
      const { SecretString, VersionId } = await client.send(new GetSecretValueCommand({ SecretId: secret, VersionStage: stage }));
      return SecretString === undefined || VersionId === undefined ? [] : [{ id: idOf(VersionId), secret: SecretString }];
    } catch (error) {
      // Before the first rotation there is none before.
      if (stage === 'AWSPREVIOUS' && error instanceof ResourceNotFoundException) return [];
      throw error;
    }
  };
  return {
    async keys(wanted) {
      const now = Date.parse(clock.now());
      const age = known === null ? Number.POSITIVE_INFINITY : now - known.at;
      const isKnown = wanted === null || known?.keys.some(({ id }) => id === wanted) === true;
      if (known !== null && age < (isKnown ? FRESH_MS : ASK_AGAIN_MS)) return known.keys;
      const [current, previous] = await Promise.all([version('AWSCURRENT'), version('AWSPREVIOUS')]);
      known = { at: now, keys: [...current, ...previous] };
      return known.keys;
    },
  };
};
