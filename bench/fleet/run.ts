import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import { systemClock } from '../../lib/adapters/clock.ts';
import { dynamoRecords } from '../../lib/adapters/dynamodb.ts';
import { localContext } from '../../lib/local/api.ts';
import { NAMES } from '../../lib/local/emulators.ts';
import { notificationFor } from '../../lib/local/notifications.ts';
import { startWorker } from '../../lib/local/worker.ts';
import { culpritOf, isTroubled, minuteOf, nameOf, type Upload } from './hosts.ts';
import { machine, quantile } from './measure.ts';
import { MINUTE_MS } from './simulated.ts';

/**
 * A fleet through the true handlers: `node bench/fleet/run.ts [HOSTS] [MINUTES]`. S3, SNS and DynamoDB are the emulators, in a process of
 * their own; the queue is this process, which hands out batches of ten as Lambda's event source mapping does, some at a time.
 */

const HOSTS = Number(process.argv[2] ?? 200);
const MINUTES = Number(process.argv[3] ?? 14);
const LEAK_FROM = 4;
const BATCH = 10;
const AT_ONCE = 8;

const emulators = fork(new URL('emulators.ts', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
const [started] = await once(emulators, 'message');
Object.assign(process.env, z.object({ environment: z.record(z.string(), z.string()) }).parse(started).environment);
const { handler: ingest } = await import('../../functions/ingest.ts');
const { handler: sweep } = await import('../../functions/sweep.ts');

const s3 = new S3Client({});
const sqs = new SQSClient({});
const told: { readonly host: string; readonly transition: string; readonly at: number }[] = [];
const publication = z.object({ MessageAttributes: z.record(z.string(), z.object({ Value: z.string() })) });
const listener = startWorker(sqs, `${process.env.AWS_ENDPOINT_URL_SQS}/000000000000/${NAMES.email}`, async (messages) => {
  for (const { Body } of messages) {
    const { host, transition } = publication.parse(JSON.parse(Body ?? '{}')).MessageAttributes;
    told.push({ host: host?.Value ?? '', transition: transition?.Value ?? '', at: performance.now() });
  }
  return new Set(messages.map(({ MessageId }) => MessageId ?? ''));
});

/** Runs `act` on all, so many at a time. */
const inParallel = async <T>(all: readonly T[], atOnce: number, act: (one: T) => Promise<void>): Promise<void> => {
  const rest = all.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of rest) await act(one);
    }),
  );
};

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const total = { uploads: 0, ms: 0, cpu: 0 };
const waits: number[] = [];
const heardAfter: number[] = [];

const handle = async (uploads: readonly Upload[], herdAt: number): Promise<void> => {
  const records = uploads.map(({ key }, i) => ({ messageId: String(i), body: notificationFor(key, new Date().toISOString()) }));
  const answer: SQSBatchResponse = await ingest({ Records: records }, localContext);
  assert.deepEqual(answer.batchItemFailures, []);
  for (const _ of uploads) waits.push(performance.now() - herdAt);
};

const batchesOf = (uploads: readonly Upload[]): readonly (readonly Upload[])[] =>
  Array.from({ length: Math.ceil(uploads.length / BATCH) }, (_, i) => uploads.slice(i * BATCH, (i + 1) * BATCH));

/** All hosts at once, with what comes late from before. */
const runMinute = async (due: readonly Upload[]): Promise<void> => {
  await inParallel(due, AT_ONCE, async ({ key, body }) => {
    await s3.send(new PutObjectCommand({ Bucket: NAMES.bucket, Key: key, Body: body }));
  });
  const messages = due.flatMap((upload) => Array.from({ length: upload.times }, () => upload));
  const [began, cpu, known] = [performance.now(), cpuMs(), told.length];
  await inParallel(batchesOf(messages), AT_ONCE, (batch) => handle(batch, began));
  total.uploads += messages.length;
  total.ms += performance.now() - began;
  total.cpu += cpuMs() - cpu;
  await new Promise((resolve) => void setTimeout(resolve, 300));
  heardAfter.push(...told.slice(known).map(({ at }) => at - began));
  await sweep({}, localContext);
};

const fleet = { hosts: HOSTS, from: new Date(Date.now() - MINUTES * MINUTE_MS).toISOString(), leakFrom: LEAK_FROM };
let late: readonly { readonly upload: Upload; readonly minute: number }[] = [];
for (let minute = 0; minute < MINUTES; minute += 1) {
  const all = minuteOf(fleet, minute);
  const due = [...all.filter((upload) => upload.late === 0), ...late.filter((one) => one.minute <= minute).map(({ upload }) => upload)];
  late = [
    ...late.filter((one) => one.minute > minute),
    ...all.flatMap((upload) => (upload.late === 0 ? [] : [{ upload, minute: minute + upload.late }])),
  ];
  await runMinute(due);
}

const troubled = Array.from({ length: HOSTS }, (_, host) => host).filter(isTroubled);
const records = dynamoRecords(new DynamoDBClient({}), NAMES.table, systemClock);
const { items } = await records.listAnalyses({}, 1000, null);
// One case for each troubled host, with its own culprit; none for anybody else, whatever came late or twice.
assert.deepEqual(
  items.map(({ host, status, cause, culprit }) => [host, status, cause, culprit?.command]).sort(),
  troubled.map((host) => [nameOf(host), 'open', 'close-wait-leak', culpritOf(host)]),
);
const openings = told.filter(({ transition }) => transition === 'opened' || transition === 'together');
assert.deepEqual(new Set(openings.map(({ host }) => host)), new Set(troubled.map(nameOf)));
assert.equal(openings.length, troubled.length, 'each is opened once');

emulators.send('cpu');
const [answer] = await once(emulators, 'message');
const theirs = z.object({ cpuMs: z.number() }).parse(answer).cpuMs;
const line = (what: string, value: string): void => void process.stdout.write(`${what.padEnd(44)} ${value}\n`);
line('machine', machine());
line('hosts, minutes, uploads told of', `${HOSTS}, ${MINUTES}, ${total.uploads}`);
line('uploads a second, through the emulators', (total.uploads / (total.ms / 1000)).toFixed(0));
line("uploads a second and core of the handlers' CPU", (total.uploads / (total.cpu / 1000)).toFixed(0));
line('CPU of one upload', `${(total.cpu / total.uploads).toFixed(2)} ms; of the emulators ${(theirs / total.uploads).toFixed(2)} ms`);
line('from the herd to an upload judged, p50, p99', `${quantile(waits, 0.5).toFixed(0)}, ${quantile(waits, 0.99).toFixed(0)} ms`);
line('from the herd to a message, p50, p99', `${quantile(heardAfter, 0.5).toFixed(0)}, ${quantile(heardAfter, 0.99).toFixed(0)} ms`);
line('incidents, messages, messages an incident', `${troubled.length}, ${told.length}, ${(told.length / troubled.length).toFixed(2)}`);
const kinds = told.map(({ transition }) => transition);
line('messages by kind', [...new Set(kinds)].map((kind) => `${kind} ${kinds.filter((one) => one === kind).length}`).join(', '));
await listener.stop();
emulators.disconnect();
s3.destroy();
sqs.destroy();
process.exit(0);
