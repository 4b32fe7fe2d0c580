import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { METRICS } from '../../lib/use-cases/metrics.ts';
import { ofType } from '../support/template.ts';

/** Alarms, the dashboard and the runbook say the same, of metrics that there are. */

/** Of other namespaces, as AWS documents them: "Available CloudWatch metrics" of SQS, SNS, Lambda and API Gateway's HTTP APIs. */
const AWS_METRICS: Readonly<Record<string, readonly string[]>> = {
  'AWS/SQS': ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible', 'NumberOfMessagesSent'],
  'AWS/SNS': ['NumberOfMessagesPublished', 'NumberOfNotificationsFailed'],
  'AWS/Lambda': ['Errors', 'Throttles', 'Duration', 'Invocations', 'ConcurrentExecutions'],
  'AWS/ApiGateway': ['Count', '4xx', '5xx', 'Latency', 'IntegrationLatency'],
};

const isKnown = (namespace: string, name: string): boolean =>
  namespace === 'Closewatch' ? Object.hasOwn(METRICS, name) : (AWS_METRICS[namespace] ?? []).includes(name);

const dimensions = z.array(z.object({ Name: z.string(), Value: z.unknown() }));
const stat = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions });
const alarm = z.object({
  AlarmDescription: z.string(),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: dimensions.optional(),
  Metrics: z.array(z.object({ MetricStat: z.object({ Metric: stat }).optional() })).optional(),
  AlarmActions: z.array(z.unknown()).min(1),
  OKActions: z.array(z.unknown()).min(1),
  TreatMissingData: z.enum(['breaching', 'notBreaching']),
});

interface Named {
  readonly name: string;
  readonly description: string;
  readonly metrics: readonly z.infer<typeof stat>[];
}

const alarms = (): readonly Named[] =>
  ofType('AWS::CloudWatch::Alarm').map(([name, { Properties }]) => {
    const { AlarmDescription, Metrics, ...single } = alarm.parse(Properties);
    const metrics = Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [stat.parse(single)];
    return { name, description: AlarmDescription, metrics };
  });

const functionNames = (): readonly string[] =>
  ofType('AWS::Lambda::Function').map(([, { Properties }]) => z.string().parse(Properties?.FunctionName));

test('every alarm watches metrics that there are, and wakes somebody', () => {
  const all = alarms();
  assert.ok(all.length > 10);
  for (const { name, metrics } of all) {
    assert.ok(metrics.length > 0, name);
    for (const { Namespace, MetricName } of metrics) assert.ok(isKnown(Namespace, MetricName), `${name}: ${Namespace} ${MetricName}`);
  }
});

test('our own metrics are asked for by the service name that the functions say', () => {
  const [ingest] = ofType('AWS::Lambda::Function');
  const { Environment } = z
    .object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })
    .parse(ingest?.[1].Properties);
  const ours = alarms().flatMap(({ metrics }) => metrics.filter(({ Namespace }) => Namespace === 'Closewatch'));
  assert.ok(ours.length >= 5);
  for (const { Dimensions } of ours)
    assert.deepEqual(Dimensions, [{ Name: 'service', Value: Environment.Variables.POWERTOOLS_SERVICE_NAME }]);
});

test('what is counted as a failure has an alarm', () => {
  const watched = alarms().flatMap(({ metrics }) => metrics.map(({ MetricName }) => MetricName));
  // What is not watched by itself is the measure of the others.
  const figures = Object.keys(METRICS).filter((name) => !['UploadsIngested', 'BusyHosts'].includes(name));
  for (const name of figures) assert.ok(watched.includes(name), name);
});

test('errors and throttles of every function are watched', () => {
  for (const metric of ['Errors', 'Throttles']) {
    const watched = alarms().flatMap(({ metrics }) => metrics.filter(({ MetricName }) => MetricName === metric));
    const names = watched.flatMap(({ Dimensions }) => Dimensions.map(({ Value }) => Value));
    assert.deepEqual(names.sort(), [...functionNames()].sort(), metric);
  }
});

const widget = z.object({
  type: z.enum(['alarm', 'metric']),
  x: z.number().int().min(0).max(23),
  y: z.number().int().min(0),
  width: z.number().int().min(1).max(24),
  height: z.number().int().min(1),
  properties: z.object({
    title: z.string(),
    alarms: z.array(z.string()).optional(),
    metrics: z.array(z.array(z.unknown())).optional(),
    region: z.string().optional(),
  }),
});
const sub = z.object({ 'Fn::Sub': z.tuple([z.string(), z.record(z.string(), z.unknown())]) });

