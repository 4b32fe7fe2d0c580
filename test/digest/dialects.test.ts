import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import type { SnapshotDigest } from '../../lib/model/digest.ts';
import { bytesOf } from '../support/read.ts';

/** What the digest of a leak says and knows, listing by listing: 1,000 CLOSE_WAIT of PID 4312 toward 10.20.8.21:8080. */

const digestOf = async (text: string): Promise<SnapshotDigest> => {
  const outcome = await digestUpload({
    ref: { kind: 'snapshots', host: 'web-03', name: '20261123T100000Z' },
    uri: 's3://b/k',
    lastModified: '2026-11-23T10:00:01.000Z',
    body: bytesOf(text),
  });
  assert.ok(outcome.kind === 'digested', outcome.kind === 'rejected' ? outcome.reason : '');
  const [digest] = outcome.digests;
  assert.ok(digest?.kind === 'snapshot');
  return digest;
};

/** 7919 is prime to 16,384, so every port is another, in no order. */
const PORTS = Array.from({ length: 1000 }, (_, i) => 49_152 + ((i * 7919) % 16_384));

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

interface Form {
  readonly name: string;
  readonly header: string;
  readonly row: (port: number, i: number) => string;
  readonly holder: SnapshotDigest['piles'][number]['holder'];
  readonly queues: boolean;
}

const java = { kind: 'process', pid: 4312, command: 'java' } as const;
const nameless = { kind: 'process', pid: 4312, command: null } as const;
const unknown = { kind: 'unknown' } as const;

const FORMS: readonly Form[] = [
  {
    name: 'proc',
    header: '==> /proc/net/tcp <==',
    row: (port, i) => `${i}: 0D00140A:${hex(port)} 1508140A:1F90 08 00000000:00000001 00:00000000 00000000 0 0 ${i + 9} 1`,
    holder: unknown,
    queues: true,
  },
  {
    name: 'netstat',
    header:
      'Active Internet connections (servers and established)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    ',
    row: (port) => `tcp        1      0 10.20.0.13:${port}        10.20.8.21:8080         CLOSE_WAIT  4312/java`,
    holder: java,
    queues: true,
  },
  {
    name: 'macos-netstat',
    header: 'Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)     rhiwat shiwat    pid   epid',
    row: (port) => `tcp4       0      0  10.20.0.13.${port}       10.20.8.21.8080        CLOSE_WAIT  131072 131072   4312      0`,
    holder: nameless,
    // An empty Recv-Q says nothing of the FIN there.
    queues: false,
  },
  {
    name: 'freebsd-netstat',
    header: 'Proto Recv-Q Send-Q Local Address          Foreign Address        (state)',
    row: (port) => `tcp4       9      0 10.20.0.13.${port}       10.20.8.21.8080        CLOSE_WAIT`,
    holder: unknown,
    queues: true,
  },
  {
    name: 'sockstat',
    header: '==> sockstat -46s <==',
    row: (port, i) => `sync     java       4312  ${i} tcp4   10.20.0.13:${port}      10.20.8.21:8080       CLOSE_WAIT`,
    holder: java,
    queues: false,
  },
  {
    name: 'lsof',
    header: '==> lsof -nP -iTCP <==',
    row: (port, i) => `java 4312 sync ${i}u IPv4 ${i + 9} 0t0 TCP 10.20.0.13:${port}->10.20.8.21:8080 (CLOSE_WAIT)`,
    holder: java,
    queues: false,
  },
  {
    name: 'windows-netstat',
    header: '\r\nActive Connections\r\n',
    row: (port) => `  TCP    10.20.0.13:${port}       10.20.8.21:8080        CLOSE_WAIT      4312\r\n [java]\r`,
    holder: java,
    queues: false,
  },
  {
    name: 'powershell',
    header: '"LocalAddress","LocalPort","RemoteAddress","RemotePort","State","OwningProcess"',
    row: (port) => `"10.20.0.13","${port}","10.20.8.21","8080","CloseWait","4312"`,
    holder: nameless,
    queues: false,
  },
];

for (const { name, header, row, holder, queues } of FORMS) {
  test(`${name}: the digest has the pile, its holder, its ports, and knows what the listing shows`, async () => {
    const digest = await digestOf(`${header}\n${PORTS.map(row).join('\n')}\n`);
    assert.equal(digest.dialect, name);
    assert.deepEqual(digest.states, { close_wait: 1000 });
    assert.deepEqual(
      digest.piles.map((pile) => [pile.holder, pile.side, pile.sockets, pile.peer]),
      [[holder, 'client', 1000, '10.20.8.21:8080']],
    );
    assert.deepEqual(
      digest.ports.map(({ address, used, shares }) => [address, used, shares.map(({ exclusivePorts }) => exclusivePorts)]),
      [['10.20.0.13', 1000, [1000]]],
    );
    const owned = holder.kind === 'process';
    assert.deepEqual([digest.knows.owners, digest.knows.ownersComplete, digest.knows.queues], [owned, owned, queues]);
    assert.equal(digest.knows.inodes, name === 'proc' || name === 'lsof');
    assert.equal(digest.range, null);
  });
}

test('names a PID by ps where the listing has none', async () => {
  const digest = await digestOf(
    [
      '==> netstat -anv <==',
      'Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)     pid   epid',
      'tcp4       0      0  10.0.0.1.50000         10.0.0.2.80            CLOSE_WAIT   4312      0',
      '==> ps -axo pid,args <==',
      '  PID ARGS',
      ' 4312 /opt/jdk/bin/java -jar x.jar',
    ].join('\n'),
  );
  assert.deepEqual(
    digest.piles.map(({ holder }) => holder),
    [java],
  );
});

test('a dense run of ports shows the range on Linux only: Windows takes one port after the other', async () => {
  const dense = Array.from({ length: 300 }, (_, i) => 50_000 + i);
  const linux = await digestOf(
    `==> netstat -nat <==\n${dense.map((port) => `tcp 1 0 10.0.0.1:${port} 10.0.0.2:80 CLOSE_WAIT`).join('\n')}`,
  );
  const windows = await digestOf(dense.map((port) => `  TCP    10.0.0.1:${port}    10.0.0.2:80   CLOSE_WAIT   7`).join('\n'));
  assert.deepEqual([linux.range?.basis, windows.range], ['inferred', null]);
});

test('tells the sides by the range of the listing’s own system', async () => {
  // One connection alone: neither end recurs. 40000 is ephemeral on FreeBSD, not on Windows, where 50000 is.
  const sideIn = async (text: string): Promise<string | undefined> => (await digestOf(text)).piles[0]?.side;
  assert.equal(await sideIn('root a 1 3 tcp4 10.0.0.1:40000 10.0.0.2:9000 ESTABLISHED'), 'client');
  assert.equal(await sideIn('  TCP    10.0.0.1:40000    10.0.0.2:50000   ESTABLISHED   7'), 'server');
  assert.equal(await sideIn('  TCP    10.0.0.1:50000    10.0.0.2:60000   ESTABLISHED   7'), 'server');
});
