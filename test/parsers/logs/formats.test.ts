import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLog } from '../../support/read.ts';

const SIGN = 'OSError: [Errno 98] Address already in use';
const UPLOADED = '2026-11-23T12:30:00.000Z';

/** One line of each format, with what a person reads off its prefix. Times without a zone are UTC here. */
const FORMATS: readonly (readonly [name: string, line: string, at: string, pid: number | null, thread: string | null])[] = [
  [
    'spring-boot-2',
    `2026-11-23 11:11:36.387 ERROR 22821 --- [           main] com.acme.lab.InventoryClient             : ${SIGN}`,
    '2026-11-23T11:11:36.387Z',
    22821,
    'main',
  ],
  [
    'spring-boot-3',
    `2026-11-23T12:12:00.123+01:00 ERROR 19585 --- [nio-8080-exec-7] c.a.lab.InventoryClient                  : ${SIGN}`,
    '2026-11-23T11:12:00.123Z',
    19585,
    'nio-8080-exec-7',
  ],
  ['logback default', `11:19:37.881 [main] ERROR com.acme.lab.InventoryClient - ${SIGN}`, '2026-11-23T11:19:37.881Z', null, 'main'],
  [
    'log4j 1.2',
    `2026-11-23 11:19:38,078 ERROR [main] com.acme.lab.InventoryClient (Lab.java:16) - ${SIGN}`,
    '2026-11-23T11:19:38.078Z',
    null,
    'main',
  ],
  [
    'log4j2 with %pid',
    `2026-11-23T11:20:14,070+00:00 ERROR 26970 [main] c.a.l.InventoryClient: ${SIGN}`,
    '2026-11-23T11:20:14.070Z',
    26970,
    'main',
  ],
  [
    'log4j2 JsonLayout',
    `{"instant":{"epochSecond":1795432849,"nanoOfSecond":825194602},"thread":"main","level":"ERROR","message":"${SIGN}"}`,
    '2026-11-23T11:20:49.825Z',
    null,
    'main',
  ],
  [
    'Tomcat',
    `23-Nov-2026 11:20:52.381 SEVERE [main] org.apache.catalina.util.LifecycleBase.handleSubClassException ${SIGN}`,
    '2026-11-23T11:20:52.381Z',
    null,
    'main',
  ],
  ['JUL', `Nov 23, 2026 11:19:38 AM Lab main\nSEVERE: ${SIGN}`, '2026-11-23T11:19:38.000Z', null, null],
  ['JUL after noon', `Nov 22, 2026 1:19:38 PM Lab main\nSEVERE: ${SIGN}`, '2026-11-22T13:19:38.000Z', null, null],
  ['Kafka', `[2026-11-23 11:05:46,912] FATAL ${SIGN} (kafka.server.KafkaServer)`, '2026-11-23T11:05:46.912Z', null, null],
  ['Hadoop', `26/11/23 09:43:30 ERROR namenode.NameNode: ${SIGN}`, '2026-11-23T09:43:30.000Z', null, null],
  ['Jetty StdErrLog', `2026-11-23 11:42:04.415:WARN:oejuc.AbstractLifeCycle:main: ${SIGN}`, '2026-11-23T11:42:04.415Z', null, null],
  ['Dropwizard', `ERROR [2026-11-23 01:31:44,766] com.acme.Ledger: ${SIGN}`, '2026-11-23T01:31:44.766Z', null, null],
  ['RFC 3164', `Nov 23 11:20:11 vm inventory[26905]: ${SIGN}`, '2026-11-23T11:20:11.000Z', 26905, null],
  ['RFC 3164 of last year', `Dec  3 11:20:11 vm inventory[26905]: ${SIGN}`, '2025-12-03T11:20:11.000Z', 26905, null],
  ['RFC 3339 file', `2026-11-23T11:20:11.829799+00:00 vm inventory[26903]: ${SIGN}`, '2026-11-23T11:20:11.829Z', 26903, null],
  ['RFC 5424', `<13>1 2026-11-23T11:20:11.829799+00:00 vm inventory 26903 - -  ${SIGN}`, '2026-11-23T11:20:11.829Z', 26903, null],
  ['journald short-iso', `2026-11-23T11:20:16+0000 vm invcat[27050]: ${SIGN}`, '2026-11-23T11:20:16.000Z', 27050, null],
  [
    'journald json',
    `{"_PID":"27050","__REALTIME_TIMESTAMP":"1795432816567609","SYSLOG_IDENTIFIER":"invcat","MESSAGE":"${SIGN}"}`,
    '2026-11-23T11:20:16.567Z',
    27050,
    null,
  ],
  ['Go', `2026/11/23 11:12:40.106985 ${SIGN}`, '2026-11-23T11:12:40.106Z', null, null],
  [
    'Go slog',
    `{"time":"2026-11-23T12:12:00.123456789+01:00","level":"ERROR","msg":"x","err":"${SIGN}"}`,
    '2026-11-23T11:12:00.123Z',
    null,
    null,
  ],
  ['Go zap', `{"level":"error","ts":1795432320.1234567,"msg":"lookup failed","error":"${SIGN}"}`, '2026-11-23T11:12:00.123Z', null, null],
  [
    'pino',
    `{"level":50,"time":1795432320123,"pid":77,"msg":"x","err":{"type":"Error","stack":"${SIGN}"}}`,
    '2026-11-23T11:12:00.123Z',
    77,
    null,
  ],
  ['Python', `2026-11-23 11:12:18,677 ERROR 24185 --- [MainThread] stock: ${SIGN}`, '2026-11-23T11:12:18.677Z', 24185, 'MainThread'],
  [
    'gunicorn',
    `[2026-11-23 11:06:45 +0000] [21174] [ERROR] Connection in use: ('0.0.0.0', 18098)`,
    '2026-11-23T11:06:45.000Z',
    21174,
    null,
  ],
  [
    'nginx',
    '2026/11/23 11:06:55 [crit] 21271#21271: *1 connect() to 10.77.0.1:8099 failed (99: Cannot assign requested address)',
    '2026-11-23T11:06:55.000Z',
    21271,
    null,
  ],
  [
    'Apache',
    '[Mon Nov 23 11:06:53.123456 2026] [core:emerg] [pid 2313:tid 139811] (98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:80',
    '2026-11-23T11:06:53.123Z',
    2313,
    null,
  ],
  [
    'HAProxy',
    '<128>Nov 23 11:13:23 haproxy[25526]: Cannot bind to source address before connect() for backend b.',
    '2026-11-23T11:13:23.000Z',
    25526,
    null,
  ],
  [
    'php-fpm',
    "[23-Nov-2026 11:06:53] ERROR: unable to bind listening socket for address '127.0.0.1:18098': Address already in use (98)",
    '2026-11-23T11:06:53.000Z',
    null,
    null,
  ],
  [
    'redis',
    '21230:M 23 Nov 2026 11:06:50.644 # Warning: Could not create server TCP listening socket *:18098: bind: Address already in use',
    '2026-11-23T11:06:50.644Z',
    21230,
    null,
  ],
  [
    'Envoy',
    "[2026-11-23 10:25:55.231][18][warning][config] cannot bind '192.0.2.120:443': Cannot assign requested address",
    '2026-11-23T10:25:55.231Z',
    null,
    null,
  ],
  [
    'logcat',
    '08-17 09:14:22.131 4411-4460/com.acme.app D/OkHttp: <-- HTTP FAILED: java.net.BindException: bind failed: EADDRINUSE',
    '2026-08-17T09:14:22.131Z',
    4411,
    null,
  ],
];

