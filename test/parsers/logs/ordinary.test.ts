import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLog } from '../../support/read.ts';

const STAMP = '2026-11-23 11:00:00.000 ERROR 7 --- [main] com.acme.App : ';

/** Lines with words that failing lines have, about something else. */
const NOTHING: readonly string[] = [
  `${STAMP}user creation failed: email address already in use`,
  `${STAMP}The email address is already in use by another account.`,
  `${STAMP}order 10048 shipped, 10055 bytes, errno 98`,
  `${STAMP}java.net.BindException: Permission denied`,
  `${STAMP}java.net.BindException: Keine Berechtigung`,
  `${STAMP}Connection pool shut down`,
  `${STAMP}HikariPool-1 - Start completed, leak detector is on, thread pool of 10`,
  `${STAMP}port 8080 is free, pool is full of connections`,
  `${STAMP}Thread pool exhausted, transport in use, port in use statistics`,
  'Nov 23 11:20:11 vm kernel: nf_conntrack: table full, dropping packet',
  '2026/11/23 11:06:50 [emerg] 1#1: still could not bind()',
];

for (const line of NOTHING) {
  test(`sees no failure in: ${line.slice(0, 110)}`, () => {
    assert.deepEqual(readLog(line).failures, []);
  });
}
