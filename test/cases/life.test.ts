import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, every, minutesBetween, type Program, SimulatedHost } from '../support/simulated-host.ts';

/** Whole lives of cases, upload by upload: what people are told, when, and in which words. */

const RANGE = 1000;

/** A leak of so many sockets a minute from a time on; the last five ports of the range stay free. */
const leaking = (program: Omit<Program, 'closeWait'>, perMinute: number, from: string, now: string): Program => ({
  ...program,
  closeWait: Math.max(0, Math.min(RANGE - 5, Math.round(perMinute * minutesBetween(from, now)))),
});

const SYNC_1 = { pid: 5, command: 'sync', startedAt: at('09:00') };
const SYNC_2 = { pid: 6, command: 'sync', startedAt: at('15:46') };
const SYNC_3 = { pid: 7, command: 'sync', startedAt: at('16:16') };

/** Leaks from 10:00, restarted at 15:46, leaks again from 15:55 on, mended at 16:16. */
const syncAt = (now: string): Program => {
  if (now < at('15:46')) return leaking(SYNC_1, 20, at('10:00'), now);
  return now < at('16:16') ? leaking(SYNC_2, 20, at('15:55'), now) : { ...SYNC_3, closeWait: 0, established: 5 };
};

test('tells the life of a leak: opened, worse, still open, over, back again after a restart, over for good', async () => {
  const host = new SimulatedHost();
  for (const now of every(5, '09:50', '17:30')) {
    if (now >= at('10:45') && now < at('15:46')) await host.failures('login', [new Date(Date.parse(now) - 60_000).toISOString()]);
    await host.snapshot(now, [syncAt(now)]);
    await host.sweep(now);
  }
  assert.deepEqual(host.said(), [
    // Two snapshots show that the sockets stay; at 20 a minute 1,000 ports last for less than an hour.
    '10:10 opened',
    '10:44 worse',
    // Four hours later, with the first upload.
    '14:44 still-open',
    '15:50 resolved',
    '16:05 reopened',
    // It had come back after 15 minutes, so "over" since 16:20 is believed 22.5 minutes later: with the snapshot of 16:45.
    '16:45 resolved',
  ]);
  assert.match(host.message(1).subject, /^CRITICAL \(worse\) web-1: login cannot connect, sync \(pid 5\) leaks CLOSE_WAIT$/);
  // Open since 10:05, the first snapshot that shows the pile.
  assert.match(host.message(2).subject, /^CRITICAL \(still open, 4 h\) web-1: /);
  // A failure every five minutes from 10:44 to 15:44: 61.
  assert.match(
    host.message(3).text,
    /^It is over since 15:50:00 UTC: it lasted 5 h 45 min and caused 61 failures\. Verified: the pile is gone \(0 of 1,000 ports in use at 15:50:00 UTC\), the last failure was at 15:44:00 UTC\./,
  );
  assert.match(host.message(3).sms, /^RESOLVED web-1: .* Over since 15:50Z, 61 failures, verified$/);
  const again = host.message(4).text;
  assert.match(again, /It was resolved at 15:50:00 UTC and came back at 16:05:00 UTC \(2nd time since 2026-11-23\)\./);
  // 800 ports were left at 16:05, at 20 a minute: 40 minutes.
  assert.match(
    again,
    /sync was restarted at 15:46:00 UTC and is leaking again at the same rate \(20 a minute\): the restart only bought time until about 16:45 UTC\./,
  );
  assert.match(
    host.message(5).text,
    /^It is over since 16:20:00 UTC: it lasted 15 min this time \(the 2nd since 2026-11-23\) and caused 61 failures in all\. Verified: the pile is gone \(5 of 1,000 ports in use at 16:20:00 UTC\), the last failure was at 15:44:00 UTC\./,
  );
  assert.equal(host.world.analyses.size, 1);
});

