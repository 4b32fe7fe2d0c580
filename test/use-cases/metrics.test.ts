import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { powertoolsMeter } from '../../lib/adapters/meter.ts';
import { METRICS } from '../../lib/use-cases/metrics.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { conflict, HEALTHY, Hosts, snapshot } from '../support/hosts.ts';
import { open } from '../support/memory.ts';

/** What operators see of a service that fails: each failure is counted where it is caught. */

const HOUR_MS = 60 * 60_000;

test('a sweep says that it was, what it found, and what it could not settle', async () => {
  const hosts = new Hosts();
  hosts.world.silentAfterMs = HOUR_MS;
  await hosts.take([snapshot('web-1', 0, HEALTHY), snapshot('web-2', 0, HEALTHY)]);
  hosts.world.now += 2 * HOUR_MS;
  let broken = 0;
  const deps = hosts.world.deps(async (call) => {
    if (call !== 'readBoard' || broken > 0) return;
    broken += 1;
    throw new Error('throttled');
  }, 'sweep');
  const outcome = await sweep(deps);
  assert.equal(broken, 1);
  assert.deepEqual([outcome.silent, outcome.failed.length], [1, 1]);
  assert.deepEqual(Object.fromEntries(hosts.world.counted), { BusyHosts: 0, SilentHosts: 1, SettlingFailed: 1, SweepsCompleted: 1 });
});

test('a message that SNS refuses is counted, and so is each further try', async () => {
  const hosts = new Hosts();
  const refuse = async (call: string): Promise<void> => {
    if (call === 'publish') throw new Error('no');
  };
  const [before, failure, after] = conflict('web-1', 0, 7);
  assert.ok(before !== undefined && failure !== undefined && after !== undefined);
  await hosts.take([before, after]);
  await assert.rejects(hosts.take([failure], refuse));
  assert.equal(hosts.world.counted.get('PublishingFailed'), 1);
  await sweep(hosts.world.deps(refuse, 'b'));
  assert.equal(hosts.world.counted.get('PublishingFailed'), 2);
  await sweep(hosts.world.deps(open, 'c'));
  assert.equal(hosts.world.counted.get('PublishingFailed'), 2);
  assert.equal(hosts.world.published.length, 1);
});

test('figures leave as the embedded metric format, by the service they are of', () => {
  const metrics = new Metrics({ namespace: 'Closewatch', serviceName: 'closewatch-test' });
  powertoolsMeter(metrics).count('SilentHosts', 3);
  const { _aws, ...values } = metrics.serializeMetrics();
  assert.deepEqual(values, { service: 'closewatch-test', SilentHosts: 3 });
  assert.deepEqual(_aws.CloudWatchMetrics, [
    { Namespace: 'Closewatch', Dimensions: [['service']], Metrics: [{ Name: 'SilentHosts', Unit: 'Count' }] },
  ]);
});

test('every metric is counted somewhere', async () => {
  const { globSync, readFileSync } = await import('node:fs');
  const code = globSync(['lib/**/*.ts', 'functions/*.ts']).map((path) => readFileSync(path, 'utf8'));
  for (const metric of Object.keys(METRICS))
    assert.ok(
      code.some((text) => text.includes('count(') && text.includes(`'${metric}'`)),
      metric,
    );
});
