import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PATIENCE } from '../../lib/adapters/patience.ts';
import { type Rotation, secretRotation } from '../../lib/adapters/secret-rotation.ts';
import { onceFor } from './once.ts';

export const rotating = onceFor((): Rotation => secretRotation(new SecretsManagerClient(PATIENCE)));
