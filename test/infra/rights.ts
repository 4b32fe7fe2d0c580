import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callsOf, deployedFunctions, identityPolicies, type Statement, statementsIn, statementsOf } from '../support/functions.ts';
import { ofType, resourcesPackaged } from '../support/template.ts';

/** Who may do what, over the packaged template: no more than the code calls. test/infra/calls.test.ts has what it calls when it runs. */

/** What a role needs beside the calls in its function's code, and what it follows from. */
const implied = (name: string, calls: ReadonlySet<string>): readonly string[] => {
  const isFedByQueue = JSON.stringify(ofType('AWS::Lambda::EventSourceMapping')).includes(
    `"${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction"`,
  );
  return [
    // Lambda writes the function's log with its role.
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    // Lambda polls the queue with it.
    ...(isFedByQueue ? ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'] : []),
    // Without it S3 answers 403 rather than 404 for an object that is gone.
    ...(calls.has('s3:GetObject') ? ['s3:ListBucket'] : []),
    // The topics are encrypted by our key.
    ...(calls.has('sns:Publish') ? ['kms:GenerateDataKey', 'kms:Decrypt'] : []),
  ];
};

const actionsOf = (role: string): readonly string[] => [...new Set(statementsOf(role).flatMap(({ Action }) => Action))].sort();

test('no role and no managed policy has a wildcard in an action, or a resource that is all', () => {
  const policies = identityPolicies();
  assert.ok(policies.length > 5);
  for (const [id, statements] of policies)
    for (const { Action, Resource, Effect } of statements) {
      assert.equal(Effect, 'Allow', id);
      for (const action of Action) assert.doesNotMatch(action, /[*?]/, `${id}: ${action}`);
      for (const text of [...JSON.stringify(Resource).matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '')) {
        assert.notEqual(text, '*', id);
        // A wildcard ends a resource and begins below a name: the bucket's folders, one function's log.
        if (text.includes('*')) assert.match(text, /(?:[\w}/-]\/|log-group:[\w/-]+:)\*$/, `${id}: ${text}`);
      }
    }
});

test('no role may do what its function does not call, by its imports', async () => {
  for (const { name, role } of deployedFunctions()) {
    const calls = await callsOf(name);
    assert.ok(calls.size > 0, name);
    const may = new Set([...calls, ...implied(name, calls)]);
    for (const action of actionsOf(role)) assert.ok(may.has(action), `${role} may ${action}, which functions/${name}.ts does not call`);
  }
});

test('the functions that judge may do all that they import', async () => {
  for (const name of ['ingest', 'sweep']) {
    const role = deployedFunctions().find((one) => one.name === name)?.role ?? '';
    const calls = await callsOf(name);
    const needed = new Set([...calls, ...implied(name, calls)]);
    assert.deepEqual(actionsOf(role), [...needed].sort(), name);
  }
});

test('each function has a role of its own, and each role is some function’s', () => {
  const roles = deployedFunctions().map(({ role }) => role);
  assert.equal(new Set(roles).size, roles.length);
  assert.deepEqual(
    [...roles].sort(),
    ofType('AWS::IAM::Role')
      .map(([id]) => id)
      .sort(),
  );
  for (const [id, { Properties }] of ofType('AWS::IAM::Role')) {
    const [only, ...more] = statementsIn(
      Properties?.AssumeRolePolicyDocument === undefined ? null : withResource(Properties.AssumeRolePolicyDocument),
    );
    assert.deepEqual([only?.Principal, only?.Action, more.length], [{ Service: 'lambda.amazonaws.com' }, ['sts:AssumeRole'], 0], id);
  }
});

/** A trust policy has no resource: it is the role itself. */
const withResource = (policy: unknown): unknown =>
  JSON.parse(JSON.stringify(policy), (key, value) =>
    key === 'Statement' && Array.isArray(value) ? value.map((one) => ({ Resource: null, ...one })) : value,
  );

const POLICY_OF = {
  'AWS::S3::Bucket': ['AWS::S3::BucketPolicy', 'Bucket'],
  'AWS::SNS::Topic': ['AWS::SNS::TopicPolicy', 'Topics'],
  'AWS::SQS::Queue': ['AWS::SQS::QueuePolicy', 'Queues'],
} as const;

