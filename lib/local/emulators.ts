import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import table from '../../infra/table.json' with { type: 'json' };
import { startSecrets } from './secrets.ts';

/** The emulators of S3, SNS, SQS (fauxqs) and DynamoDB (dynalite), and what the deployed stack would have created in them. */

export const NAMES = {
  bucket: 'closewatch-uploads',
  topic: 'closewatch-analyses',
  table: 'closewatch',
  uploads: 'closewatch-uploads-queue',
  deadLetters: 'closewatch-dead-letters',
  email: 'closewatch-email',
  sms: 'closewatch-sms',
} as const;

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
/** As deployed: an upload that fails so often goes to the dead-letter queue. */
const MAX_RECEIVES = 5;

export const topicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:${NAMES.topic}`;

/** A port that somebody else has: named, with the option that changes it. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

export interface Emulators {
  readonly aws: FauxqsServer;
  readonly s3Address: string;
  readonly tableAddress: string;
  readonly secretsAddress: string;
  stop(): Promise<void>;
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** @throws PortTakenError */
export const portTaken = (port: number, option: string, error: unknown): unknown =>
  isTaken(error) ? new PortTakenError(`Port ${port} is taken by another program: choose another with ${option}.`, { cause: error }) : error;

const startAws = async (port: number, dataDir: string | null): Promise<FauxqsServer> => {
  try {
    return await startFauxqs({
      port,
      host: '127.0.0.1',
      logger: false,
      defaultRegion: REGION,
      messageSpies: true,
      ...(dataDir === null ? {} : { dataDir }),
    });
  } catch (error) {
    throw portTaken(port, '--s3-port', error);
  }
};

const setUp = (aws: FauxqsServer): void => {
  const deadLetterArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:${NAMES.deadLetters}`;
  aws.setup({
    queues: [
      { name: NAMES.deadLetters },
      {
        name: NAMES.uploads,
        attributes: {
          VisibilityTimeout: '60',
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount: String(MAX_RECEIVES) }),
        },
      },
      { name: NAMES.email },
      { name: NAMES.sms },
    ],
    topics: [{ name: NAMES.topic }],
    subscriptions: [
      { topic: NAMES.topic, queue: NAMES.email },
      { topic: NAMES.topic, queue: NAMES.sms, attributes: { FilterPolicy: JSON.stringify({ severity: ['critical', 'warning'] }) } },
    ],
    buckets: [NAMES.bucket],
  });
};

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new TypeError('the table has no port'));
      else resolve(address.port);
    });
  });

/** The same definition that is deployed. */
export const createTable = async (endpoint: string, name: string): Promise<void> => {
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  try {
    await client.send(new CreateTableCommand({ TableName: name, ...tableInput(table) }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  } finally {
    client.destroy();
  }
};

type TableInput = Omit<ConstructorParameters<typeof CreateTableCommand>[0], 'TableName'>;

/** The JSON's strings are the SDK's enums. */
const keyType = (text: string): 'HASH' | 'RANGE' => (text === 'HASH' ? 'HASH' : 'RANGE');
const keys = (schema: typeof table.KeySchema) => schema.map(({ AttributeName, KeyType }) => ({ AttributeName, KeyType: keyType(KeyType) }));

const tableInput = (definition: typeof table): TableInput => ({
  AttributeDefinitions: definition.AttributeDefinitions.map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' as const })),
  KeySchema: keys(definition.KeySchema),
  GlobalSecondaryIndexes: definition.GlobalSecondaryIndexes.map((index) => ({
    IndexName: index.IndexName,
    KeySchema: keys(index.KeySchema),
    Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: index.Projection.NonKeyAttributes },
  })),
  BillingMode: 'PAY_PER_REQUEST',
});

const close = (server: Server): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));

/** @param stateDir where state survives a restart; `null` keeps it in memory */
export const startEmulators = async (s3Port: number, stateDir: string | null): Promise<Emulators> => {
  if (stateDir !== null) await mkdir(join(stateDir, 'aws'), { recursive: true });
  const aws = await startAws(s3Port, stateDir === null ? null : join(stateDir, 'aws'));
  setUp(aws);
  const tables = dynalite({ createTableMs: 0, ...(stateDir === null ? {} : { path: join(stateDir, 'table') }) });
  const tableAddress = `http://127.0.0.1:${await listen(tables)}`;
  await createTable(tableAddress, NAMES.table);
  const secrets = await startSecrets(stateDir);
  return {
    aws,
    s3Address: `http://127.0.0.1:${aws.port}`,
    tableAddress,
    secretsAddress: secrets.address,
    stop: async () => {
      await aws.stop();
      tables.closeAllConnections();
      await close(tables);
      secrets.server.closeAllConnections();
      await close(secrets.server);
    },
  };
};

/** How the functions judge here. What is tried out was uploaded once: nobody wants to hear that it is not uploaded again. */
export const LOCAL_JUDGING = { SILENT_AFTER_SECONDS: '0' } as const;

/** What the functions' environment is in the cloud, here: they reach the emulators through the SDK's own variables. */
export const environmentFor = (emulators: Emulators, linkBase: string): Readonly<Record<string, string>> => ({
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_S3: emulators.s3Address,
  AWS_ENDPOINT_URL_SNS: emulators.s3Address,
  AWS_ENDPOINT_URL_SQS: emulators.s3Address,
  AWS_ENDPOINT_URL_DYNAMODB: emulators.tableAddress,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: emulators.secretsAddress,
  ACCESS_SECRET: 'closewatch-access',
  TABLE: NAMES.table,
  BUCKET: NAMES.bucket,
  TOPIC_ARN: topicArn,
  LINK_BASE: linkBase,
  ...LOCAL_JUDGING,
  POWERTOOLS_LOG_LEVEL: process.env.POWERTOOLS_LOG_LEVEL ?? 'ERROR',
  POWERTOOLS_METRICS_DISABLED: 'true',
});