/** What CloudFormation's substitution makes of it, with `<name>` for what only it knows; with a pager. */
const dashboard = (): readonly z.infer<typeof widget>[] => {
  const [only, ...more] = ofType('AWS::CloudWatch::Dashboard');
  assert.ok(only !== undefined && more.length === 0);
  const [body, values] = sub.parse(z.object({ DashboardBody: z.unknown() }).parse(only[1].Properties).DashboardBody)['Fn::Sub'];
  const text = body.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name === 'PagerAlarm') return ', "<PagerFailuresAlarm.Arn>"';
    const value = values[name];
    return typeof value === 'string' ? value : `<${name}>`;
  });
  return z.object({ widgets: z.array(widget) }).parse(JSON.parse(text)).widgets;
};

/** "." stands for what the row above has in the same place. */
const rowsOf = (rows: readonly (readonly unknown[])[]): readonly (readonly string[])[] => {
  const full: string[][] = [];
  for (const row of rows) {
    const cells = row.filter((cell) => typeof cell === 'string');
    full.push(cells.map((cell, i) => (cell === '.' ? (full.at(-1)?.[i] ?? '') : cell)));
  }
  return full;
};

test('the dashboard shows every alarm, and metrics that there are, of every function', () => {
  const widgets = dashboard();
  const shown = widgets.flatMap(({ properties }) => properties.alarms ?? []);
  assert.deepEqual(
    shown.sort(),
    alarms()
      .map(({ name }) => `<${name}.Arn>`)
      .sort(),
  );
  const rows = widgets.flatMap(({ properties }) => rowsOf(properties.metrics ?? []));
  for (const [namespace = '', name = '', ...dimension] of rows) {
    assert.ok(isKnown(namespace, name), `${namespace} ${name}`);
    assert.equal(dimension.length, 2, name);
  }
  for (const metric of Object.keys(METRICS))
    assert.ok(
      rows.some(([, name]) => name === metric),
      metric,
    );
  for (const name of functionNames()) assert.equal(rows.filter(([, , , value]) => value === name).length, 2, name);
  for (const { type, properties } of widgets) if (type === 'metric') assert.equal(properties.region, '<AWS::Region>');
});

test('its widgets fit the grid and do not overlap', () => {
  const taken = new Set<string>();
  for (const { x, y, width, height, properties } of dashboard()) {
    assert.ok(x + width <= 24, properties.title);
    for (let column = x; column < x + width; column += 1)
      for (let row = y; row < y + height; row += 1) {
        assert.ok(!taken.has(`${column} ${row}`), properties.title);
        taken.add(`${column} ${row}`);
      }
  }
});

test('every alarm names its paragraph of the runbook, and there is no other', () => {
  const headings = [...readFileSync('infra/RUNBOOK.md', 'utf8').matchAll(/^## (\w+)$/gm)].map((match) => match[1]);
  const named = alarms().map(({ name, description }) => {
    assert.equal(/ Runbook: (\w+)\.$/.exec(description)?.[1], name.replace(/Alarm$/, ''));
    return name.replace(/Alarm$/, '');
  });
  assert.deepEqual(headings.sort(), named.sort());
});

const subscription = z.object({
  TopicArn: z.unknown(),
  Protocol: z.string(),
  FilterPolicyScope: z.string().optional(),
  FilterPolicy: z.record(z.string(), z.unknown()).optional(),
});

/** SNS delivers to a subscriber with an attribute filter only messages that have the attributes, and CloudWatch's have none. */
test('an alarm goes to topics whose subscribers can get it, by email and by SMS', () => {
  const toOperators = ofType('AWS::SNS::Subscription')
    .map(([, { Properties, Condition }]) => ({ ...subscription.parse(Properties), Condition }))
    .filter(({ TopicArn }) => isDeepStrictEqual(TopicArn, { Ref: 'OperatorsTopic' }));
  assert.deepEqual(
    toOperators.map((one) => [one.Protocol, one.Condition, one.FilterPolicyScope ?? null, one.FilterPolicy ?? null]),
    [
      ['email', 'TellsOperatorsByEmail', null, null],
      ['sms', 'TellsOperatorsBySms', 'MessageBody', { NewStateValue: ['ALARM'] }],
    ],
  );
  for (const [name, { Properties }] of ofType('AWS::CloudWatch::Alarm')) {
    const { AlarmActions, OKActions } = alarm.parse(Properties);
    assert.deepEqual(OKActions, AlarmActions, name);
    // Its own failures are told elsewhere.
    const first = name === 'OperatorsFailuresAlarm' ? 'Topic' : 'OperatorsTopic';
    assert.deepEqual(AlarmActions[0], { Ref: first }, name);
  }
});

test('operators are who is told of hosts, unless others are named', () => {
  const endpoints = Object.fromEntries(ofType('AWS::SNS::Subscription').map(([name, { Properties }]) => [name, Properties?.Endpoint]));
  assert.deepEqual(endpoints.OperatorsEmailSubscription, { 'Fn::If': ['HasOperatorsEmail', '', endpoints.EmailSubscription] });
  assert.deepEqual(endpoints.OperatorsSmsSubscription, { 'Fn::If': ['HasOperatorsSms', '', endpoints.SmsSubscription] });
});
