import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PairNumbering, PortTakers, tally } from '../../lib/digest/numbering.ts';

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

test('counts the distinct ports of each taker, those that nobody else has, and all, also after it was cleared', () => {
  const takings = fc.array(fc.tuple(fc.nat(12), fc.oneof(fc.nat(40), fc.nat(65_535))), { maxLength: 2000 });
  fc.assert(
    fc.property(takings, takings, fc.integer(), (all, before, seed) => {
      const takers = new PortTakers(seed);
      for (const [taker, port] of before) takers.take(port, taker);
      takers.clear();
      const sets = new Map<number, Set<number>>();
      for (const [taker, port] of all) {
        takers.take(port, taker);
        sets.set(taker, (sets.get(taker) ?? new Set()).add(port));
      }
      assert.equal(takers.used, new Set(all.map(([, port]) => port)).size);
      const exclusive = takers.exclusive();
      for (const [taker, ports] of sets) {
        assert.equal(takers.counts[taker], ports.size);
        const others = [...sets].filter(([other]) => other !== taker).map(([, those]) => those);
        assert.equal(exclusive[taker], [...ports].filter((port) => !others.some((those) => those.has(port))).length);
      }
    }),
  );
});

test('tallies numbers, and passes over negative ones', () => {
  assert.deepEqual([...tally(Int32Array.of(2, -1, 0, 2), 4)], [1, 0, 2, 0]);
});
