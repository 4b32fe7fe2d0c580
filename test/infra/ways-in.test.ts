import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { HOST_NAME } from '../../lib/digest/upload-key.ts';
import { BUCKET, isAllowed, policyDocument, resolved } from '../support/iam.ts';
import { resourcesOfInfra } from '../support/resources.ts';

/** Who may write where, over the policies that are deployed. (No account was at hand: AWS's own evaluation has not been asked.) */

let host: z.infer<typeof policyDocument>;
let uploads: z.infer<typeof policyDocument>;

const managed = z.object({ PolicyDocument: z.unknown() });
const role = z.object({ Policies: z.tuple([managed]) });

before(() => {
  const resources = resourcesOfInfra();
  host = policyDocument.parse(resolved(managed.parse(resources.HostUploadPolicy?.Properties).PolicyDocument));
  uploads = policyDocument.parse(resolved(role.parse(resources.UploadsRole?.Properties).Policies[0].PolicyDocument));
});

const as = (name: string | null) => (name === null ? {} : { 'aws:PrincipalTag/closewatch-host': [name] });
const mayPut = (name: string | null, key: string, action = 's3:PutObject'): boolean =>
  isAllowed(host, { action, resource: `${BUCKET}/${key}`, context: as(name) });

test('lets a host with credentials write as itself', () => {
  for (const key of ['snapshots/20261123T200000Z.gz', 'logs/login/a.gz', 'events/deploy'])
    assert.equal(mayPut('web-03', `hosts/web-03/${key}`), true, key);
});

test('lets it write as nobody else, and do nothing else', () => {
  for (const key of [
    'hosts/web-04/snapshots/a',
    'hosts/web-033/snapshots/a',
    'hosts/web-0/snapshots/a',
    'events/a',
    'hosts/web-03',
    'other/hosts/web-03/snapshots/a',
  ])
    assert.equal(mayPut('web-03', key), false, key);
  for (const action of ['s3:GetObject', 's3:DeleteObject', 's3:ListBucket', 's3:PutObjectAcl', 's3:PutBucketPolicy'])
    assert.equal(mayPut('web-03', 'hosts/web-03/snapshots/a', action), false, action);
  assert.equal(
    isAllowed(host, { action: 's3:PutObject', resource: 'arn:aws:s3:::another-bucket/hosts/web-03/snapshots/a', context: as('web-03') }),
    false,
  );
});

test('lets nobody write without the tag, or by a tag that is a pattern', () => {
  for (const name of [null, '', '*', 'web-0?', 'web-03/snapshots']) {
    assert.equal(mayPut(name, 'hosts/web-03/snapshots/a'), false, String(name));
    assert.equal(mayPut(name, 'hosts/web-03/logs/app/a'), false, String(name));
  }
});

test('keeps any two hosts apart', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);
  fc.assert(
    fc.property(name, name, fc.string(), (own, other, rest) => {
      assert.match(own, HOST_NAME);
      assert.equal(mayPut(own, `hosts/${other}/snapshots/${rest}`), own === other);
    }),
  );
});

test('lets the function that grants uploads write below hosts/ and touch tokens, and no more', () => {
  const put = (key: string): boolean => isAllowed(uploads, { action: 's3:PutObject', resource: `${BUCKET}/${key}`, context: {} });
  assert.deepEqual([put('hosts/web-03/snapshots/a'), put('events/a'), put('a')], [true, false, false]);
  const table = (action: string, key: string): boolean =>
    isAllowed(uploads, { action, resource: 'arn:aws:x:::Table', context: { 'dynamodb:LeadingKeys': [key] } });
  assert.deepEqual([table('dynamodb:GetItem', 'TOKEN#1'), table('dynamodb:UpdateItem', 'TOKEN#1')], [true, true]);
  assert.deepEqual(
    [table('dynamodb:GetItem', 'HOST#web-03'), table('dynamodb:PutItem', 'TOKEN#1'), table('dynamodb:Query', 'TOKEN#1')],
    [false, false, false],
  );
});