test('does not page for each restart of a program that cron restarts every ten minutes', async () => {
  const host = new SimulatedHost();
  for (const [minute, now] of every(1, '10:00', '15:00').entries()) {
    const startedAt = new Date(Date.parse(now) - (minute % 10) * 60_000).toISOString();
    await host.snapshot(now, [leaking({ pid: 100 + Math.floor(minute / 10), command: 'sync', startedAt }, 60, startedAt, now)]);
    await host.sweep(now);
  }
  assert.deepEqual(host.said(), [
    // 60 and 120 sockets at 10:01 and 10:02: two snapshots that show them stay.
    '10:02 opened',
    '10:10 resolved',
    '10:12 reopened',
    // From then on nothing but reminders: four hours later, and then eight.
    '14:12 still-open',
  ]);
  const { subject, text } = host.message(-1);
  assert.match(subject, /\(still open, /);
  // At 14:12 the last restart was that of 14:10, and the first of 10:10 is 24 before it.
  assert.match(text, /sync was restarted 25 times since 10:10:00 UTC, the last time at 14:10:00 UTC, and is leaking again each time/);
});

test('says of a restart within two snapshots once that it did not help', async () => {
  const host = new SimulatedHost();
  for (const now of every(5, '10:00', '11:30')) {
    const [pid, start] = now < at('10:32') ? [5, '10:00'] : now < at('11:01') ? [6, '10:32'] : [7, '11:01'];
    await host.snapshot(now, [leaking({ pid, command: 'sync', startedAt: at(start) }, 20, at(start), now)]);
  }
  // At 10:35 the new process holds 60 already: the case has never been over.
  assert.deepEqual(
    host.said().map((line) => line.slice(6)),
    ['opened', 'worse'],
  );
  assert.match(host.message(1).text, /sync was restarted at 10:32:00 UTC and is leaking again/);
});

test('does not call a second worker a restart', async () => {
  const host = new SimulatedHost();
  for (const now of every(5, '10:00', '11:00')) {
    const first = leaking({ pid: 5, command: 'sync', startedAt: at('08:00') }, 4, at('10:00'), now);
    const second = leaking({ pid: 6, command: 'sync', startedAt: at('08:00') }, 12, at('10:30'), now);
    await host.snapshot(now, [first, second]);
  }
  const [analysis] = [...host.world.analyses.values()].map((stored) => stored.analysis);
  assert.equal(analysis?.culprit?.pid, 6);
  assert.equal(analysis?.setback, null);
});

test('reminds of what is still open at falling frequency, by the wall clock alone', async () => {
  const host = new SimulatedHost();
  const uploads = async (from: string, to: string): Promise<void> => {
    for (const now of every(20, from, to)) await host.snapshot(now, [{ pid: 5, command: 'sync', closeWait: 600 }]);
  };
  await uploads('10:00', '10:40');
  // More than half of the range in CLOSE_WAIT needs no second snapshot.
  assert.deepEqual(host.said(), ['10:00 opened']);
  // Nothing is uploaded for a while; 22 hours are not yet silence.
  for (const now of every(10, '10:50', '32:00')) await host.sweep(now);
  // Four hours later, and eight.
  assert.deepEqual(host.said().slice(1), ['14:10 still-open', '22:10 still-open']);
  await uploads('32:00', '110:00');
  // Sixteen hours later (38:10), and then once a day (62:20, 86:20): each with the first upload after it is due.
  assert.deepEqual(host.said().slice(3), ['14:20 still-open', '14:20 still-open', '14:20 still-open']);
  assert.deepEqual(
    host.world.published.slice(3).map(({ createdAt }) => createdAt.slice(0, 10)),
    ['2026-11-24', '2026-11-25', '2026-11-26'],
  );
  assert.match(host.message(-1).subject, /^WARNING \(still open, 76 h\) web-1: 60 % of ports used/);
});

test('keeps a case open at the edge of its limits, and its severity with it', async () => {
  const host = new SimulatedHost();
  const severities = new Set<string>();
  // 51 sockets enter (50), 49 and 41 do not leave (40).
  for (const [i, now] of every(1, '10:00', '10:40').entries()) {
    await host.snapshot(now, [{ pid: 5, command: 'sync', closeWait: [51, 49, 51, 41][i % 4] ?? 0 }]);
    for (const { analysis } of host.world.analyses.values()) assert.equal(analysis.status, 'open');
  }
  // 510 ports of 1,000 are a warning, 490 and 410 are still one.
  for (const [i, now] of every(1, '10:41', '11:20').entries()) {
    await host.snapshot(now, [{ pid: 5, command: 'sync', closeWait: [510, 490, 510, 410][i % 4] ?? 0 }]);
    if (i > 0) for (const { analysis } of host.world.analyses.values()) severities.add(analysis.severity);
  }
  assert.deepEqual([...severities], ['warning']);
  assert.equal(host.said().filter((line) => line.endsWith('opened')).length, 1);
  assert.equal(host.said().filter((line) => line.endsWith('resolved')).length, 0);
});

test('does not take a leak for over whose sockets keepalive ends while its descriptors stay', async () => {
  const host = new SimulatedHost();
  const sync = { pid: 5, command: 'sync', startedAt: at('09:00') };
  for (const now of every(5, '10:00', '11:00')) {
    // 600 leaked sockets and 40 other descriptors; from 10:30 on keepalive ends 200 each five minutes.
    const closeWait = now < at('10:30') ? 600 : Math.max(0, 600 - 40 * (minutesBetween(at('10:30'), now) + 5));
    await host.snapshot(now, [{ ...sync, closeWait, established: 3, open: 643 }]);
  }
  assert.deepEqual(host.said(), ['10:00 opened']);
  const [open] = [...host.world.analyses.values()].map(({ analysis }) => analysis);
  assert.equal(open?.status, 'open');
  assert.match(
    open?.summary ?? '',
    /its CLOSE_WAIT sockets are gone from the listing, but its open descriptors are not \(643 of 4,096\): keepalive ended the connections, the leak is still there/,
  );
  // A restart returns them.
  await host.snapshot(at('11:05'), [{ ...sync, pid: 8, startedAt: at('11:02'), closeWait: 0, established: 3, open: 43 }]);
  assert.deepEqual(host.said(), ['10:00 opened', '11:05 resolved']);
});

test('takes a leak for over whose descriptors went with its sockets', async () => {
  const host = new SimulatedHost();
  const sync = { pid: 5, command: 'sync', startedAt: at('09:00') };
  for (const now of every(5, '10:00', '10:30')) await host.snapshot(now, [{ ...sync, closeWait: 600, established: 3, open: 643 }]);
  await host.snapshot(at('10:35'), [{ ...sync, closeWait: 0, established: 30, open: 70 }]);
  assert.deepEqual(host.said(), ['10:00 opened', '10:35 resolved']);
});

test('verifies nothing where failures merely stopped, or the host fell silent', async () => {
  const quiet = new SimulatedHost();
  await quiet.upload(
    'logs/api',
    at('10:01'),
    `${at('10:00')} ERROR [77] api: cannot start server on port 8080: [Errno 98] Address already in use`,
  );
  await quiet.sweep(at('10:05'));
  for (const now of every(5, '10:10', '10:40')) await quiet.snapshot(now, []);
  assert.deepEqual(
    quiet.said().map((line) => line.slice(6)),
    ['opened', 'resolved'],
  );
  assert.doesNotMatch(quiet.message(-1).text, /[Vv]erified/);
  assert.match(
    quiet.message(-1).text,
    /Nothing has failed since 10:00:00 UTC\. The cause was never seen, so nothing shows that it is mended\./,
  );

  const silent = new SimulatedHost();
  for (const now of every(5, '10:00', '10:10')) await silent.snapshot(now, [{ pid: 5, command: 'sync', closeWait: 600 }]);
  await silent.sweep(at('34:11'));
  assert.equal(silent.said().at(-1)?.slice(6), 'resolved');
  assert.doesNotMatch(silent.message(-1).text, /[Vv]erified/);
  assert.match(silent.message(-1).text, /closed as no longer reported, not as mended/);
});

test('does not take a snapshot without a table of sockets for the end of a leak', async () => {
  const host = new SimulatedHost();
  for (const now of every(5, '10:00', '10:15')) await host.snapshot(now, [{ pid: 5, command: 'sync', closeWait: 600 }]);
  await host.upload(
    'snapshots',
    at('10:20'),
    `==> meta <==\ntaken_at: ${at('10:20')}\n==> sysctl <==\nnet.ipv4.ip_local_port_range = 20000\t20999\n`,
  );
  assert.deepEqual(host.said(), ['10:00 opened']);
});

test('gives a thing that is contested again after more than a day another id, and tells of it anew', async () => {
  const host = new SimulatedHost();
  for (const now of every(5, '10:00', '10:20')) await host.snapshot(now, [{ pid: 5, command: 'sync', closeWait: 600 }]);
  for (const now of every(60, '11:00', '60:00')) await host.snapshot(now, []);
  for (const now of every(5, '61:00', '61:20')) await host.snapshot(now, [{ pid: 5, command: 'sync', closeWait: 600 }]);
  assert.deepEqual(
    host.said().map((line) => line.slice(6)),
    ['opened', 'resolved', 'opened'],
  );
  assert.equal(new Set(host.world.published.map(({ id }) => id)).size, 3);
  assert.equal(host.world.analyses.size, 2);
});

test('does not forget a known cause for failures that no snapshot was near', async () => {
  const host = new SimulatedHost();
  // Snapshots every ten minutes, failures between them: more than three minutes from each.
  for (const now of every(10, '10:00', '11:00')) {
    if (now >= at('10:50')) await host.failures('login', [new Date(Date.parse(now) - 5 * 60_000).toISOString()]);
    await host.snapshot(now, [leaking(SYNC_1, 15, at('09:55'), now)]);
  }
  assert.deepEqual(
    host.world.published.map(({ kind, analysis }) => `${kind} ${analysis.severity} ${analysis.cause}`),
    ['opened warning close-wait-leak', 'worse critical close-wait-leak'],
  );
  assert.match(host.message(1).text, /No snapshot was taken near these failures: the cause is that of 10:40:00 UTC\./);
});

test('measures growth from where a pile begins, however long the window shows none before', async () => {
  const host = new SimulatedHost();
  for (const now of every(1, '10:00', '10:24')) await host.snapshot(now, [leaking(SYNC_1, 30, at('10:20'), now)]);
  const [analysis] = [...host.world.analyses.values()].map((stored) => stored.analysis);
  assert.equal(analysis?.trend.perMinute, 30);
});
