import { randomBytes } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

/** Both may be called twice for the same token. */
export interface Rotation {
  create(secret: string, token: string): Promise<void>;
  finish(secret: string, token: string): Promise<void>;
}

/** As strong as HMAC-SHA256 can use (RFC 2104 §3). */
const KEY_BYTES = 32;

const currentOf = (versions: Readonly<Record<string, readonly string[]>>): string | undefined =>
  Object.entries(versions).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0];

export const secretRotation = (client: SecretsManagerClient): Rotation => ({
  async create(secret, token) {
    try {
      await client.send(new GetSecretValueCommand({ SecretId: secret, VersionId: token, VersionStage: 'AWSPENDING' }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      const value = randomBytes(KEY_BYTES).toString('base64url');
      await client.send(
        new PutSecretValueCommand({ SecretId: secret, ClientRequestToken: token, SecretString: value, VersionStages: ['AWSPENDING'] }),
      );
    }
  },
  async finish(secret, token) {
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: secret }));
    const current = currentOf(VersionIdsToStages ?? {});
    if (current === token) return;
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secret,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: token,
        ...(current === undefined ? {} : { RemoveFromVersionId: current }),
      }),
    );
  },
});
