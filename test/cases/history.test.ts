import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameBackAt, endedAt, firstEpisode, holdMs } from '../../lib/cases/history.ts';
import { about, ordinal, when } from '../../lib/text/words.ts';
import { at } from '../support/simulated-host.ts';

const MINUTE_MS = 60_000;

test('believes at once that something is over that never came back', () => {
  assert.equal(holdMs(endedAt(firstEpisode(at('10:00')), at('10:10'))), 0);
});

test('waits half as long again as the longest of the last gaps', () => {
  const once = cameBackAt(endedAt(firstEpisode(at('10:00')), at('10:10')), at('10:16'));
  assert.equal(holdMs(once), 9 * MINUTE_MS);
  const twice = cameBackAt(endedAt(once, at('10:20')), at('10:40'));
  assert.equal(holdMs(twice), 30 * MINUTE_MS);
});

test('does not wait because of what stayed away for more than four hours', () => {
  assert.equal(holdMs(cameBackAt(endedAt(firstEpisode(at('10:00')), at('10:10')), at('15:00'))), 0);
});

test('writes ordinals, and times with their day where it is another', () => {
  assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 102, 112].map(ordinal), [
    '1st',
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '13th',
    '21st',
    '102nd',
    '112th',
  ]);
  assert.equal(when(at('25:00'), at('10:00')), '2026-11-24 01:00:00 UTC');
  assert.equal(when(at('11:00'), at('10:00')), '11:00:00 UTC');
  assert.equal(about(at('11:00:59'), at('10:00')), '11:00 UTC');
  assert.equal(about(at('25:00'), at('10:00')), '2026-11-24 01:00 UTC');
});
