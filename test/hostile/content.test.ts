import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseUploadKey } from '../../lib/digest/upload-key.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { filesOf, listenOn, readerOf } from '../support/made.ts';
import { AT, counted, failuresIn, logOf, read, SNAPSHOT, snapshotOf } from './uploads.ts';

const LOG_TEXT = `${AT} INFO gestartet für Müller\r\n${AT} ERROR ${listenOn(8080)}\r\n${AT} INFO ende\r\n`;

const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

const ENCODINGS: Readonly<Record<string, Buffer>> = {
  'UTF-8': Buffer.from(LOG_TEXT),
  'UTF-8 with a mark': Buffer.from(`\ufeff${LOG_TEXT}`),
  'UTF-16LE with a mark': Buffer.from(`\ufeff${LOG_TEXT}`, 'utf16le'),
  'UTF-16BE with a mark': swapped(`\ufeff${LOG_TEXT}`),
  'UTF-16LE without a mark': Buffer.from(LOG_TEXT, 'utf16le'),
  'UTF-16BE without a mark': swapped(LOG_TEXT),
};

for (const [name, bytes] of Object.entries(ENCODINGS)) {
  test(`a log of Windows is understood in ${name}`, async () => {
    const digest = await logOf(bytes);
    assert.equal(digest.account.total, 3);
    assert.deepEqual(
      digest.failures.map(({ localPort, count }) => [localPort, count]),
      [[8080, 1]],
    );
  });
}

test('a listing of Windows is understood in UTF-16 without a mark', async () => {
  const text = '\r\nActive Connections\r\n\r\n  Proto  Local Address          Foreign Address        State           PID\r\n';
  const row = '  TCP    10.0.0.4:49712         10.20.8.21:8080        CLOSE_WAIT      4312\r\n';
  const digest = await snapshotOf(Buffer.from(text + row, 'utf16le'));
  assert.deepEqual(digest.states, { close_wait: 1 });
});

test('NUL and invalid bytes in a line cost that line at most', async () => {
  const bytes = Buffer.concat([
    Buffer.from(`${AT} INFO a\u0000b\n`),
    Buffer.from([0xff, 0xfe, 0x80, 0xc3, 0x28, 0xf0, 0x9f, 0x0a]),
    Buffer.from(`${AT} ERROR ${listenOn(8080)} \u0000\n`),
  ]);
  const digest = await logOf(bytes);
  assert.equal(digest.account.total, 3);
  assert.equal(failuresIn(digest), 1);
  assert.doesNotMatch(JSON.stringify(digest), /\\u0000/);
});

