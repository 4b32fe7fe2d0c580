import { randomUUID } from 'node:crypto';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { type LinkTo, noLink } from '../lib/access/link.ts';
import { systemClock } from '../lib/adapters/clock.ts';
import {
  attendingConfig,
  grantingConfig,
  type JudgingConfig,
  judgingConfig,
  linksOf,
  moreTopicsOf,
  pagesConfig,
  queryConfig,
  readConfig,
  retentionOf,
  settingsOf,
} from '../lib/adapters/config.ts';
import { dynamoRecords } from '../lib/adapters/dynamodb.ts';
import { dynamoTokens } from '../lib/adapters/dynamodb-tokens.ts';
import { powertoolsJournal } from '../lib/adapters/journal.ts';
import { linksWith } from '../lib/adapters/links.ts';
import { powertoolsMeter } from '../lib/adapters/meter.ts';
import { s3Uploads } from '../lib/adapters/s3.ts';
import { s3Downloads } from '../lib/adapters/s3-downloads.ts';
import { s3Signer } from '../lib/adapters/s3-signer.ts';
import { type Rotation, secretRotation } from '../lib/adapters/secret-rotation.ts';
import { secretKeys } from '../lib/adapters/secrets.ts';
import { snsAnnouncer } from '../lib/adapters/sns.ts';
import { alsoTo } from '../lib/adapters/sns-more.ts';
import type { Deps } from '../lib/use-cases/deps.ts';
import type { GrantDeps } from '../lib/use-cases/grant-upload.ts';
import type { AccessKeys, Journal } from '../lib/use-cases/ports.ts';
import type { Attending, Querying, Showing } from './requests.ts';

/**
 * Builds once for each environment: a Lambda has one for life, the embedded stack another after a restart. Its uses are marked as pure, so that
 * a bundle has the clients of its own function only: what it cannot call it needs no right for.
 */
const onceFor = <T>(build: () => T): (() => T) => {
  let built: { readonly key: string; readonly value: T } | null = null;
  return () => {
    const key = ['TABLE', 'TOPIC_ARN', 'BUCKET', 'LINK_BASE', 'ACCESS_SECRET', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_DYNAMODB']
      .map((name) => process.env[name])
      .join(' ');
    if (built?.key !== key) built = { key, value: build() };
    return built.value;
  };
};

/**
 * A call that nobody answers ends, and is tried again, well before the function's own time is over; the SDK would wait for ever. Of an object's body each
 * part counts anew.
 */
const PATIENCE = { requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true } };

const keysIn = (secret: string): AccessKeys => secretKeys(new SecretsManagerClient(PATIENCE), secret, systemClock);

const linksFor = (config: JudgingConfig, journal: Journal): (() => Promise<LinkTo>) => {
  const links = linksOf(config);
  return links === null ? async () => noLink : linksWith(links.base, links.days, keysIn(links.secret), journal);
};

let measured: Metrics | null = null;
/** One for the process, made when it is first asked for: it reads its environment only then, which the embedded stack sets late. */
export const metrics = (): Metrics => {
  measured ??= new Metrics({ namespace: 'Closewatch' });
  return measured;
};

export const judging = /* @__PURE__ */ onceFor((): Deps => {
  const config = readConfig(judgingConfig, process.env);
  const settings = settingsOf(config);
  const sns = new SNSClient(PATIENCE);
  const journal = powertoolsJournal('closewatch');
  const links = linksFor(config, journal);
  const meter = powertoolsMeter(metrics());
  return {
    uploads: s3Uploads(new S3Client(PATIENCE)),
    records: dynamoRecords(new DynamoDBClient(PATIENCE), config.TABLE, systemClock, retentionOf(config)),
    announcer: alsoTo(snsAnnouncer(sns, config.TOPIC_ARN, links), sns, moreTopicsOf(config), links, journal, meter),
    clock: systemClock,
    journal,
    meter,
    settings,
    owner: randomUUID(),
  };
});

export const querying = /* @__PURE__ */ onceFor((): Querying => {
  const config = readConfig(queryConfig, process.env);
  return { records: dynamoRecords(new DynamoDBClient(PATIENCE), config.TABLE, systemClock, retentionOf(config)), clock: systemClock };
});

export const rotating = /* @__PURE__ */ onceFor((): Rotation => secretRotation(new SecretsManagerClient(PATIENCE)));

/** For the pages that people look at. */
export const showing = /* @__PURE__ */ onceFor((): Showing => {
  const config = readConfig(pagesConfig, process.env);
  return { ...querying(), keys: keysIn(config.ACCESS_SECRET), downloads: s3Downloads(new S3Client(PATIENCE)) };
});

/** For what people say, by the API or by a page's form. */
export const attending = /* @__PURE__ */ onceFor((): Attending => {
  const config = readConfig(attendingConfig, process.env);
  return { ...querying(), keys: keysIn(config.ACCESS_SECRET), base: config.LINK_BASE };
});

export const granting = /* @__PURE__ */ onceFor((): GrantDeps => {
  const config = readConfig(grantingConfig, process.env);
  return {
    tokens: dynamoTokens(new DynamoDBClient(PATIENCE), config.TABLE),
    signer: s3Signer(new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' }), config.BUCKET),
    clock: systemClock,
    journal: powertoolsJournal('closewatch'),
  };
});
