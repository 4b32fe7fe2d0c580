import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { number } from '../../lib/text/words.ts';

test('writes whole numbers as en-US does', () => {
  const english = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  assert.deepEqual([0, 7, 999, 1000, 27_913, 1_000_000, -45_536].map(number), ['0', '7', '999', '1,000', '27,913', '1,000,000', '-45,536']);
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => assert.equal(number(value), value === 0 ? '0' : english.format(value))));
});
