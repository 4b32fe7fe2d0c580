import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { topicArn } from '../../lib/local/emulators.ts';
import { type Stack, startStack } from '../../lib/local/stack.ts';
import { uploadExample } from '../../lib/local/upload-example.ts';
import { skipWithoutNewerAwsCli } from '../support/aws-cli.ts';
import { run } from '../support/closewatch.ts';
import { until } from '../support/until.ts';

/** The runbook's commands, run as they stand there, on the embedded stack. */

interface Block {
  readonly heading: string;
  readonly script: string;
}

const blocks = (): readonly Block[] =>
  readFileSync('infra/RUNBOOK.md', 'utf8')
    .split(/^## /m)
    .flatMap((part) =>
      [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, script = '']) => ({ heading: part.split('\n')[0] ?? '', script })),
    );

/** What its answer must hold, given what the stack has been through: that a command ends well is not that it shows anything. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  UploadsWait: /"ApproximateNumberOfMessages": "\d+"/,
  DeadLetters: /dead-letter-of-the-test/,
  UploadsRefused: /web-9.*not-a-snapshot/s,
  PublishingFails: /web-03.*close-wait-leak/s,
  HostsSilent: /web-03/,
  TopicFailures: /sqs\s+arn:aws:sqs:\S+closewatch-email/,
  ApiFails: /web-03/,
  UploadsMany: /\d+ web-03/,
};

const hasTools = skipWithoutNewerAwsCli === false;
let stack: Stack;
let folder = '';

const script = (name: string, line: string): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`);
  chmodSync(join(folder, name), 0o755);
};

const bash = (source: string) => {
  const queue = (name: string): string => `${stack.s3Address}/000000000000/${name}`;
  return run('bash', ['-euo', 'pipefail', '-c', source], {
    ...process.env,
    PATH: `${folder}:${process.env.PATH}`,
    AWS_DEFAULT_REGION: 'us-east-1',
    QUEUE: queue('closewatch-uploads-queue'),
    DEAD_LETTERS: queue('closewatch-dead-letters'),
    BUCKET: stack.bucket,
    TOPIC: topicArn,
    CLOSEWATCH_API: stack.apiAddress,
  });
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
  stack = await startStack({ s3Port: 0, apiPort: 0, stateDir: null, onEmail: () => {}, onSms: () => {} });
  const real = spawnSync('sh', ['-c', 'command -v aws'], { encoding: 'utf8' }).stdout.trim();
  script('aws', `exec ${real} --endpoint-url ${stack.s3Address} "$@"`);
  script('closewatch', `exec ${process.execPath} ${resolve('bin/closewatch.js')} "$@"`);
  await uploadExample();
  const queues = new SQSClient({});
  const QueueUrl = `${stack.s3Address}/000000000000/closewatch-dead-letters`;
  await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: 'dead-letter-of-the-test' }));
  queues.destroy();
  if (hasTools) await bash(`echo hello | aws s3 cp - "s3://$BUCKET/hosts/web-9/snapshots/not-a-snapshot"`);
  const asked = async (path: string): Promise<string> => (await fetch(`${stack.apiAddress}${path}`)).text();
  await until('the analysis', async () => (await asked('/v1/analyses')).includes('close-wait-leak'));
  if (hasTools) await until('the refusal', async () => (await asked('/v1/uploads')).includes('web-9'));
});

after(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true });
});

test('every block that is marked to be run has an expected answer', () => {
  assert.deepEqual(
    blocks()
      .map(({ heading }) => heading)
      .sort(),
    Object.keys(EXPECTED).sort(),
  );
});

for (const { heading, script: source } of blocks())
  test(`${heading}: the command answers`, { skip: skipWithoutNewerAwsCli }, async () => {
    const { stdout, stderr, status } = await bash(source);
    assert.equal(status, 0, stderr);
    assert.match(stdout, EXPECTED[heading] ?? /^$/);
  });

test('the blocks that need a deployed stack are shell all the same', () => {
  const deployed = [...readFileSync('infra/RUNBOOK.md', 'utf8').matchAll(/^```sh deployed\n(.*?)^```$/gms)].map(
    ([, source = '']) => source,
  );
  assert.ok(deployed.length > 5);
  for (const source of deployed) assert.equal(spawnSync('bash', ['-n', '-c', source]).status, 0, source);
});
