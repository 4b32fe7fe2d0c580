import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeKey, NotificationError, newObjects } from '../../functions/events.ts';
import { encodeKey } from '../../lib/local/notifications.ts';

const record = (key: string, eventName = 'ObjectCreated:Put', eventVersion = '2.1') => ({
  eventVersion,
  eventName,
  s3: { bucket: { name: 'b' }, object: { key } },
});
const body = (...records: readonly unknown[]): string => JSON.stringify({ Records: records });

test('takes all kinds of creation, of any minor version of format 2', () => {
  const text = body(record('a'), record('b', 'ObjectCreated:CompleteMultipartUpload', '2.9'), record('c', 'ObjectRemoved:Delete'));
  assert.deepEqual(
    newObjects(text).map(({ key }) => key),
    ['a', 'b'],
  );
});

test('ignores the test event, which has no records', () => {
  assert.deepEqual(newObjects('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}'), []);
});

test('throws for what is no notification, so that it ends in the dead-letter queue', () => {
  for (const text of ['', '{}', '[1]', body(record('a', 'ObjectCreated:Put', '3.0')), '{"Records":[{}]}'])
    assert.throws(() => newObjects(text), NotificationError);
});

test('decodes keys as S3 encodes them', () => {
  assert.equal(decodeKey('hosts/a+b/snapshots/c%2Bd%3D'), 'hosts/a b/snapshots/c+d=');
  assert.equal(decodeKey('100%'), '100%');
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (key) => key.isWellFormed() === false || decodeKey(encodeKey(key)) === key));
});
