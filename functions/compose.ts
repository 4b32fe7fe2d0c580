import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { systemClock } from '../lib/adapters/clock.ts';
import { grantingConfig, judgingConfig, moreTopicsOf, queryConfig, readConfig, retentionOf, settingsOf } from '../lib/adapters/config.ts';
import { dynamoRecords } from '../lib/adapters/dynamodb.ts';
import { dynamoTokens } from '../lib/adapters/dynamodb-tokens.ts';
import { powertoolsJournal } from '../lib/adapters/journal.ts';
import { s3Uploads } from '../lib/adapters/s3.ts';
import { s3Signer } from '../lib/adapters/s3-signer.ts';
import { snsAnnouncer } from '../lib/adapters/sns.ts';
import { alsoTo } from '../lib/adapters/sns-more.ts';
import type { Deps } from '../lib/use-cases/deps.ts';
import type { GrantDeps } from '../lib/use-cases/grant-upload.ts';
import type { Querying } from './requests.ts';

/**
 * Builds once for each environment: a Lambda has one for life, the embedded stack another after a restart. Its calls below are marked as
 * pure, so that a function's bundle has no client that the function does not use.
 */
const onceFor = <T>(build: () => T): (() => T) => {
  let built: { readonly key: string; readonly value: T } | null = null;
  return () => {
    const key = ['TABLE', 'TOPIC_ARN', 'BUCKET', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_DYNAMODB']
      .map((name) => process.env[name])
      .join(' ');
    if (built?.key !== key) built = { key, value: build() };
    return built.value;
  };
};

export const judging = /* @__PURE__ */ onceFor((): Deps => {
  const config = readConfig(judgingConfig, process.env);
  const settings = settingsOf(config);
  const sns = new SNSClient({});
  const journal = powertoolsJournal('closewatch');
  return {
    uploads: s3Uploads(new S3Client({})),
    records: dynamoRecords(new DynamoDBClient({}), config.TABLE, systemClock, retentionOf(config)),
    announcer: alsoTo(snsAnnouncer(sns, config.TOPIC_ARN, settings.linkBase), sns, moreTopicsOf(config), settings.linkBase, journal),
    clock: systemClock,
    journal,
    settings,
    owner: randomUUID(),
  };
});

export const querying = /* @__PURE__ */ onceFor((): Querying => {
  const config = readConfig(queryConfig, process.env);
  return { records: dynamoRecords(new DynamoDBClient({}), config.TABLE, systemClock, retentionOf(config)), clock: systemClock };
});

export const granting = /* @__PURE__ */ onceFor((): GrantDeps => {
  const config = readConfig(grantingConfig, process.env);
  return {
    tokens: dynamoTokens(new DynamoDBClient({}), config.TABLE),
    signer: s3Signer(new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' }), config.BUCKET),
    clock: systemClock,
    journal: powertoolsJournal('closewatch'),
  };
});
