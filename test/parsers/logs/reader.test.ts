import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLog } from '../../support/read.ts';

const UPLOADED = '2026-11-23T12:30:00.000Z';

const JAVA = [
  '2026-11-23 11:00:00,000 ERROR [a] x - failed',
  'com.acme.Wrapped: outer',
  '\tat com.acme.A.b(A.java:1)',
  'Caused by: java.net.BindException: Address already in use',
  '\tat java.base/java.net.Socket.bind(Socket.java:682)',
  '\tat org.apache.commons.httpclient.HttpConnection.open(HttpConnection.java:707)',
  '\t... 12 more',
];

const said = (text: string): readonly string[] =>
  readLog(text, UPLOADED).failures.map(({ kind, call, localPort, lines }) => `${kind} ${call} ${localPort} ${lines.join('-')}`);

test('counts a record and its causes once, whatever follows', () => {
  const { failures } = readLog([...JAVA, '2026-11-23 11:00:01,000 INFO [a] x - ok', ...JAVA].join('\n'));
  assert.deepEqual(
    failures.map(({ lines }) => lines),
    [
      [1, 7],
      [9, 15],
    ],
  );
  assert.equal(new Set(failures.map(({ fingerprint }) => fingerprint)).size, 1);
});

test('keeps streams apart that a collector interleaves', () => {
  const [head = '', ...frames] = JAVA;
  const lines = [`[web-0] ${head}`, `[web-1] ${head}`, ...frames.flatMap((frame) => [`[web-0] ${frame}`, `[web-1] ${frame}`])];
  assert.equal(readLog(lines.join('\n')).failures.length, 2);
});

test('keeps streams apart that docker compose interleaves, and takes the call from each one’s own frames', () => {
  const lines = [
    'web-1  | 2026-11-23 11:00:00,000 ERROR [main] a.B (B.java:1) - x',
    'db-1   | 2026-11-23 11:00:00.000 UTC [1] LOG:  ready',
    'web-1  | java.net.BindException: Address already in use (Bind failed)',
    'db-1   | 2026-11-23 11:00:00.001 UTC [1] LOG:  checkpoint',
    'web-1  | \tat java.net.Socket.bind(Socket.java:662)',
  ];
  assert.deepEqual(said(lines.join('\n')), ['address-in-use bind-any null 1-5']);
});

test('tells several failures below one head apart', () => {
  const head = '2026-11-23 11:00:00,000 INFO starting';
  const trace = ['java.net.BindException: Address already in use', '\tat java.net.Socket.bind(Socket.java:662)'];
  assert.deepEqual(said([head, ...trace, ...trace].join('\n')), ['address-in-use bind-any null 1-3', 'address-in-use bind-any null 4-5']);
  const line = (n: number) => `fetch ${n}: [Errno 99] Cannot assign requested address`;
  assert.equal(said([head, line(1), line(2), line(3)].join('\n')).length, 3);
});

test('counts a line and then its trace, by the same thread at once, as one failure that knows what both say', () => {
  const { failures } = readLog(
    [
      '2026-11-23 11:00:00,000 ERROR [main] a.Server - Failed to bind to 0.0.0.0:8080: Address already in use',
      '2026-11-23 11:00:00,001 ERROR [main] a.Main - giving up',
      'java.net.BindException: Address already in use',
      '\tat java.base/sun.nio.ch.ServerSocketChannelImpl.bind(ServerSocketChannelImpl.java:294)',
      '\tat com.acme.Main.main(Main.java:3)',
    ].join('\n'),
  );
  assert.deepEqual(
    failures.map(({ localPort, frame }) => [localPort, frame]),
    [[8080, 'com.acme.Main.main(Main.java:3)']],
  );
});

test('counts what Spring Boot says of one port while it winds down once, and a retry again', () => {
  const warn = (second: number) =>
    `2026-11-23 11:00:0${second}.551  WARN 812 --- [           main] a.Context : cancelling refresh attempt: PortInUseException: Port 8080 is already in use`;
  const report = (second: number) =>
    `2026-11-23 11:00:0${second}.590 ERROR 812 --- [           main] o.s.b.d.LoggingFailureAnalysisReporter   : \n\nWeb server failed to start. Port 8080 was already in use.\n`;
  const info = '2026-11-23 11:00:00.560  INFO 812 --- [           main] a.Report : Error starting ApplicationContext.';
  assert.equal(said([warn(0), info, report(0)].join('\n')).length, 1);
  assert.equal(said([warn(0), info, report(0), warn(3), report(3)].join('\n')).length, 2);
});

test('counts attempts in the same words each, however soon they follow', () => {
  const line = '2026/11/23 11:06:50 [emerg] 21239#21239: bind() to 0.0.0.0:18098 failed (98: Address already in use)';
  assert.equal(said(`${line}\n${line}\n${line}`).length, 3);
  assert.equal(said(`${line}\n${line.replace('0.0.0.0', '[::]')}`).length, 2);
  // Two calls within two milliseconds, as a loop makes them.
  const call = (ms: number) => [`2026-11-23 11:00:00,00${ms} ERROR [main] a.B - lookup ${ms} failed`, ...JAVA.slice(1)];
  assert.equal(said([...call(1), ...call(2), ...call(3)].join('\n')).length, 3);
});

