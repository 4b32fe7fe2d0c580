import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Socket } from '../../lib/model/socket.ts';
import { readSnapshots, readSockets } from '../support/read.ts';

const brief = ({ protocol, state, local, peer, inode, ownership }: Socket): string =>
  `${protocol} ${state} ${local.address}:${local.port} ${peer.address}:${peer.port} ${inode} ${ownership.kind === 'owned' ? ownership.owners.map(({ command, pid }) => `${pid}/${command}`).join('+') : ownership.kind}`;

const rows = (header: string, ...lines: readonly string[]): readonly string[] =>
  readSockets(['Active Internet connections (servers and established)', header, ...lines].join('\n')).map(brief);

const PLAIN = 'Proto Recv-Q Send-Q Local Address           Foreign Address         State      ';
const WITH_PID = 'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    ';
const WITH_TIMER =
  'Proto Recv-Q Send-Q Local Address           Foreign Address         State       User       Inode      PID/Program name     Timer';

test('reads the plain form, in which nobody is named', () => {
  assert.deepEqual(rows(PLAIN, 'tcp        1      0 10.20.0.13:20000        10.20.8.21:8080         CLOSE_WAIT '), [
    'tcp close_wait 10.20.0.13:20000 10.20.8.21:8080 null unknown',
  ]);
});

test('reads program names with spaces, colons and brackets', () => {
  assert.deepEqual(
    rows(
      WITH_PID,
      'tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 812/nginx: worker pro',
      'tcp 0 0 10.0.0.1:5 10.0.0.2:6 TIME_WAIT -  ',
      'tcp6 0 0 :::8080 :::* LISTEN 9/a (b) c',
    ),
    [
      'tcp listen 0.0.0.0:80 0.0.0.0:null null 812/nginx: worker pro',
      'tcp time_wait 10.0.0.1:5 10.0.0.2:6 null unowned',
      'tcp listen :::8080 :::null null 9/a (b) c',
    ],
  );
});

test('reads the columns of -e and -o where the header puts them', () => {
  assert.deepEqual(
    rows(
      WITH_TIMER,
      'tcp 1 0 10.0.0.1:5 10.0.0.2:6 CLOSE_WAIT root 77604 29596/nginx: w (1)  keepalive (7198.29/0/0)',
      'tcp 0 0 10.0.0.1:7 10.0.0.2:6 TIME_WAIT 0 0 -  timewait (41.2/0/0)',
    ),
    ['tcp close_wait 10.0.0.1:5 10.0.0.2:6 77604 29596/nginx: w (1)', 'tcp time_wait 10.0.0.1:7 10.0.0.2:6 0 unowned'],
  );
});

test('reads a listing of CentOS 7.7 as jc does: names for ports, UDP without a state, raw, and no unix-domain rows', () => {
  const text = readFileSync(new URL('../fixtures/netstat/centos-7.7-aeep.out', import.meta.url), 'utf8');
  const { snapshots, result } = readSnapshots(text);
  assert.deepEqual(snapshots.flatMap(({ sockets }) => sockets).map(brief), [
    'tcp listen localhost:25 0.0.0.0:null 22606 1489/master',
    'tcp listen 0.0.0.0:22 0.0.0.0:null 21767 1215/sshd',
    'tcp listen localhost:25 :::null 22607 1489/master',
    'tcp listen :::22 :::null 21776 1215/sshd',
    'tcp established localhost:22 localhost:38134 63129 6492/sshd: kbrazil',
    'tcp established localhost:38134 localhost:22 63128 6491/ssh',
    // jc keeps the name bootpc; as a port it is 68.
    'udp close 0.0.0.0:68 0.0.0.0:null 20830 1029/dhclient',
    'udp close localhost:323 0.0.0.0:null 18363 795/chronyd',
    'udp close localhost:323 :::null 18364 795/chronyd',
    'raw close :::null :::null 20819 878/NetworkManager',
  ]);
  assert.equal(result.kind === 'read' ? result.account.unparsed : -1, 0);
});

test('refuses a listing in another language, and says how to get it in English', () => {
  const { result } = readSnapshots(
    'Aktive Internetverbindungen (Server und stehende Verbindungen)\nProto Recv-Q Send-Q Local Address           Foreign Address         State\ntcp        0      0 10.0.0.1:5 10.0.0.2:6 VERBUNDEN',
  );
  assert.equal(result.kind, 'refused');
  assert.match(result.kind === 'refused' ? result.reason : '', /LC_ALL=C.*Aktive Internetverbindungen/s);
});
