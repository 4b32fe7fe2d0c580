import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countWithin } from '../../lib/diagnosis/merge-failures.ts';

const claim = (from: number, to: number, count: number) => ({ from: `2026-11-23T10:00:${from}Z`, to: `2026-11-23T10:00:${to}Z`, count });

test('lets the larger count stand where uploads overlap, as the tails of a growing file do', () => {
  assert.equal(countWithin([claim(10, 30, 5), claim(20, 50, 8)]), 8);
});

test('adds up what does not overlap', () => {
  assert.equal(countWithin([claim(10, 19, 5), claim(20, 50, 8)]), 13);
});

test('finds the most that uploads which do not overlap tell together', () => {
  // The outer two do not overlap each other, the middle one overlaps both.
  assert.equal(countWithin([claim(10, 20, 5), claim(15, 35, 8), claim(30, 50, 6)]), 11);
  assert.equal(countWithin([claim(10, 20, 5), claim(15, 35, 12), claim(30, 50, 6)]), 12);
});

test('counts the same upload once', () => {
  assert.equal(countWithin([claim(10, 20, 5), claim(10, 20, 5)]), 5);
});

test('of four times as many uploads that all overlap it looks at little more than four times as many ends', () => {
  const looksAt = (uploads: number): number => {
    let looks = 0;
    const claims = Array.from({ length: uploads }, (_, i) => ({
      from: '2026-11-23T09:00:00Z',
      get to() {
        looks += 1;
        return `2026-11-23T10:00:00.${String(i).padStart(6, '0')}Z`;
      },
      count: 1,
    }));
    assert.equal(countWithin(claims), 1);
    return looks;
  };
  assert.ok(looksAt(4000) < 6 * looksAt(1000));
});