test('takes the port of a failing server from the line that announced it, not from one that tells a success', () => {
  const failing = [
    '2026-11-23 11:20:51,745 ERROR [main] x - exiting',
    'java.net.BindException: Address already in use',
    '\tat java.base/sun.nio.ch.ServerSocketChannelImpl.bind(ServerSocketChannelImpl.java:294)',
  ];
  const before = (text: string) => said([`2026-11-23 11:20:51,744 INFO [main] x - ${text}`, ...failing].join('\n'));
  assert.deepEqual(before('binding to port 0.0.0.0/0.0.0.0:18098'), ['address-in-use listen 18098 2-4']);
  assert.deepEqual(before('Starting server on port 8080'), ['address-in-use listen 8080 2-4']);
  assert.deepEqual(before('listening on port 9090'), ['address-in-use listen null 2-4']);
});

test('does not take an announcement for the port of a client', () => {
  const text = ['2026-11-23 11:00:00,000 INFO [a] x - Starting server on port 8080', ...JAVA].join('\n');
  assert.deepEqual(said(text), ['address-in-use bind-any null 2-8']);
});

test('lets no control character of a log through, and cuts what it quotes', () => {
  const evil = `2026-11-23 11:00:00,000 ERROR [a\u0007] x.Y - \u001b[31mAddress already in use\u001b[0m \u202eevil\u0007 ${'x'.repeat(500)}`;
  const [failure] = readLog(evil).failures;
  assert.ok(failure !== undefined);
  for (const text of [failure.error, failure.thread ?? '']) assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u202e]/);
  assert.ok(failure.error.startsWith('Address already in use'));
  assert.equal(failure.error.length, 300);
});

test('gives repeats one fingerprint, whatever varies in them, and other failures another', () => {
  const print = (text: string) => readLog(text).failures[0]?.fingerprint;
  const urllib = (id: string, at: string) =>
    `2026-11-23 11:00:0${id},000 ERROR [${id}] a - user ${id}: <HTTPConnection object at ${at}>: Failed to establish a new connection: [Errno 99] Cannot assign requested address`;
  assert.equal(print(urllib('1', '0x7ffbc9d94750')), print(urllib('2', '0x7ffbc9d00010')));
  const java = (frame: string, port: number) =>
    `2026-11-23 11:00:00,000 ERROR [a] x - bind 0.0.0.0:${port}\njava.net.BindException: Address already in use\n\tat ${frame}\n\tat java.net.ServerSocket.bind(ServerSocket.java:388)`;
  assert.equal(print(java('a.B.lambda$main$14(B.java:3)', 80)), print(java('a.B.lambda$main$15(B.java:9)', 80)));
  assert.notEqual(print(java('a.B.c(B.java:3)', 80)), print(java('a.B.c(B.java:3)', 81)));
  assert.notEqual(print(java('a.B.c(B.java:3)', 80)), print(java('a.B.d(B.java:3)', 80)));
});

test('refuses an upload that is no text, and quotes its first line', () => {
  const { result } = readLog('\u0000\u0001\u0002\u0003ELF\u0000\u0000\u0000\n\u0000\u0000');
  assert.equal(result.kind, 'refused');
  assert.match(result.kind === 'refused' ? result.reason : '', /ELF/);
});

test('reads an empty log, and one that says nothing of failures', () => {
  const empty = readLog('');
  assert.deepEqual(empty.result.kind === 'read' && [empty.result.records, empty.result.covers], [0, null]);
  const { result } = readLog('2026-11-23 11:00:01,000 INFO a - b\n2026-11-23 11:00:00,000 INFO a - c\n\n');
  assert.ok(result.kind === 'read');
  assert.deepEqual(result.covers, { from: '2026-11-23T11:00:00.000Z', to: '2026-11-23T11:00:01.000Z' });
  assert.deepEqual([result.records, result.failures, result.timeBasis], [2, 0, 'assumed-utc']);
});

test('says which lines go on with a record that is not in the upload, and reads them all the same', () => {
  const { failures, result } = readLog(
    '  File "a.py", line 1, in connect\n    sock.connect(sa)\nOSError: [Errno 99] Cannot assign requested address',
  );
  assert.deepEqual(
    failures.map(({ call, lines }) => [call, lines]),
    [['connect', [1, 3]]],
  );
  assert.ok(result.kind === 'read');
  assert.deepEqual([result.account.unparsed, result.account.understood], [2, 1]);
});

