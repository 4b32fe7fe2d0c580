import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, every, SimulatedHost, snapshotText } from '../support/simulated-host.ts';

/** What is said of an end, by the kind of thing that was contested: the figures are those of the snapshot that shows it. */

const upload = async (host: SimulatedHost, now: string, rows: readonly string[], fds: readonly string[] = []): Promise<void> => {
  const [head = '', tail = ''] = snapshotText(now, []).split('==> sysctl <==');
  const table = fds.length === 0 ? '' : `==> fds <==\npid open soft hard\n${fds.join('\n')}\n`;
  await host.upload('snapshots', now, `${head}${rows.join('\n')}\n==> sysctl <==${tail}${table}`);
};

const accepted = (count: number, owner: string, recvQ: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, i) =>
      `CLOSE-WAIT ${recvQ} 0 10.0.0.1:8443 10.0.0.2:${40_000 + i} ${owner} ino:${owner === '' ? 0 : 500 + i} sk:${(500 + i).toString(16)}`,
  );
const GATEWAY = 'users:(("gateway",pid=9,fd=4))';
const listening = (queue: number): string => `LISTEN ${queue} 128 0.0.0.0:8443 0.0.0.0:* ${GATEWAY} ino:99 sk:99`;

test('quotes the accept queue of a program that accepts again', async () => {
  const host = new SimulatedHost();
  for (const now of every(1, '10:00', '10:03')) await upload(host, now, [listening(129), ...accepted(129, '', 1)]);
  await upload(host, at('10:04'), [listening(2)]);
  assert.deepEqual(
    host.said().map((line) => line.slice(6)),
    ['opened', 'resolved'],
  );
  assert.match(host.message(-1).text, /Verified: 2 connections in the accept queue of port 8443 at 10:04:00 UTC; nothing failed\./);
  // The figure is also evidence, with its upload.
  assert.match(
    host.message(-1).text,
    /- Verified: 2 connections in the accept queue of port 8443 at 10:04:00 UTC\. s3:\/\/b\/hosts\/web-1\/snapshots\/20261123T100400Z-5,/,
  );
});

test('counts what is left of a pile on the side of a server', async () => {
  const host = new SimulatedHost();
  for (const [i, now] of every(1, '10:00', '10:04').entries())
    await upload(host, now, [listening(0), ...accepted(100 + 20 * i, GATEWAY, 1)]);
  await upload(host, at('10:05'), [listening(0), ...accepted(30, GATEWAY, 1)]);
  assert.match(
    host.message(-1).text,
    /The pile has shrunk from 180 to 30 sockets \(30 sockets of it left at 10:05:00 UTC\); nothing failed\./,
  );
  assert.doesNotMatch(host.message(-1).text, /[Vv]erified/);
});

test('quotes the descriptors of a process that is off its limit', async () => {
  const host = new SimulatedHost();
  const files = async (now: string, open: number): Promise<void> => upload(host, now, [listening(0)], [`9 ${open} 1024 4096`]);
  for (const now of every(1, '10:00', '10:03')) await files(now, 1024);
  await host.upload('logs/gateway', at('10:03'), `${at('10:02')} ERROR [9] gateway: accept: too many open files`);
  await files(at('10:04'), 120);
  assert.deepEqual(
    host.said().map((line) => line.slice(6)),
    ['opened', 'resolved'],
  );
  assert.match(
    host.message(-1).text,
    /Verified: gateway \(pid 9\) has 120 of 1,024 descriptors open at 10:04:00 UTC, the last failure was at 10:02:00 UTC\./,
  );
});

test('does not call a port free because nobody asks for it any more', async () => {
  const host = new SimulatedHost();
  const rival = 'LISTEN 0 128 *:8080 *:* users:(("old-api",pid=7,fd=3))';
  await upload(host, at('10:00'), [rival]);
  await host.upload(
    'logs/api',
    at('10:01'),
    `${at('10:01')} ERROR [77] api: cannot start server on port 8080: [Errno 98] Address already in use`,
  );
  for (const now of every(5, '10:02', '10:52')) await upload(host, now, [rival]);
  assert.deepEqual(
    host.said().map((line) => line.slice(6)),
    ['opened', 'resolved'],
  );
  assert.match(host.message(-1).text, /Nothing has failed since 10:01:00 UTC\. No snapshot shows that its cause is gone\./);
  assert.doesNotMatch(host.message(-1).text, /[Vv]erified/);
});