test('what is quoted from an upload steers no terminal and turns no text around', async () => {
  const digest = await logOf(`${AT} ERROR \u001b]0;owned\u0007\u202e\u2066 ${listenOn(8080)}\n\u001b[2Jno time\u009b31m\n`);
  assert.doesNotMatch(JSON.stringify(digest), /\\u00[01]|\\u009|[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  assert.equal(failuresIn(digest), 1);
});

const numbersIn = (value: unknown): readonly number[] => {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
};

test('numbers beyond 2^53 become no wrong numbers', async () => {
  const huge = fc.constantFrom(
    '9007199254740993',
    '18446744073709551616',
    '99999999999999999999',
    '-1',
    '1e999',
    '0x7fffffffffffffff',
    'NaN',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(huge, { minLength: 7, maxLength: 7 }), async ([a, b, c, d, e, f, g]) => {
      const text = [
        '==> ss -tanpeoiO <==',
        'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
        'ESTAB 0 0 10.0.0.1:40000 10.0.0.2:80 users:(("ok",pid=7,fd=3)) ino:7 sk:7',
        `CLOSE-WAIT ${a} ${b} 10.0.0.1:40001 10.0.0.2:80 users:(("x",pid=${c},fd=${d})) timer:(on,${e}ms,0) ino:${f} sk:${g}`,
        '==> sysctl <==',
        `net.ipv4.ip_local_port_range = ${a}\t${b}`,
        '==> ps -o pid,ppid,user:32,etimes,args <==',
        'PID PPID USER ELAPSED COMMAND',
        `${c} ${d} root ${e} /bin/x`,
        '==> fds <==',
        'pid open soft hard',
        `${c} ${a} ${b} ${g}`,
      ].join('\n');
      const outcome = await read(SNAPSHOT, counted([Buffer.from(text)]).body);
      assert.ok(outcome.kind === 'digested');
      const wrong = numbersIn(outcome.digests).filter((number) => !Number.isFinite(number) || Math.abs(number) > Number.MAX_SAFE_INTEGER);
      assert.deepEqual(wrong, []);
      assert.deepEqual(
        numbersIn(outcome.digests).filter((number) => number === 9007199254740992),
        [],
      );
    }),
    { numRuns: 200, seed: 1 },
  );
});

const LISTINGS: Readonly<Record<string, (pid: string) => string>> = {
  ss: (pid) => `State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 5 *:80 *:* users:(("x",pid=${pid},fd=3))\n`,
  'ss before 3.14': (pid) => `State Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0 5 *:80 *:* users:(("x",${pid},3))\n`,
  netstat: (pid) =>
    `Proto Recv-Q Send-Q Local Address Foreign Address State PID/Program name\ntcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN ${pid}/x\n`,
  lsof: (pid) => `COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\nx ${pid} root 3u IPv4 0x1 0t0 TCP *:80 (LISTEN)\n`,
  PowerShell: (pid) =>
    `"LocalAddress","LocalPort","RemoteAddress","RemotePort","State","OwningProcess"\n"0.0.0.0","80","0.0.0.0","0","Listen","${pid}"\n`,
};

for (const [name, listing] of Object.entries(LISTINGS)) {
  test(`a process that ${name} names -1 or 0 is nobody, since kill -1 ends them all`, async () => {
    const ownerOf = async (pid: string): Promise<unknown> => {
      const outcome = await read(SNAPSHOT, counted([Buffer.from(listing(pid))]).body);
      const [digest] = outcome.kind === 'digested' ? outcome.digests : [];
      const [listener] = digest?.kind === 'snapshot' ? digest.listeners : [];
      return listener?.holder.kind === 'process' ? listener.holder.pid : null;
    };
    assert.equal(await ownerOf('4312'), 4312);
    for (const pid of ['-1', '0', '00', '9007199254740993', '1e3', '0x10', '4294967296']) assert.equal(await ownerOf(pid), null, pid);
  });
}

const KEYS: readonly (readonly [key: string, host: string | null])[] = [
  ['hosts/web-1/snapshots/x', 'web-1'],
  ['hosts/web-1/snapshots/../../other/snapshots/x', 'web-1'],
  ['hosts/../snapshots/x', null],
  ['hosts/./snapshots/x', null],
  ['hosts/web%2F1/snapshots/x', null],
  ['hosts/web-1%2Fsnapshots/x', null],
  ['hosts/😀/snapshots/x', null],
  ['hosts/wеb-1/snapshots/x', null], // a Cyrillic е
  ['hosts//snapshots/x', null],
  ['/hosts/web-1/snapshots/x', null],
  ['hosts/web-1/snapshots/😀%2F..', 'web-1'],
  ['hosts/web-1\n/snapshots/x', null],
  ['hosts/__proto__/snapshots/x', null],
];

test('a key names one host of plain letters, or none', () => {
  for (const [key, host] of KEYS) {
    const parsed = parseUploadKey(key);
    assert.equal(parsed.kind === 'rejected' ? null : parsed.host, host, key);
    if (parsed.kind === 'rejected') assert.match(parsed.reason, /\w{4}.*\.$/);
  }
});

test('the key names the host, whatever the meta says, and that is said', async () => {
  const digest = await snapshotOf(`==> meta <==\nhost: db-9\ntaken_at: ${AT}\n==> ss -tan <==\nLISTEN 0 5 *:80 *:*\n`);
  assert.equal(digest.host, 'web-1');
  assert.ok(digest.remarks.some((remark) => remark.includes('names another host')));
  const files = new Map(
    [...filesOf('web-1', [{ at: 0, sockets: [] }], [{ app: 'shop', at: [0, 60], line: listenOn(8080) }])].map(
      ([path, text]): [string, string] => [path, text.replace('==> meta <==', '==> meta <==\nhost: db-9')],
    ),
  );
  const { analyses } = await analyzePaths(['made'], readerOf(files));
  assert.deepEqual(
    analyses.map(({ host }) => host),
    ['web-1'],
  );
  assert.match(analyses.flatMap(({ caveats }) => caveats).join(' '), /names another host/);
});
