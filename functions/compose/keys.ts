import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { systemClock } from '../../lib/adapters/clock.ts';
import { PATIENCE } from '../../lib/adapters/patience.ts';
import { secretKeys } from '../../lib/adapters/secrets.ts';
import type { AccessKeys } from '../../lib/use-cases/ports.ts';

export const keysIn = (secret: string): AccessKeys => secretKeys(new SecretsManagerClient(PATIENCE), secret, systemClock);
