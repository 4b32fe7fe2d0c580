import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRecord } from './reports.ts';
import { stretch, TO_MINUTES } from './stretch.ts';

const START = Date.UTC(2026, 10, 23, 10, 0, 0);

const text = (takenAt: string, elapsed: number): string => `==> meta <==
host: web-1
taken_at: ${takenAt}

==> ss -tanp <==
ESTAB 0 0 10.0.0.1:30000 10.0.0.2:80

==> ps -o pid,ppid,user:32,etimes,args <==
  PID  PPID USER                             ELAPSED COMMAND
   12     1 root                                   ${elapsed} node /srv/app/main.ts 12 1 x 7
`;

test('a stretched recording moves snapshots and what their text says of time, and nothing else', () => {
  // Prepare
  const snapshots = [
    { host: 'web-1', at: START, text: text('2026-11-23T10:00:00Z', 1) },
    { host: 'web-1', at: START + 2_500, text: text('2026-11-23T10:00:02Z', 3) },
  ];

  // Act
  const slow = stretch({ snapshots, actors: new Map(), endedAt: START + 5_000 }, TO_MINUTES);

  // Assess
  assert.deepEqual(
    slow.snapshots.map((s) => s.at),
    [START, START + 60_000],
  );
  assert.equal(slow.endedAt, START + 120_000);
  assert.equal(slow.snapshots[1]?.text, text('2026-11-23T10:01:00Z', 72));
});

test('a stretched recording keeps every log record, in order, at its share of the way', () => {
  // Prepare
  const record = (ms: number): LogRecord => ({
    t: (START + ms) / 1000,
    pid: 12,
    event: 'log',
    level: 'INFO',
    text: `at ${ms}`,
    trace: [],
    failure: null,
  });
  const logs = [record(500), record(1_250)];
  const actor = { role: 'victim', pid: 12, comm: 'x', app: 'x', events: logs, logs };

  // Act
  const slow = stretch(
    { snapshots: [{ host: 'web-1', at: START, text: '' }], actors: new Map([['victim', actor]]), endedAt: START },
    TO_MINUTES,
  );

  // Assess
  assert.deepEqual(
    slow.actors.get('victim')?.logs.map((l) => [l.text, l.t * 1000 - START]),
    [
      ['at 500', 12_000],
      ['at 1250', 30_000],
    ],
  );
});
