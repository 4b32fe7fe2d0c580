import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confusionTable } from './confusion.ts';

test('a row for each truth, a column for each answer, what is right in bold', () => {
  const table = confusionTable([
    { truth: 'close-wait-leak', told: 'close-wait-leak' },
    { truth: 'close-wait-leak', told: 'close-wait-leak' },
    { truth: 'close-wait-leak', told: 'inconclusive' },
    { truth: 'nothing', told: 'nothing' },
  ]);
  assert.deepEqual(table.split('\n'), [
    '| truth ↓ told → | close-wait-leak | inconclusive | nothing |',
    '| --- | --- | --- | --- |',
    '| close-wait-leak | **2** | 1 |  |',
    '| nothing |  |  | **1** |',
  ]);
});
