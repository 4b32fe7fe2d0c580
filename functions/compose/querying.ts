import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../lib/adapters/clock.ts';
import { queryConfig, readConfig, retentionOf } from '../../lib/adapters/config.ts';
import { dynamoRecords } from '../../lib/adapters/dynamodb.ts';
import { PATIENCE } from '../../lib/adapters/patience.ts';
import type { Querying } from '../requests.ts';
import { onceFor } from './once.ts';

export const querying = onceFor((): Querying => {
  const config = readConfig(queryConfig, process.env);
  return { records: dynamoRecords(new DynamoDBClient(PATIENCE), config.TABLE, systemClock, retentionOf(config)), clock: systemClock };
});
