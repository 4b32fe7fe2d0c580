import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { DICTIONARY } from '../../lib/adapters/dynamodb-dictionary.ts';
import { decode, encode } from '../../lib/adapters/dynamodb-items.ts';

test('reads back every document that it writes', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 40 }), (values) => {
      // As JSON has them: without -0.
      const document = JSON.parse(JSON.stringify({ values }));
      assert.deepEqual(decode({ doc: encode(document) }), document);
    }),
  );
});

test('reads what was written before there was a dictionary', () => {
  const document = { kind: 'snapshot', text: 'x'.repeat(2000) };
  assert.deepEqual(decode({ doc: { B: gzipSync(JSON.stringify(document)) } }), document);
  assert.deepEqual(decode({ doc: { S: '{"host":"web-03"}' } }), { host: 'web-03' });
});

test('keeps the dictionary as it is, since what was written with it needs it', () => {
  assert.equal(createHash('sha256').update(DICTIONARY).digest('hex').slice(0, 16), '89f6962a4915a413');
});
