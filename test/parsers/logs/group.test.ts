import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordGrouper } from '../../../lib/parsers/logs/group.ts';
import { readLog } from '../../support/read.ts';

/** The records of a text, as `first-last` line numbers. */
const groupsOf = (lines: readonly string[]): readonly string[] => {
  const groups: string[] = [];
  const grouper = new RecordGrouper(({ from, to }) => groups.push(`${from}-${to}`));
  for (const [i, line] of lines.entries()) grouper.line(line, i + 1);
  grouper.end();
  return groups.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
};

const ANOTHER = 'next';

/** Traces as runtimes print them, without any prefix, each one record. */
const TRACES: Readonly<Record<string, readonly string[]>> = {
  'Java, with its causes': [
    'javax.servlet.ServletException: Something bad happened',
    '    at com.example.OpenSessionFilter.doFilter(OpenSessionFilter.java:60)',
    '\tSuppressed: java.io.IOException: close failed',
    '\t\tat com.example.A.close(A.java:7)',
    'Caused by: com.example.MyException: inner',
    '    at com.example.MyServlet.doPost(MyServlet.java:169) ~[app.jar:1.0]',
    '    ... 27 more',
    'Caused by: java.net.BindException: Address already in use',
    '    ... 12 common frames omitted',
  ],
  'Java, whose causes nest at the margin': [
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
  Python: [
    'Traceback (most recent call last):',
    '  File "webapp2.py", line 1535, in __call__',
    '    rv = self.handle_exception(request, response, e)',
    '         ^^^^^^^^^^^^^^^^^^^^^^^^^^^',
    'app.errors.StockGone: spam',
  ],
  'Python, chained': [
    'Traceback (most recent call last):',
    '  File "a.py", line 1, in f',
    'KeyError: 1',
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    '  File "a.py", line 3, in g',
    'ValueError: 2',
    '',
    'The above exception was the direct cause of the following exception:',
    '',
    'Traceback (most recent call last):',
    '  File "a.py", line 5, in h',
    'RuntimeError: 3',
  ],
  Node: [
    'ReferenceError: myArray is not defined',
    '  at next (/app/node_modules/express/lib/router/index.js:256:14)',
    '  at /app/app.js:52:3 {',
    "  code: 'X'",
    '}',
  ],
  'Go, several goroutines': [
    'panic: my panic',
    '',
    'goroutine 4 [running]:',
    'panic(0x45cb40, 0x47ad70)',
    '\t/usr/local/go/src/runtime/panic.go:542 +0x46c fp=0xc42003f7b8',
    'main.main.func1(0xc420024120)',
    '\tfoo.go:6 +0x39',
    'created by main.main',
    '\tfoo.go:5 +0x58',
    '',
    'goroutine 1 [chan receive]:',
    'runtime.gopark(0x4739b8, 0xc420024178, 0x3)',
    '\t/usr/local/go/src/runtime/proc.go:280 +0x12c',
    'exit status 2',
  ],
  'Go, a signal': [
    'panic: runtime error: invalid memory address or nil pointer dereference',
    '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x7fd34f]',
    '',
    'goroutine 5 [running]:',
    'net/http.(*ServeMux).ServeHTTP(0xc01045cab0, 0x2afb7042a408)',
    '\tserver.go:20 +0x91',
  ],
  '.NET': [
    'System.InvalidOperationException: outer',
    ' ---> System.Net.Sockets.SocketException (98): Address already in use',
    '   at System.Net.Sockets.Socket.DoBind(EndPoint endPointSnapshot)',
    '   --- End of inner exception stack trace ---',
    '   at Acme.Program.Main() in /src/Program.cs:line 4',
  ],
  Ruby: ["src/cl.rb:3:in `initialize': boom (RuntimeError)", "\tfrom src/cl.rb:3:in `new'", "\tfrom src/cl.rb:3:in `<main>'"],
  PHP: [
    "exception 'Exception' with message 'Custom exception' in /srv/test.php:5",
    'Stack trace:',
    '#0 /srv/test.php(9): func1()',
    '#10 /srv/test.php(13): func2()',
    '#11 {main}',
  ],
};

for (const [name, trace] of Object.entries(TRACES)) {
  test(`keeps a trace of ${name} in one record, and what follows out of it`, () => {
    const n = trace.length;
    assert.deepEqual(groupsOf([ANOTHER, ...trace, ANOTHER, ...trace]), ['1-1', `2-${n + 1}`, `${n + 2}-${n + 2}`, `${n + 3}-${2 * n + 2}`]);
  });

  test(`keeps a trace of ${name} in its record below a head`, () => {
    const head = '2026-11-23 11:00:00,000 ERROR [main] x - failed';
    assert.deepEqual(groupsOf([head, ...trace, head]), [`1-${trace.length + 1}`, `${trace.length + 2}-${trace.length + 2}`]);
  });
}

test('counts each of these traces once, and twice in a row as two', () => {
  for (const [name, trace] of Object.entries(TRACES)) {
    const failing = trace.map((line, i) => (i === 0 && !line.startsWith('Traceback') ? `${line} EADDRINUSE` : line));
    const signed = trace.some((line) => line.startsWith('Traceback'))
      ? [...trace.slice(0, -1), 'OSError: [Errno 98] Address already in use']
      : failing;
    assert.equal(readLog(signed.join('\n')).failures.length, 1, name);
    assert.equal(readLog([...signed, ...signed].join('\n')).failures.length, 2, name);
  }
});

test('lets each line be a record where a log has no prefixes', () => {
  assert.deepEqual(groupsOf(['one', 'two', 'three']), ['1-1', '2-2', '3-3']);
});

test('keeps apart what several programs write to one syslog, each line a record', () => {
  const lines = [
    'Nov 23 11:20:11 vm a[1]: one',
    'Nov 23 11:20:11 vm b[2]: two',
    'Nov 23 11:20:12 vm a[1]: three',
    'Nov 23 11:20:12 vm b[2]: \tat x',
  ];
  assert.deepEqual(groupsOf(lines), ['1-1', '2-4', '3-3']);
});

test('joins a traceback that journald stored line by line, while another program writes in between', () => {
  const own = [
    'Traceback (most recent call last):',
    '  File "a.py", line 5, in <module>',
    'OSError: [Errno 98] Address already in use',
    'done',
  ];
  const [a, b, c, d] = own.map((text) => `Nov 23 11:20:16 vm invcat[27050]: ${text}`);
  assert.deepEqual(groupsOf([a ?? '', 'Nov 23 11:20:16 vm cron[1]: job', b ?? '', c ?? '', d ?? '']), ['1-4', '2-2', '5-5']);
});

test('joins a trace whose every line has a prefix', () => {
  const lines = ['\tat java.net.Socket.bind(Socket.java:662)', '\tat a.B.c(B.java:1)'].map(
    (frame) => `11-23 09:14:22.131  4411  4460 W System.err: ${frame}`,
  );
  const head = '11-23 09:14:22.131  4411  4460 W System.err: java.net.BindException: Address already in use';
  assert.deepEqual(groupsOf([head, ...lines, head]), ['1-3', '4-4']);
});

test('joins the parts of a line that the container runtime split, also where another stream writes in between', () => {
  const lines = [
    '2026-11-23T11:12:00.1Z00000000 stdout P one ',
    '2026-11-23T11:12:00.1Z00000000 stderr F two',
    '2026-11-23T11:12:00.2Z00000000 stdout F more',
  ];
  assert.deepEqual(groupsOf(lines), ['1-3', '2-2']);
});

test('keeps what it holds bounded: a record without an end becomes several, and the streams open at once are few', () => {
  const endless = groupsOf([
    '2026-11-23 11:00:00,000 ERROR [main] x - failed',
    ...Array.from({ length: 2000 }, () => '\tat a.B.c(B.java:1)'),
  ]);
  assert.ok(endless.length > 1);
  let records = 0;
  const grouper = new RecordGrouper(() => {
    records += 1;
  });
  for (let i = 0; i < 1000; i += 1) grouper.line(`Nov 23 11:20:11 vm a${i}[${i}]: one`, i + 1);
  assert.ok(records >= 1000 - 64);
});