const policyFor = (type: keyof typeof POLICY_OF, id: string): readonly Statement[] => {
  const [policyType, property] = POLICY_OF[type];
  const all = ofType(policyType).filter(([, { Properties }]) => JSON.stringify(Properties?.[property]).includes(`{"Ref":"${id}"}`));
  assert.equal(all.length, 1, `${id} has one policy`);
  return statementsIn(all[0]?.[1].Properties?.PolicyDocument);
};

const refuses = (statements: readonly Statement[], operator: string, key: string): Statement | undefined =>
  statements.find(
    ({ Effect, Principal, Condition }) => Effect === 'Deny' && Principal === '*' && Condition?.[operator]?.[key] !== undefined,
  );

test('buckets, topics and queues refuse whoever comes without TLS', () => {
  for (const type of ['AWS::S3::Bucket', 'AWS::SNS::Topic', 'AWS::SQS::Queue'] as const)
    for (const [id] of ofType(type)) {
      const refused = refuses(policyFor(type, id), 'Bool', 'aws:SecureTransport');
      assert.equal(String(refused?.Condition?.Bool?.['aws:SecureTransport']), 'false', id);
    }
});

test('the bucket of uploads and the topics refuse other accounts', () => {
  const guarded = [
    ['AWS::S3::Bucket', 'UploadBucket'] as const,
    ...ofType('AWS::SNS::Topic').map(([id]) => ['AWS::SNS::Topic', id] as const),
  ];
  assert.ok(guarded.length > 2);
  for (const [type, id] of guarded) {
    const refused = refuses(policyFor(type, id), 'StringNotEquals', 'aws:PrincipalAccount');
    assert.deepEqual(refused?.Condition?.StringNotEquals, { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } }, id);
  }
});

test('whom a resource lets in is a service of AWS, for this account', () => {
  const types = ['AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy'];
  const allowed = types.flatMap((type) =>
    ofType(type).flatMap(([id, { Properties }]) =>
      statementsIn(Properties?.PolicyDocument)
        .filter(({ Effect }) => Effect === 'Allow')
        .map((one) => [id, one] as const),
    ),
  );
  assert.ok(allowed.length >= 2);
  for (const [id, { Principal, Condition, Action }] of allowed) {
    assert.match(JSON.stringify(Principal), /^\{"Service":"[a-z0-9]+\.amazonaws\.com"\}$/, id);
    assert.deepEqual(Condition?.StringEquals?.['aws:SourceAccount'], { Ref: 'AWS::AccountId' }, id);
    for (const action of Action) assert.ok(!action.includes('*'), id);
  }
});

test('everything is encrypted at rest, and no bucket is public', () => {
  const all = resourcesPackaged();
  for (const [id] of ofType('AWS::S3::Bucket')) {
    const { BucketEncryption, PublicAccessBlockConfiguration } = all[id]?.Properties ?? {};
    assert.match(JSON.stringify(BucketEncryption ?? null), /"SSEAlgorithm":"(?:AES256|aws:kms)"/, id);
    const open = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
    assert.deepEqual(PublicAccessBlockConfiguration, open, id);
  }
  for (const [id, { Properties }] of ofType('AWS::SNS::Topic')) assert.deepEqual(Properties?.KmsMasterKeyId, { Ref: 'TopicKey' }, id);
  for (const [id, { Properties }] of ofType('AWS::SQS::Queue')) assert.equal(Properties?.SqsManagedSseEnabled, true, id);
  for (const [id, { Properties }] of ofType('AWS::DynamoDB::Table'))
    assert.deepEqual(Properties?.SSESpecification, { SSEEnabled: true }, id);
  for (const [id, { Properties }] of ofType('AWS::KMS::Key')) assert.equal(Properties?.EnableKeyRotation, true, id);
  // What else keeps data: CloudWatch Logs and Secrets Manager encrypt by themselves. A type that is new here is to be thought about.
  const keeping = /^AWS::(?:S3::Bucket|SNS::Topic|SQS::Queue|DynamoDB::Table|KMS::Key|Logs::LogGroup|SecretsManager::Secret)$/;
  const others =
    /^AWS::(?:IAM|Lambda|Events|ApiGatewayV2|CloudWatch|CloudFront|SNS::(?:TopicPolicy|Subscription)|SQS::QueuePolicy|S3::BucketPolicy|SecretsManager::\w+)/;
  for (const [id, { Type }] of Object.entries(all)) assert.ok(keeping.test(Type) || others.test(Type), `${id}: ${Type}`);
});
