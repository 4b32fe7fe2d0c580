import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reachesAt, slopePerMinute } from '../../lib/diagnosis/trend.ts';

const minutes = (values: readonly number[]) => values.map((value, i) => [i * 60_000, value] as const);

test('finds the slope of a steady growth, and is not moved by one wild point', () => {
  assert.equal(slopePerMinute(minutes([0, 40, 80, 120, 160])), 40);
  assert.equal(slopePerMinute(minutes([0, 40, 9000, 120, 160])), 40);
});

test('forecasts nothing from two points', () => {
  assert.equal(slopePerMinute(minutes([0, 40])), null);
});

test('tells when a limit is reached, and nothing where it is not approached', () => {
  assert.equal(reachesAt([0, 100], 50, 300), '1970-01-01T00:04:00.000Z');
  assert.equal(reachesAt([0, 100], 0, 300), null);
  assert.equal(reachesAt([0, 100], null, 300), null);
  assert.equal(reachesAt([0, 300], 10, 300), null);
});
