import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DistinctCounts, PairNumbering, tally } from '../../lib/digest/numbering.ts';

const pairs = fc.array(fc.tuple(fc.integer({ min: -3, max: 40 }), fc.integer({ min: -1, max: 65_535 })), { maxLength: 2000 });

test('equal pairs have one number, unlike ones another, in the order in which they come', () => {
  fc.assert(
    fc.property(pairs, fc.integer(), (all, seed) => {
      const numbering = new PairNumbering(seed);
      const known = new Map<string, number>();
      for (const [first, second] of all) {
        const key = `${first} ${second}`;
        const expected = known.get(key) ?? known.size;
        known.set(key, expected);
        const number = numbering.of(first, second);
        assert.equal(number, expected);
        assert.deepEqual([numbering.firstOf(number), numbering.secondOf(number)], [first, second]);
      }
      assert.equal(numbering.size, known.size);
    }),
  );
});

test('a full table of pairs grows, and forgets none', () => {
  const numbering = new PairNumbering(7);
  for (let round = 0; round < 2; round += 1) for (let i = 0; i < 100_000; i += 1) assert.equal(numbering.of(i >> 8, i & 255), i);
});

test('counts the distinct partners of each', () => {
  fc.assert(
    fc.property(pairs, (all) => {
      const counts = new DistinctCounts(1, 0);
      const sets = new Map<number, Set<number>>();
      for (const [first, second] of all) {
        const of = Math.abs(first);
        counts.add(of, second);
        sets.set(of, (sets.get(of) ?? new Set()).add(second));
      }
      for (const [of, partners] of sets) assert.equal(counts.counts[of], partners.size);
    }),
  );
});

test('tallies numbers, and passes over negative ones', () => {
  assert.deepEqual([...tally(Int32Array.of(2, -1, 0, 2), 4)], [1, 0, 2, 0]);
});
