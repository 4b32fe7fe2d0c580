import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { systemClock } from '../../lib/adapters/clock.ts';
import { judgingConfig, readConfig, retentionOf, settingsOf } from '../../lib/adapters/config.ts';
import { dynamoRecords } from '../../lib/adapters/dynamodb.ts';
import { powertoolsJournal } from '../../lib/adapters/journal.ts';
import { powertoolsMeter } from '../../lib/adapters/meter.ts';
import { PATIENCE } from '../../lib/adapters/patience.ts';
import { s3Uploads } from '../../lib/adapters/s3.ts';
import type { Deps } from '../../lib/use-cases/deps.ts';
import type { Announcer } from '../../lib/use-cases/ports.ts';
import { metrics } from './metrics.ts';
import { onceFor, whenNeeded } from './once.ts';

/** Most events tell nobody anything. */
const announcerOf = (open: () => Promise<Announcer>): Announcer => {
  const announcer = whenNeeded(open);
  return {
    publish: async (announcement) => (await announcer()).publish(announcement),
    publishTogether: async (announcements) => (await announcer()).publishTogether(announcements),
  };
};

/** For what reads uploads, and judges. */
export const judging = onceFor((): Deps => {
  const config = readConfig(judgingConfig, process.env);
  const around = { clock: systemClock, journal: powertoolsJournal('closewatch'), meter: powertoolsMeter(metrics()) };
  return {
    uploads: s3Uploads(new S3Client(PATIENCE)),
    records: dynamoRecords(new DynamoDBClient(PATIENCE), config.TABLE, systemClock, retentionOf(config)),
    announcer: announcerOf(async () => (await import('../../lib/adapters/announcer.ts')).topicsAnnouncer(config, around)),
    ...around,
    settings: settingsOf(config),
    owner: randomUUID(),
  };
});
