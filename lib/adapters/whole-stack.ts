import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod/mini';
import { type JudgingConfig, judgingConfig, retentionOf } from './config.ts';
import { askDeployment, DeploymentError } from './deployment.ts';
import type { Retention } from './dynamodb.ts';

/** A stack with all that a command may need of it, deployed or embedded. */
export interface WholeStack {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly sns: SNSClient;
  readonly bucket: string;
  readonly table: string;
  readonly topicArn: string;
  /** The API's address; `null` where the stack does not tell. */
  readonly api: string | null;
  /** How its functions judge. */
  readonly config: JudgingConfig;
  readonly retention: Retention;
  close(): void;
}

/** What the stack's output `Judging` holds (infra/outputs.yml). */
const environment = z.record(z.string(), z.string());

const configOf = (judging: string, names: Pick<WholeStack, 'bucket' | 'table' | 'topicArn'>): JudgingConfig => {
  const stated = environment.parse(JSON.parse(judging));
  return judgingConfig.parse({ ...stated, TABLE: names.table, BUCKET: names.bucket, TOPIC_ARN: names.topicArn });
};

const whole = (
  clients: Pick<WholeStack, 's3' | 'dynamo' | 'sns'>,
  names: Pick<WholeStack, 'bucket' | 'table' | 'topicArn' | 'api'>,
  judging: string,
): WholeStack => {
  const config = configOf(judging, names);
  const close = (): void => {
    for (const client of [clients.s3, clients.dynamo, clients.sns]) client.destroy();
  };
  return { ...clients, ...names, config, retention: retentionOf(config), close };
};

/** @throws DeploymentError where the stack cannot be asked, or is older than this version */
export const wholeDeployed = (stack: string, region: string | undefined): Promise<WholeStack> => {
  const options = region === undefined ? {} : { region };
  return askDeployment(stack, options, async ({ nameOf, outputOf }) => {
    const [table, bucket, topicArn] = await Promise.all([nameOf('Table'), nameOf('UploadBucket'), nameOf('Topic')]);
    const judging = outputOf('Judging');
    if (judging === null) throw new DeploymentError(`The stack ${stack} does not say how it judges: deploy this version first.`);
    const clients = { s3: new S3Client(options), dynamo: new DynamoDBClient(options), sns: new SNSClient(options) };
    return whole(clients, { table, bucket, topicArn, api: outputOf('HttpApiUrl') }, judging);
  });
};

/** Where the embedded stack's emulators listen. */
export interface LocalPlaces extends Pick<WholeStack, 'bucket' | 'table' | 'topicArn'> {
  readonly aws: string;
  readonly tableAddress: string;
  readonly api: string;
  readonly judging: string;
}

/** The embedded stack asks for no credentials. */
export const wholeLocal = ({ aws, tableAddress, judging, ...names }: LocalPlaces): WholeStack => {
  const options = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const clients = {
    s3: new S3Client({ ...options, endpoint: aws, forcePathStyle: true }),
    sns: new SNSClient({ ...options, endpoint: aws }),
    dynamo: new DynamoDBClient({ ...options, endpoint: tableAddress }),
  };
  return whole(clients, names, judging);
};
