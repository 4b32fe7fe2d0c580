import './alarms.ts';
import './retention.ts';
import './rights.ts';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { z } from 'zod';
import table from '../../infra/table.json' with { type: 'json' };
import { MAX_RECEIVES } from '../../lib/use-cases/deliveries.ts';
import { type Resource, resourcesPackaged } from '../support/template.ts';

/** Over the packaged CloudFormation: what would be deployed. */

const statement = z.object({ Effect: z.string(), Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() });
const policies = z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(statement) }) }));

let resources: Readonly<Record<string, Resource>> = {};

const ofType = (type: string): readonly Resource[] => Object.values(resources).filter(({ Type }) => Type === type);
const only = (type: string): Readonly<Record<string, unknown>> => {
  const [first, ...more] = ofType(type);
  assert.ok(first !== undefined && more.length === 0, `one ${type}`);
  return first.Properties ?? {};
};

before(() => {
  resources = resourcesPackaged();
});

const actionsOf = (role: string): readonly string[] =>
  policies
    .parse(resources[role]?.Properties?.Policies)
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(({ Action }) => Action))
    .sort();

test('gives each function a role of its own, with what it calls and no wildcard', () => {
  const roles = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
  assert.deepEqual(roles.map(([name]) => name).sort(), [
    'AttendRole',
    'IngestRole',
    'PagesRole',
    'QueryRole',
    'RotateRole',
    'SweepRole',
    'UploadsRole',
  ]);
  for (const [name, role] of roles) {
    for (const { Action, Resource } of policies
      .parse(role.Properties?.Policies)
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)) {
      assert.ok(![Action].flat().some((action) => action.includes('*')), `${name}: ${Action}`);
      assert.notEqual(Resource, '*', name);
    }
  }
  assert.deepEqual(actionsOf('QueryRole'), [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:Query',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]);
});

test('keeps uploads private, encrypted, over TLS only, and for a limited time', () => {
  const bucket = resources.UploadBucket?.Properties ?? {};
  assert.deepEqual(bucket.PublicAccessBlockConfiguration, {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  });
  assert.ok(bucket.BucketEncryption !== undefined && bucket.LifecycleConfiguration !== undefined);
  assert.match(JSON.stringify(resources.UploadBucketPolicy), /"Effect":"Deny".*"aws:SecureTransport":"false"/);
  const policies = ofType('AWS::SNS::TopicPolicy');
  assert.equal(policies.length, ofType('AWS::SNS::Topic').length);
  for (const policy of policies) assert.match(JSON.stringify(policy), /"aws:SecureTransport":"false"/);
  assert.match(JSON.stringify(bucket.NotificationConfiguration), /s3:ObjectCreated:\*/);
});

test('gives the queue a dead-letter queue, encrypts both, and lets only this bucket write', () => {
  const queues = ofType('AWS::SQS::Queue').map(({ Properties }) => Properties ?? {});
  assert.equal(queues.length, 2);
  assert.ok(queues.every(({ SqsManagedSseEnabled }) => SqsManagedSseEnabled === true));
  const [uploads, dead] = [resources.UploadQueue?.Properties, resources.DeadLetterQueue?.Properties];
  assert.match(JSON.stringify(uploads?.RedrivePolicy), new RegExp(`"maxReceiveCount":${MAX_RECEIVES}\\b`));
  // As Lambda asks for; and a dead letter's time counts from when it was sent.
  assert.ok(Number(uploads?.VisibilityTimeout) >= 6 * Number(resources.IngestLambdaFunction?.Properties?.Timeout));
  assert.ok(Number(dead?.MessageRetentionPeriod) > Number(uploads?.MessageRetentionPeriod));
  assert.match(JSON.stringify(resources.UploadQueuePolicy), /aws:SourceAccount.*aws:SourceArn/);
  assert.match(JSON.stringify(only('AWS::Lambda::EventSourceMapping')), /ReportBatchItemFailures/);
});

test('deploys the table that the embedded stack has, with expiry and recovery', () => {
  const deployed = only('AWS::DynamoDB::Table');
  for (const [name, value] of Object.entries(table)) assert.deepEqual(deployed[name], value, name);
  assert.match(JSON.stringify(deployed), /"AttributeName":"expires","Enabled":true.*"PointInTimeRecoveryEnabled":true/);
});

/** Who checks each route that API Gateway lets anybody ask for. */
const CHECKED_BY_THE_FUNCTION = [
  // A host's token.
  'POST /v1/uploads',
  // A session, or for one analysis its signed link (`test/functions/pages.test.ts`).
  'GET /',
  'GET /open',
  'GET /analyses',
  'GET /analyses/{id}',
  'GET /analyses/{id}/evidence/{n}',
  'GET /hosts',
  'GET /hosts/{host}',
  // A session, and the form's own token.
  'POST /analyses/{id}/acknowledgement',
  'POST /silences',
  'POST /silences/{id}/end',
];

test('lets nobody into the API without IAM, but where the function checks who it is; and throttles it', () => {
  const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties ?? {});
  const open = routes.filter(({ AuthorizationType }) => AuthorizationType !== 'AWS_IAM').map(({ RouteKey }) => RouteKey);
  assert.deepEqual(open.sort(), [...CHECKED_BY_THE_FUNCTION].sort());
  const stage = only('AWS::ApiGatewayV2::Stage');
  assert.match(JSON.stringify(stage.DefaultRouteSettings), /ThrottlingRateLimit/);
  assert.match(JSON.stringify(stage.RouteSettings), /"POST \/v1\/uploads":\{"ThrottlingBurstLimit"/);
  assert.doesNotMatch(JSON.stringify(stage.AccessLogSettings), /queryString|authorization/i);
});

test('runs Node 24 on arm64, and wakes somebody when it breaks', () => {
  for (const { Properties } of ofType('AWS::Lambda::Function'))
    assert.deepEqual([Properties?.Runtime, Properties?.Architectures], ['nodejs24.x', ['arm64']]);
  assert.ok(ofType('AWS::CloudWatch::Alarm').length >= 5);
  for (const { Properties } of ofType('AWS::Logs::LogGroup')) assert.ok(Properties?.RetentionInDays !== undefined);
});

test('signs links with a key that AWS makes, and replaces before the links of the one before are over', () => {
  const secret = only('AWS::SecretsManager::Secret');
  assert.ok(secret.GenerateSecretString !== undefined && secret.SecretString === undefined);
  const { RotationRules } = only('AWS::SecretsManager::RotationSchedule');
  assert.deepEqual(RotationRules, { ScheduleExpression: 'rate(30 days)' });
  assert.match(JSON.stringify(resources.RotatePermission), /secretsmanager\.amazonaws\.com.*AWS::AccountId/);
});

test('asks nothing of the account that a new one has not', () => {
  // Of ten functions at once, which is all that many new accounts may run, Lambda gives none away: the stack would not be created.
  for (const { Properties } of ofType('AWS::Lambda::Function')) assert.equal(Properties?.ReservedConcurrentExecutions, undefined);
});

test('starts a sweep that failed or came late not again, since the next one comes in a minute', () => {
  const { FunctionName, MaximumRetryAttempts, MaximumEventAgeInSeconds } = only('AWS::Lambda::EventInvokeConfig');
  assert.match(JSON.stringify(FunctionName), /SweepLambdaFunction/);
  assert.deepEqual([MaximumRetryAttempts, MaximumEventAgeInSeconds], [0, 60]);
});

test('keeps uploads and table when the stack is deleted, but leaves nothing of one whose creation failed, so that it can be tried again', () => {
  for (const name of ['UploadBucket', 'Table']) assert.equal(resources[name]?.DeletionPolicy, 'RetainExceptOnCreate', name);
});
