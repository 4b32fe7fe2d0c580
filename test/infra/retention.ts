import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { judgingConfig, queryConfig, readConfig, retentionOf } from '../../lib/adapters/config.ts';
import { outputPackaged, resourcesPackaged } from '../support/template.ts';

/** How long raw uploads, digests, analyses and logs are kept is the deployment's to say, and arrives where it counts. */

const kept = z.object({
  UploadBucket: z.object({
    Properties: z.object({
      LifecycleConfiguration: z.object({
        Rules: z.tuple([z.object({ Status: z.literal('Enabled'), ExpirationInDays: z.coerce.number() })]),
      }),
    }),
  }),
  IngestLogGroup: z.object({ Properties: z.object({ RetentionInDays: z.number() }) }),
});
const environment = z.object({ Properties: z.object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) }) });

const retentionIn = (resources: unknown) => {
  const { UploadBucket, IngestLogGroup } = kept.parse(resources);
  const byFunction = z.record(z.string(), z.unknown()).parse(resources);
  const writers = ['Ingest', 'Sweep', 'Query', 'Attend'].map((name) => {
    const { DIGEST_DAYS, ANALYSIS_DAYS } = environment.parse(byFunction[`${name}LambdaFunction`]).Properties.Environment.Variables;
    const { digests, analyses } = retentionOf(
      readConfig(queryConfig, { TABLE: 't', DIGEST_DAYS: String(DIGEST_DAYS), ANALYSIS_DAYS: String(ANALYSIS_DAYS) }),
    );
    return [digests, analyses];
  });
  const [rule] = UploadBucket.Properties.LifecycleConfiguration.Rules;
  return { raw: rule.ExpirationInDays, writers, logs: IngestLogGroup.Properties.RetentionInDays };
};

/** Packaged elsewhere, so that what other tests look at stays. */
const packagedWith = (...params: readonly string[]): unknown => {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
  try {
    const env = { ...process.env, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
    execFileSync('node_modules/.bin/osls', ['package', '--package', folder, ...params.map((one) => `--param=${one}`)], {
      env,
      stdio: 'pipe',
    });
    return JSON.parse(readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8')).Resources;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test('what is kept is kept for as long as the defaults say', () => {
  const resources = resourcesPackaged();
  assert.deepEqual(retentionIn(resources), { raw: 30, writers: Array(4).fill([3, 400]), logs: 30 });
});

test('parameters of the deployment change it', () => {
  const resources = packagedWith('rawRetentionDays=7', 'digestRetentionDays=2', 'analysisRetentionDays=90', 'logRetentionDays=14');
  assert.deepEqual(retentionIn(resources), { raw: 7, writers: Array(4).fill([2, 90]), logs: 14 });
});

test('a retention that is no number of days is refused when a function starts', () => {
  const full = { TABLE: 't', BUCKET: 'b', TOPIC_ARN: 'arn' };
  for (const days of ['0', '-1', '1.5', 'forever', '99999'])
    for (const name of ['DIGEST_DAYS', 'ANALYSIS_DAYS'])
      assert.throws(() => readConfig(judgingConfig, { ...full, [name]: days }), new RegExp(name), `${name}=${days}`);
});

test('what commands are told of the deployment is what its functions are told', () => {
  const told = z.record(z.string(), z.string()).parse(JSON.parse(z.string().parse(outputPackaged('Judging'))));
  const { Variables } = environment.parse(resourcesPackaged().IngestLambdaFunction).Properties.Environment;
  for (const [name, value] of Object.entries(told)) assert.equal(Variables[name], value, name);
  // Names of resources are asked of CloudFormation; where a link leads and who is told beside matters to nobody who tells nobody.
  const others = /^(?:TABLE|BUCKET|TOPIC_ARN|POWERTOOLS_\w+|LINK_\w+|ACCESS_SECRET|\w+_TOPIC_ARN|AWS_\w+)$/;
  assert.deepEqual(
    Object.keys(Variables)
      .filter((name) => !others.test(name))
      .sort(),
    Object.keys(told).sort(),
  );
});