for (const [name, line, at, pid, thread] of FORMATS) {
  test(`reads the prefix of ${name}`, () => {
    const { failures } = readLog(line, UPLOADED);
    assert.deepEqual(
      failures.map((failure) => [failure.at, failure.pid, failure.thread]),
      [[at, pid, thread]],
    );
  });
}

test('lets an offset in the line win, then the zone of the upload, then UTC, which it names', () => {
  const local = `2026-07-01 12:00:00 ERROR x: ${SIGN}`;
  const at = (text: string, zone: string | null) =>
    readLog(text, UPLOADED, zone).failures.map((failure) => `${failure.at} ${failure.timeBasis}`);
  assert.deepEqual(at(`2026-07-01 12:00:00 +02:00 ERROR x: ${SIGN}`, 'America/New_York'), ['2026-07-01T10:00:00.000Z offset']);
  assert.deepEqual(at(local, 'Europe/Berlin'), ['2026-07-01T10:00:00.000Z meta-zone']);
  assert.deepEqual(at(local, '-05:00'), ['2026-07-01T17:00:00.000Z meta-zone']);
  assert.deepEqual(at(local, null), ['2026-07-01T12:00:00.000Z assumed-utc']);
});

const JAVA = [
  '2026-11-23 11:00:00,000 ERROR [a] x - failed',
  'com.acme.Wrapped: outer',
  '\tat com.acme.A.b(A.java:1)',
  'Caused by: java.net.BindException: Address already in use',
  '\tat java.base/java.net.Socket.bind(Socket.java:682)',
  '\tat org.apache.commons.httpclient.HttpConnection.open(HttpConnection.java:707)',
  '\t... 12 more',
];

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

