import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderLog } from './log-formats.ts';
import type { LogRecord } from './reports.ts';

const writer = { app: 'api', module: 'api.http', host: 'web-1', pid: 77 };
const failure: LogRecord = {
  t: Date.UTC(2026, 10, 3, 9, 5, 7, 42) / 1000,
  pid: 77,
  event: 'log',
  level: 'ERROR',
  text: 'call failed',
  trace: ['Traceback (most recent call last):', 'OSError: [Errno 99] Cannot assign requested address'],
  failure: { errno: 99, call: 'connect', peer: '10.0.0.2:80', port: null },
};

test('writes a record as each kind of program does', () => {
  assert.equal(renderLog('python', [{ ...failure, trace: [] }], writer), '2026-11-03 09:05:07,042 ERROR [77] api.http: call failed\n');
  assert.equal(
    renderLog('syslog', [failure], writer),
    'Nov  3 09:05:07 web-1 api[77]: call failed#012Traceback (most recent call last):#012OSError: [Errno 99] Cannot assign requested address\n',
  );
  assert.equal(
    renderLog('go', [failure], writer),
    '2026/11/03 09:05:07 call failed: Get "http://10.0.0.2:80/v1/items": dial tcp 10.0.0.2:80: connect: cannot assign requested address\n',
  );
});

test('docker wraps each line of a record in an object of its own', () => {
  const lines = renderLog('docker', [failure], writer).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).log),
    ['2026-11-03 09:05:07,042 ERROR [77] api.http: call failed\n', ...failure.trace.map((line) => `${line}\n`)],
  );
});
