import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { systemClock } from '../../lib/adapters/clock.ts';
import { grantingConfig, readConfig } from '../../lib/adapters/config.ts';
import { dynamoTokens } from '../../lib/adapters/dynamodb-tokens.ts';
import { powertoolsJournal } from '../../lib/adapters/journal.ts';
import { PATIENCE } from '../../lib/adapters/patience.ts';
import { s3Signer } from '../../lib/adapters/s3-signer.ts';
import type { GrantDeps } from '../../lib/use-cases/grant-upload.ts';
import { onceFor } from './once.ts';

export const granting = onceFor((): GrantDeps => {
  const config = readConfig(grantingConfig, process.env);
  return {
    tokens: dynamoTokens(new DynamoDBClient(PATIENCE), config.TABLE),
    signer: s3Signer(new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' }), config.BUCKET),
    clock: systemClock,
    journal: powertoolsJournal('closewatch'),
  };
});