test('tells two failures without prefixes apart, and a chain of Python exceptions as one', () => {
  const trace = [
    'Traceback (most recent call last):',
    '  File "a.py", line 1, in f',
    '    s.connect(x)',
    'OSError: [Errno 99] Cannot assign requested address',
  ];
  assert.equal(readLog([...trace, ...trace].join('\n')).failures.length, 2);
  const chained = [
    ...trace,
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    '  File "b.py", line 1, in g',
    '    raise URLError(err)',
    'urllib.error.URLError: <urlopen error [Errno 99] Cannot assign requested address>',
  ];
  assert.equal(readLog(chained.join('\n')).failures.length, 1);
});

test('takes the port of a failing server from the line that announced it', () => {
  const { failures } = readLog(
    `2026-11-23 11:20:51,744 INFO [main] binding to port 0.0.0.0/0.0.0.0:18098\n2026-11-23 11:20:51,745 ERROR [main] x - exiting\njava.net.BindException: Address already in use\n\tat java.base/sun.nio.ch.ServerSocketChannelImpl.bind(ServerSocketChannelImpl.java:294)`,
  );
  assert.deepEqual(
    failures.map(({ call, localPort }) => [call, localPort]),
    [['listen', 18098]],
  );
});

test('lets no control character of a log through', () => {
  const { failures } = readLog('2026-11-23 11:00:00,000 ERROR [a] x - \u001b[31mAddress already in use\u001b[0m \u202eevil\u0007');
  assert.doesNotMatch(failures[0]?.error ?? '\u0000', /[\u0000-\u001f\u007f-\u009f\u202e]/);
});

test('accounts for every line of any log, and never fails', () => {
  const piece = fc.constantFrom(
    ...JAVA,
    '{"log":"x\\n","stream":"stdout","time":"2026-11-23T11:12:00Z"}',
    '{"log":"half',
    '2026-11-23T11:12:00.123456789Z stderr P java.net.BindException: Address',
    'Traceback (most recent call last):',
    'Nov 23 11:20:11 vm a[1]: x#012y',
    '',
    '}',
    '! at x',
    '[web-0] x',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (lines) => {
      const flat = lines.map((text) => text.replaceAll(/[\r\n]/g, ' '));
      const { result } = readLog(flat.join('\n'));
      if (result.kind === 'refused') return;
      assert.equal(result.account.understood + result.account.ignored + result.account.unparsed, Math.max(1, flat.length));
    }),
    { numRuns: 500 },
  );
});

/** One event each, as the multi-line tests of log shippers have them (Google's detect-exceptions, fluent-bit): twice in a row is two. */
const TRACES: Readonly<Record<string, readonly string[]>> = {
  'Java with a nested exception': [
    'java.lang.RuntimeException: javax.mail.SendFailedException: Invalid Addresses;',
    '  nested exception is:',
    'java.net.BindException: Address already in use',
    '',
    '\tat com.acme.Facade.send(Facade.java:236)',
    'Caused by: javax.mail.SendFailedException: Invalid Addresses;',
    '  nested exception is:',
    'java.net.BindException: Address already in use',
    '\t... 12 more',
  ],
  'Go panic': [
    'panic: listen tcp :18090: bind: address already in use',
    '',
    'goroutine 4 [running]:',
    'panic(0x45cb40, 0x47ad70)',
    '\t/usr/local/go/src/runtime/panic.go:542 +0x46c fp=0xc42003f7b8 sp=0xc42003f710 pc=0x422f7c',
    'main.main.func1(0xc420024120)',
    '\tfoo.go:6 +0x39 fp=0xc42003f7d8 sp=0xc42003f7b8 pc=0x451339',
    'created by main.main',
    '\tfoo.go:5 +0x58',
  ],
  PHP: [
    "exception 'Exception' with message 'Address already in use' in /srv/app.php:5",
    'Stack trace:',
    '#0 /srv/app.php(9): bind()',
    '#1 {main}',
  ],
  'C#': [
    'System.Net.Sockets.SocketException (98): Address already in use',
    '   at System.Net.Sockets.Socket.Bind(EndPoint localEP)',
    '   at Acme.Server.Start() in /src/Server.cs:line 41',
  ],
  Ruby: [
    'src/cl.rb:3:in `initialize\': Address already in use - bind(2) for "0.0.0.0" port 18093 (Errno::EADDRINUSE)',
    "\tfrom src/cl.rb:3:in `new'",
    "\tfrom src/cl.rb:3:in `<main>'",
  ],
  Node: [
    'Error: listen EADDRINUSE: address already in use :::3000',
    '    at Server.setupListenHandle [as _listen2] (node:net:1463:16)',
    "  code: 'EADDRINUSE',",
    '}',
  ],
};

for (const [name, trace] of Object.entries(TRACES)) {
  test(`groups a trace of ${name}, and two in a row as two`, () => {
    assert.deepEqual(
      readLog(trace.join('\n')).failures.map(({ lines }) => lines),
      [[1, trace.length]],
    );
    assert.equal(readLog([...trace, ...trace].join('\n')).failures.length, 2);
  });
}
