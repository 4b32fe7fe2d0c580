import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrate, type Trial, tableOf } from './calibration.ts';
import { type Answer, gradeOf, isClaim } from './grade.ts';
import type { RecordedTruth } from './truth-schema.ts';

const truth: RecordedTruth = {
  host: 'web-1',
  cause: 'close-wait-leak',
  mechanism: 'ephemeral-port-exhaustion',
  culprit: { pid: 12, command: 'sync', peer: '10.0.0.2:80' },
  victim: { app: 'mail', failures: 3 },
  alsoTrue: [{ cause: 'connection-hoarding', pid: 30 }],
};

const answer: Answer = {
  host: 'web-1',
  cause: 'close-wait-leak',
  mechanism: 'ephemeral-port-exhaustion',
  severity: 'critical',
  confidence: 'high',
  culprit: { pid: 12, command: 'sync', peer: '10.0.0.2:80', localPort: null },
  resource: { localPort: null },
  victims: [{ app: 'mail' }],
};

const hoarding: Answer = {
  ...answer,
  cause: 'connection-hoarding',
  confidence: 'low',
  culprit: { pid: 30, command: 'cart', peer: '10.0.0.3:80', localPort: null },
  victims: [],
};

test('an answer is right where nothing that it states is false, and may leave things unknown', () => {
  const renamed = { pid: 12, command: 'python3', peer: '10.0.0.2:80', localPort: null };
  assert.equal(gradeOf({ ...answer, culprit: renamed }, truth).kind, 'right');
  const nameless = { pid: null, command: null, peer: null, localPort: null };
  for (const right of [
    answer,
    { ...answer, mechanism: 'none-yet' as const },
    { ...answer, culprit: nameless },
    { ...answer, culprit: null },
  ])
    assert.deepEqual(gradeOf(right, truth), { kind: 'right' });
});

test('one false statement makes it wrong', () => {
  const wrongs: readonly Answer[] = [
    { ...answer, host: 'web-2' },
    { ...answer, cause: 'time-wait-churn' },
    { ...answer, mechanism: 'descriptor-exhaustion' },
    { ...answer, culprit: { pid: 13, command: 'sync', peer: '10.0.0.2:80', localPort: null } },
    { ...answer, culprit: { pid: null, command: 'other', peer: '10.0.0.2:80', localPort: null } },
    { ...answer, culprit: { pid: 12, command: 'sync', peer: '10.0.0.9:80', localPort: null } },
  ];
  for (const one of wrongs) assert.equal(gradeOf(one, truth).kind, 'wrong');
  assert.equal(gradeOf({ ...answer, mechanism: 'ephemeral-port-exhaustion' }, { ...truth, mechanism: 'none-yet' }).kind, 'wrong');
  assert.equal(gradeOf({ ...answer, resource: { localPort: 81 } }, { ...truth, port: 80 }).kind, 'wrong');
});

test('what else is true may be told, unless it is blamed for the failures', () => {
  assert.equal(gradeOf(hoarding, truth).kind, 'right');
  assert.equal(gradeOf({ ...hoarding, culprit: null }, truth).kind, 'right');
  assert.equal(gradeOf({ ...hoarding, victims: [{ app: 'mail' }] }, truth).kind, 'wrong');
  assert.equal(gradeOf({ ...hoarding, culprit: { pid: 31, command: 'x', peer: null, localPort: null } }, truth).kind, 'wrong');
});

test('neither info nor inconclusive claims anything', () => {
  assert.deepEqual([answer, { ...answer, severity: 'info' as const }, { ...answer, cause: 'inconclusive' as const }].map(isClaim), [
    true,
    false,
    false,
  ]);
});

const trial = (recording: string, ablation: string | null, answers: readonly Answer[], about = truth): Trial => ({
  recording,
  ablation,
  truth: about,
  answers,
});

test('counts by confidence, and tells a flip from a mistake that was there before', () => {
  // Prepare
  const other: Answer = { ...answer, cause: 'time-wait-churn', confidence: 'medium' };
  const healthy: RecordedTruth = { host: 'web-1', cause: null, alsoTrue: [] };

  // Act
  const result = calibrate([
    trial('a', null, [answer, hoarding]),
    trial('a', 'no logs', [other]),
    trial('a', 'no sysctl', []),
    trial('b', null, [other]),
    trial('b', 'no logs', [other]),
    trial('c', null, [], healthy),
    trial('c', 'no logs', [answer], healthy),
  ]);

  // Assess
  assert.deepEqual(result.counts.high, { whole: { right: 1, wrong: 0 }, poorer: { right: 0, wrong: 1 } });
  assert.deepEqual(result.counts.medium, { whole: { right: 0, wrong: 1 }, poorer: { right: 0, wrong: 2 } });
  assert.deepEqual(result.counts.low, { whole: { right: 1, wrong: 0 }, poorer: { right: 0, wrong: 0 } });
  assert.deepEqual(
    result.flips.map(({ recording, ablation }) => [recording, ablation]),
    [
      ['a', 'no logs'],
      ['c', 'no logs'],
    ],
  );
  assert.deepEqual([result.unanswered.poorer, result.incidents.whole, result.incidents.poorer], [1, 2, 3]);
  assert.match(tableOf(result), /^\| high \| 1 of 1 \(100 %\) \| 0 of 1 \(0 %\) \| 1 of 2 \(50 %\) \|$/m);
});
