import middy from '@middy/core';
import * as z from 'zod/mini';
import { rotating } from './compose/rotating.ts';

/** As Secrets Manager calls it, once for each step (its user guide, "Lambda rotation functions"). */
const rotationEvent = z.object({
  SecretId: z.string(),
  ClientRequestToken: z.string(),
  Step: z.enum(['createSecret', 'setSecret', 'testSecret', 'finishSecret']),
});

/** Gives links and sessions a new key; the one before still checks what it signed. Nobody else must be told of it, so two steps do nothing. */
export const handler = middy().handler(async (event: unknown) => {
  const { SecretId, ClientRequestToken, Step } = rotationEvent.parse(event);
  if (Step === 'createSecret') await rotating().create(SecretId, ClientRequestToken);
  if (Step === 'finishSecret') await rotating().finish(SecretId, ClientRequestToken);
});
