import type { Server } from 'node:http';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { type Message, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { localContext, startApi } from './api.ts';
import { type Emulators, environmentFor, NAMES, startEmulators } from './emulators.ts';
import { notifyOfUploads } from './notifications.ts';
import { announceStack, withdrawStack } from './running.ts';
import { type Delivery, deliveryIn } from './subscriber.ts';
import { startWorker, type Worker } from './worker.ts';

export interface StackOptions {
  readonly s3Port: number;
  readonly apiPort: number;
  /** `null` keeps state in memory. */
  readonly stateDir: string | null;
  readonly onEmail: (delivery: Delivery) => void;
  readonly onSms: (delivery: Delivery) => void;
  readonly sweepEveryMs?: number;
}

export interface Stack {
  readonly s3Address: string;
  readonly apiAddress: string;
  readonly bucket: string;
  /** Whether nothing has ever been uploaded. */
  isEmpty(): Promise<boolean>;
  stop(): Promise<void>;
}

const tellOfSweep = (error: unknown): void =>
  void process.stderr.write(`closewatch: the sweep failed (${error instanceof Error ? error.message : String(error)})\n`);

/** Deployed, the schedule is a minute too. */
const SWEEP_EVERY_MS = 60_000;

const queueUrl = (address: string, name: string): string => `${address}/000000000000/${name}`;

/** Loaded when the environment is set, as Lambda loads them: some of what they import reads it at once. */
const loadFunctions = async () => {
  const [{ handler: ingest }, { handler: sweep }] = await Promise.all([
    import('../../functions/ingest.ts'),
    import('../../functions/sweep.ts'),
  ]);
  return { ingest, sweep };
};

type Functions = Awaited<ReturnType<typeof loadFunctions>>;

const invokeIngest =
  (functions: Functions) =>
  async (messages: readonly Message[]): Promise<ReadonlySet<string>> => {
    const records = messages.map(({ MessageId, Body, Attributes }) => ({
      messageId: MessageId ?? '',
      body: Body ?? '',
      attributes: { ApproximateReceiveCount: Attributes?.ApproximateReceiveCount ?? '1' },
    }));
    const response: SQSBatchResponse = await functions.ingest({ Records: records }, localContext);
    const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    return new Set(records.map(({ messageId }) => messageId).filter((id) => !failed.has(id)));
  };

const subscriberFor =
  (protocol: 'email' | 'sms', deliver: (delivery: Delivery) => void) =>
  async (messages: readonly { readonly MessageId?: string | undefined }[]) => {
    for (const message of messages) {
      const delivery = deliveryIn(message, protocol);
      if (delivery !== null) deliver(delivery);
    }
    return new Set(messages.map(({ MessageId }) => MessageId ?? ''));
  };

const portOf = (server: Server): number => {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
};

const startWorkers = (client: SQSClient, address: string, options: StackOptions, functions: Functions): readonly Worker[] => [
  startWorker(client, queueUrl(address, NAMES.uploads), invokeIngest(functions)),
  startWorker(client, queueUrl(address, NAMES.email), subscriberFor('email', options.onEmail)),
  startWorker(client, queueUrl(address, NAMES.sms), subscriberFor('sms', options.onSms)),
];

const startApiOr = async (port: number, emulators: Emulators): Promise<Server> => {
  try {
    return await startApi(port);
  } catch (error) {
    await emulators.stop();
    throw error;
  }
};

/**
 * The whole service in one process: the same handlers, through the same SDK clients, over emulators of S3, SNS, SQS and DynamoDB.
 *
 * @throws PortTakenError
 */
/** The first at once: what a stack left waiting when it was stopped need not wait longer. */
const startSweeps = (sweep: Functions['sweep'], everyMs: number): { stop(): Promise<void> } => {
  const run = async (): Promise<void> => void (await sweep({}, localContext).catch(tellOfSweep));
  let running = run();
  const timer = setInterval(() => {
    running = running.then(run);
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
};

export const startStack = async (options: StackOptions): Promise<Stack> => {
  const emulators = await startEmulators(options.s3Port, options.stateDir);
  const api = await startApiOr(options.apiPort, emulators);
  const apiAddress = `http://127.0.0.1:${portOf(api)}`;
  Object.assign(process.env, environmentFor(emulators, apiAddress));
  notifyOfUploads(emulators.aws);
  const queues = new SQSClient({});
  const objects = new S3Client({});
  const functions = await loadFunctions();
  if (options.stateDir !== null)
    await announceStack(options.stateDir, { pid: process.pid, aws: emulators.s3Address, table: emulators.tableAddress, api: apiAddress });
  const workers = startWorkers(queues, emulators.s3Address, options, functions);
  const sweeps = startSweeps(functions.sweep, options.sweepEveryMs ?? SWEEP_EVERY_MS);
  return {
    s3Address: emulators.s3Address,
    apiAddress,
    bucket: NAMES.bucket,
    isEmpty: async () => (await objects.send(new ListObjectsV2Command({ Bucket: NAMES.bucket, MaxKeys: 1 }))).KeyCount === 0,
    stop: async () => {
      await sweeps.stop();
      if (options.stateDir !== null) await withdrawStack(options.stateDir);
      await Promise.all(workers.map((worker) => worker.stop()));
      api.closeAllConnections();
      api.close();
      queues.destroy();
      objects.destroy();
      await emulators.stop();
    },
  };
};
