import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { forecast, type Point, slopeOf } from '../../lib/diagnosis/trend.ts';

const minutes = (values: readonly number[]): readonly Point[] => values.map((value, i) => [i * 60_000, value]);

test('finds the slope of a steady growth, and is not moved by one wild point', () => {
  assert.equal(slopeOf(minutes([0, 40, 80, 120, 160]))?.perMinute, 40);
  assert.equal(slopeOf(minutes([0, 40, 9000, 120, 160]))?.perMinute, 40);
});

test('forecasts nothing from two points', () => {
  assert.equal(slopeOf(minutes([0, 40])), null);
  assert.equal(forecast([0, 100], null, 300), null);
});

test('tells when a limit is reached, and nothing where it is not approached', () => {
  const slope = { perMinute: 50, low: 40, high: 100 };
  assert.deepEqual(forecast([0, 100], slope, 300), {
    at: '1970-01-01T00:04:00.000Z',
    earliest: '1970-01-01T00:02:00.000Z',
    latest: '1970-01-01T00:05:00.000Z',
  });
  assert.equal(forecast([0, 100], { ...slope, low: -3 }, 300)?.latest, null);
  assert.equal(forecast([0, 100], { perMinute: 0, low: 0, high: 0 }, 300), null);
  assert.equal(forecast([0, 300], slope, 300), null);
});

/** mulberry32: noise that is the same in every run. */
const noise = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

test('the true slope lies within the interval in about nine cases of ten', () => {
  for (const points of [5, 10, 30]) {
    let within = 0;
    const tries = 1000;
    for (let i = 0; i < tries; i += 1) {
      const random = noise(1 + i + points * tries);
      const slope = slopeOf(minutes(Array.from({ length: points }, (_, m) => 41 * m + 60 * (random() + random() - random() - random()))));
      if (slope !== null && slope.low <= 41 && slope.high >= 41) within += 1;
    }
    // 90 % by construction, more for few points, whose intervals are coarse; the standard error of 1,000 tries is one per cent.
    assert.ok(within >= 0.87 * tries, `${within} of ${tries} with ${points} points`);
  }
});

test('the interval holds the slope, whatever the points', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 3, maxLength: 30 }), (values) => {
      const slope = slopeOf(minutes(values));
      assert.ok(slope !== null && slope.low <= slope.perMinute && slope.perMinute <= slope.high);
    }),
  );
});
