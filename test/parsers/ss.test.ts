import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Socket } from '../../lib/model/socket.ts';
import { readSnapshots, readSockets } from '../support/read.ts';

const brief = ({ protocol, state, local, peer, ownership }: Socket): string =>
  `${protocol} ${state} ${local.address} ${local.port} ${peer.address} ${peer.port} ${ownership.kind === 'owned' ? ownership.owners.map(({ command, pid }) => `${command}=${pid}`).join('+') : ownership.kind}`;

const one = (text: string): string => {
  const sockets = readSockets(text);
  assert.equal(sockets.length, 1);
  return sockets.map(brief).join();
};

const HEAD = 'State      Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess';

test('reads a row with owner, inode, cookie and cgroup', () => {
  const [socket] = readSockets(
    `${HEAD}\nCLOSE-WAIT 1      0         10.20.0.13:20000   10.20.8.21:8080 users:(("python3",pid=28429,fd=3)) ino:77604 sk:214 cgroup:/system.slice/sync.service -->`,
  );
  assert.equal(socket?.state, 'close_wait');
  assert.deepEqual(
    [socket?.recvQ, socket?.sendQ, socket?.inode, socket?.cookie, socket?.cgroup],
    [1, 0, 77604, '214', '/system.slice/sync.service'],
  );
  assert.deepEqual(socket?.ownership, { kind: 'owned', owners: [{ command: 'python3', pid: 28429 }] });
});

test('reads rows with a Netid, without a header, without queues, and with glued columns', () => {
  assert.equal(one('tcp   ESTAB 0 0 10.0.0.1:5000 10.0.0.2:80'), 'tcp established 10.0.0.1 5000 10.0.0.2 80 unknown');
  assert.equal(one('udp   UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*'), 'udp close 127.0.0.53 53 0.0.0.0 null unknown');
  assert.equal(one('LISTEN0      128          *:22        *:*'), 'tcp listen * 22 * null unknown');
  assert.equal(one('ESTAB 10.0.0.1:5000 10.0.0.2:80'), 'tcp established 10.0.0.1 5000 10.0.0.2 80 unknown');
});

test('takes the state of a filtered listing from the section name', () => {
  const text =
    '==> ss -tnp state close-wait <==\nRecv-Q Send-Q Local Address:Port Peer Address:Port Process\n1 0 10.0.0.1:5000 10.0.0.2:80 users:(("a",pid=1,fd=3))';
  assert.equal(one(text), 'tcp close_wait 10.0.0.1 5000 10.0.0.2 80 a=1');
});

test('keeps rows whose state nobody names as not understood', () => {
  const { result } = readSnapshots('Recv-Q Send-Q Local Address:Port Peer Address:Port\n1 0 10.0.0.1:5000 10.0.0.2:80');
  assert.equal(result.kind, 'refused');
});

test('reads addresses of all spellings', () => {
  assert.match(one('ESTAB 0 0 [::ffff:10.0.0.1]:80 [::ffff:10.0.0.2]:5000'), / 10\.0\.0\.1 80 10\.0\.0\.2 5000 /);
  assert.match(one('ESTAB 0 0 ::ffff:10.0.0.1:80 ::ffff:10.0.0.2:5000'), / 10\.0\.0\.1 80 10\.0\.0\.2 5000 /);
  assert.match(one('LISTEN 0 128 :::80 :::*'), / :: 80 :: null /);
  assert.match(one('LISTEN 0 128 [fe80::1]%eth0:22 [::]:*'), / fe80::1 22 :: null /);
  assert.match(one('LISTEN 0 128 *:ssh *:*'), / \* 22 \* null /);
});

test('reads owners as ss prints them, old form and new, several, and with threads', () => {
  assert.match(one('ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:(("java",812,45))'), /java=812$/);
  assert.match(one('ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:(("a",pid=1,fd=2),("b",pid=3,fd=4))'), /a=1\+b=3$/);
  assert.match(one('ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:(("a",pid=1,fd=2),("a",pid=1,fd=7))'), /a=1$/);
  assert.match(one('ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:(("a",pid=1,tid=9,fd=2))'), /a=1$/);
});

test('is not fooled by a program that is named like an owner list', () => {
  assert.match(one('ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:(("x",pid=1,fd=2",pid=12771,fd=5)) ino:9 sk:a'), / x",pid=1,fd=2=12771$/);
  const [socket] = readSockets('ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:((" ino:0 sk:dead",pid=7,fd=5)) ino:9 sk:a');
  assert.deepEqual([socket?.inode, socket?.cookie], [9, 'a']);
});

test('joins a row that a newline in a program name has broken, and makes no phantom of it', () => {
  const { snapshots, result } = readSnapshots(
    `${HEAD}\nESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:(("ev\nil",pid=7,fd=5)) ino:9\nLISTEN 0 5 *:80 *:*`,
  );
  assert.deepEqual(snapshots.flatMap(({ sockets }) => sockets).map(brief), [
    'tcp established 10.0.0.1 1 10.0.0.2 2 ev\nil=7',
    'tcp listen * 80 * null unowned',
  ]);
  assert.equal(result.kind === 'read' ? result.account.unparsed : -1, 0);
});

test('attaches the information lines of -i, and counts no socket for them', () => {
  const sockets = readSockets(`${HEAD}\nCLOSE-WAIT 1 0 10.0.0.1:1 10.0.0.2:2\n\t cubic rto:204 lastsnd:90 lastack:61000 pacing_rate 1bps`);
  assert.deepEqual(
    sockets.map(({ lastAckMs }) => lastAckMs),
    [61000],
  );
  assert.deepEqual(
    readSockets('CLOSE-WAIT 1 0 10.0.0.1:1 10.0.0.2:2 ino:5 sk:1 cubic lastack:77 x').map(({ lastAckMs }) => lastAckMs),
    [77],
  );
});

test('tells an owner that is missing from a listing that shows none', () => {
  const shown = readSockets(`${HEAD}\nESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:(("a",pid=1,fd=2))\nTIME-WAIT 0 0 10.0.0.1:3 10.0.0.2:2`);
  assert.deepEqual(
    shown.map(({ ownership }) => ownership.kind),
    ['owned', 'unowned'],
  );
  assert.deepEqual(
    readSockets(`${HEAD}\nTIME-WAIT 0 0 10.0.0.1:3 10.0.0.2:2`).map(({ ownership }) => ownership.kind),
    ['unknown'],
  );
});

test('ignores other families and notices, and keeps what it does not understand', () => {
  const { result } = readSnapshots(
    `Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\nu_str ESTAB 0 0 * 22658 * 22657\nnl UNCONN 768 0 rtnl:kernel *\nFailed to find cgroup2 mount\ntcp LISTEN 0 5 *:80 *:*\ngarbage here`,
  );
  assert.equal(result.kind, 'read');
  if (result.kind !== 'read') return;
  assert.deepEqual([result.account.understood, result.account.ignored, result.account.unparsed], [1, 4, 1]);
  assert.deepEqual(result.account.samples, [{ line: 6, text: 'garbage here' }]);
});