const PIECES = [
  ...JAVA,
  '{"log":"x\\n","stream":"stdout","time":"2026-11-23T11:12:00Z"}',
  '{"log":"half","stream":"stdout","time":"2026-11-23T11:12:00Z"}',
  '{"MESSAGE":[65,66],"__REALTIME_TIMESTAMP":"1795432816567609"}',
  '{"message":"EADDRINUSE","err":{"stack":[1,{"a":null}]},"time":1e300}',
  '2026-11-23T11:12:00.123456789Z stderr P java.net.BindException: Address',
  'Traceback (most recent call last):',
  '  File "a.py", line 1, in f',
  'OSError: [Errno 98] Address already in use',
  'During handling of the above exception, another exception occurred:',
  'panic: listen tcp :80: bind: address already in use',
  'Nov 23 11:20:11 vm a[1]: x#012y',
  'Feb 29 11:20:11 vm a[1]: Too many open files',
  '99:99:99 no time',
  '',
  '}',
  '! at x',
  '[web-0] x',
  'web-1 | x',
];

const anyLog = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PIECES) }, fc.string(), fc.string({ unit: 'binary', maxLength: 40 })), {
    maxLength: 40,
  })
  .map((lines) => lines.map((text) => text.replaceAll(/[\r\n]/g, ' ')));

test('accounts for every line of any log, and never fails', () => {
  fc.assert(
    fc.property(anyLog, (lines) => {
      const { result } = readLog(lines.join('\n'));
      if (result.kind === 'refused') return;
      const { total, understood, ignored, unparsed } = result.account;
      // Nothing at all is one blank line.
      assert.equal(understood + ignored + unparsed, Math.max(1, lines.length));
      assert.equal(total, Math.max(1, lines.length));
    }),
    { numRuns: 1000 },
  );
});

test('keeps each failure of any log within its shape', () => {
  fc.assert(
    fc.property(anyLog, (lines) => {
      const { failures, result } = readLog(lines.join('\n'));
      if (result.kind === 'read') assert.equal(result.failures, failures.length);
      for (const {
        at,
        error,
        frames,
        fingerprint,
        localPort,
        lines: [from, to],
      } of failures) {
        assert.equal(new Date(at).toISOString(), at);
        assert.ok(error.length <= 300 && frames.length <= 60 && frames.every((frame) => frame.length <= 200));
        assert.match(fingerprint, /^[0-9a-f]{16}$/);
        assert.ok(localPort === null || (localPort > 0 && localPort <= 65_535));
        assert.ok(1 <= from && from <= to && to <= lines.length);
      }
    }),
    { numRuns: 1000 },
  );
});

test('reads the same failures whatever ordinary records stand between them', () => {
  const failing = [JAVA, ['2026-11-23 11:00:00,000 WARNING [9] w: [Errno 99] Cannot assign requested address']];
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2 }), { maxLength: 20 }), (choices) => {
      const blocks = choices.map((n) => failing[n] ?? ['2026-11-23 11:00:00,000 INFO [a] x - served a request']);
      const { failures } = readLog(blocks.flat().join('\n'));
      assert.deepEqual(
        failures.map(({ kind }) => kind),
        choices.flatMap((n) => ['address-in-use', 'address-not-available'][n] ?? []),
      );
    }),
    { numRuns: 300 },
  );
});

/** Lines made to keep an expression busy. At 2 MB each, a step count that grows with a line's square takes minutes. */
const HOSTILE: readonly string[] = [
  `2026-11-23 10:50:02,664 EADDRINUSE ${'dial tcp a->b->'.repeat(4000)}`,
  `2026-11-23 10:50:02,664 EADDRINUSE ${'[1 [a '.repeat(10_000)}`,
  `2026-11-23 10:50:02,664 EADDRINUSE ${':1'.repeat(30_000)}`,
  `panic: EADDRINUSE\n${'a('.repeat(30_000)})`,
  `EADDRINUSE\n\tat ${' [aaaaaaaaaaaaaaaa'.repeat(3000)}`,
  `{"message":${'['.repeat(3000)}"EADDRINUSE"${']'.repeat(3000)}}`,
  `2026-11-23 10:50:02,664 connect EADDRNOTAVAIL ${'http://aaaaaaaaaaaaaaaaaaa'.repeat(2000)}`,
  `2026-11-23 10:50:02,664 ${'email address already in use '.repeat(2000)}`,
  `${'a.'.repeat(30_000)}Exception: Address already in use`,
  'EADDRINUSE'.repeat(6000),
];
const HOSTILE_BYTES = 2_000_000;
const PATIENCE_MS = 30_000;

for (const [i, hostile] of HOSTILE.entries()) {
  test(`stays quick on hostile line ${i + 1}, ${hostile.slice(0, 40).replaceAll('\n', ' ')}…`, () => {
    const text = `${hostile}\n`.repeat(Math.ceil(HOSTILE_BYTES / hostile.length));
    const started = performance.now();
    readLog(text);
    assert.ok(performance.now() - started < PATIENCE_MS);
  });
}
