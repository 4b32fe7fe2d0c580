import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Clues, noLog } from '../../lib/knowledge/clues.ts';
import { languageOfProgram, programName } from '../../lib/knowledge/language.ts';
import { explain, MAX_MATCHES, MEANS } from '../../lib/knowledge/match.ts';
import { QUEUES } from '../../lib/knowledge/schema.ts';
import { CAUSES } from '../../lib/model/analysis.ts';

const nothing: Clues = {
  cause: 'close-wait-leak',
  side: 'client',
  command: null,
  args: null,
  own: noLog,
  victim: noLog,
  isVictimCulprit: false,
  queues: null,
};

const log = (...frames: readonly string[]) => ({ frames, errors: [] });
const COMMONS = 'org.apache.commons.httpclient.HttpConnection.open(HttpConnection.java:707)';

const ids = (clues: Partial<Clues>) => explain({ ...nothing, ...clues }).map(({ entry }) => entry.id);
const best = (clues: Partial<Clues>) => explain({ ...nothing, ...clues })[0];

test("the victim's stack says how the victim calls, not who leaks", () => {
  assert.deepEqual(ids({ victim: log(COMMONS) }), []);
  // The culprit of the seed is Python; its victim, Java.
  const matches = explain({ ...nothing, command: 'python3', args: 'python3 /srv/sync/main.py', victim: log(COMMONS) });
  assert.deepEqual([...new Set(matches.map(({ entry }) => entry.language))], ['python']);
});

test('unless the victim is the one that takes the ports', () => {
  const clues = { cause: 'time-wait-churn', victim: log(COMMONS) } as const;
  assert.deepEqual(ids(clues), []);
  assert.deepEqual(ids({ ...clues, isVictimCulprit: true }), ['commons-httpclient3-churn']);
});

test('the queues choose between forgotten after the response, at its end, and half read', () => {
  const own = log('io.netty.channel.nio.NioEventLoop.run(NioEventLoop.java:562)');
  assert.deepEqual(ids({ own, queues: 'read-to-eof' }), ['netty-half-closure']);
  assert.deepEqual(ids({ own, queues: 'fin-unread' }), ['netty-auto-read-off']);
  assert.deepEqual(ids({ own: log(COMMONS), queues: 'fin-unread' }), ['commons-httpclient3-throwaway']);
  assert.deepEqual(ids({ own: log(COMMONS), queues: 'unread-data' }), ['commons-httpclient3-unreleased']);
  assert.deepEqual(ids({ own: log(COMMONS), queues: 'read-to-eof' }), []);
});

test('an event loop that sees the end of its connections is not blamed for forgetting them', () => {
  // As measured: no CLOSE_WAIT whose FIN alone is unread.
  const errors = ['asyncio Unclosed client session'];
  assert.deepEqual(ids({ own: { frames: [], errors }, queues: 'fin-unread' }), []);
  assert.deepEqual(ids({ command: 'node', queues: 'fin-unread' }), []);
  assert.deepEqual(ids({ command: 'node', queues: 'unread-data' }).slice(0, 2), ['node-http-unread-response', 'fetch-unread-body']);
});

test('of libraries built on one another, the one that the program calls is meant', () => {
  const python = log(
    'File "/usr/lib/python3.11/socket.py", line 836, in create_connection',
    'File "/usr/lib/python3.11/http/client.py", line 952, in connect',
    'File "/venv/lib/python3.11/site-packages/urllib3/connectionpool.py", line 789, in urlopen',
    'File "/venv/lib/python3.11/site-packages/requests/adapters.py", line 667, in send',
    'File "/srv/app/main.py", line 13, in <module>',
  );
  assert.equal(best({ own: python, queues: 'fin-unread' })?.entry.library, 'requests');
  const grpc = log(
    'io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoop.run(NioEventLoop.java:562)',
    'java.base/java.lang.Thread.run(Thread.java:840)',
  );
  assert.equal(best({ own: grpc })?.entry.library, 'gRPC for Java');
  const rest = log(
    'org.apache.http.impl.execchain.MainClientExec.execute(MainClientExec.java:236)',
    'org.springframework.web.client.RestTemplate.doExecute(RestTemplate.java:862)',
  );
  assert.equal(best({ own: rest })?.entry.library, 'Spring RestTemplate');
});

test("a library's own leak warning is the best evidence, then the stack, then the name", () => {
  const own = {
    frames: [COMMONS],
    errors: ['A connection to https://cdn.example.test/ was leaked. Did you forget to close a response body?'],
  };
  assert.deepEqual(
    explain({ ...nothing, own }).map(({ entry, by }) => [entry.library, by]),
    [
      ['OkHttp', 'warning'],
      ['Commons HttpClient 3', 'frame'],
    ],
  );
  assert.deepEqual([best({ command: 'haproxy' })?.by, best({ command: 'haproxy', own: log(COMMONS) })?.by], ['program', 'frame']);
});

test('a proxy is known by its name, an interpreter only by its language', () => {
  const nginx = best({ cause: 'time-wait-churn', command: 'nginx', args: 'nginx: worker process' });
  assert.deepEqual([nginx?.entry.id, nginx?.by], ['nginx-upstream-keepalive', 'program']);
  for (const command of ['python3', 'java', 'node', 'ruby', 'dotnet']) {
    const matches = explain({ ...nothing, command });
    assert.ok(matches.length > 0 && matches.length <= MAX_MATCHES, command);
    assert.ok(
      matches.every(({ by }) => by === 'language'),
      command,
    );
    assert.equal(new Set(matches.map(({ entry }) => entry.library)).size, matches.length, command);
  }
  assert.deepEqual(ids({ command: 'orders' }), [], 'a name that says nothing');
});

test('an interpreter in the command line outweighs what a process calls itself', () => {
  const clues = { cause: 'time-wait-churn', command: 'php-fpm' } as const;
  assert.deepEqual(ids(clues), ['php-fpm-connection-per-request']);
  assert.deepEqual(ids({ ...clues, args: 'php-fpm: pool www' }), ['php-fpm-connection-per-request']);
  const python = explain({ ...nothing, ...clues, args: 'python3 /srv/php-fpm/main.py' });
  assert.deepEqual([...new Set(python.map(({ entry }) => entry.language))], ['python']);
});

test('a script run by an interpreter is known by its own name', () => {
  const clues = { cause: 'accept-backlog', side: 'server', args: '/usr/bin/python3 /usr/bin/gunicorn app:app' } as const;
  assert.deepEqual(ids(clues).slice(0, 1), ['gunicorn-workers-busy']);
});

test("words that fit another language's library are no clue", () => {
  const errors = ['poll failed: curl_exec() [Errno 99] Cannot assign requested address'];
  assert.deepEqual([...new Set(explain({ ...nothing, own: { frames: [], errors } }).map(({ entry }) => entry.language))], ['python']);
  assert.equal(best({ command: 'php', own: { frames: [], errors: ['curl_exec() failed'] } })?.entry.library, "PHP's curl");
});

test('a compiled program shows its language in its log', () => {
  const own = { frames: [], errors: ['x509: dial tcp 10.0.0.1:80: connect: cannot assign requested address'] };
  assert.deepEqual([best({ own })?.entry.library, best({ own })?.by], ["Go's net/http", 'message']);
  assert.equal(best({ own: log('main.go:17') })?.by, 'language');
});

test('program names lose their path, version and title', () => {
  const names: Readonly<Record<string, string>> = {
    '/usr/sbin/php-fpm8.2': 'php-fpm',
    'nginx: worker process': 'nginx',
    'python3.11': 'python',
    '/opt/jdk-17.0.2/bin/java -jar app.jar': 'java',
    '7': '7',
    '': '',
  };
  for (const [given, name] of Object.entries(names)) assert.equal(programName(given), name);
  assert.equal(languageOfProgram('python3', null), 'python');
  assert.equal(languageOfProgram('worker', '/usr/bin/node /srv/app.js'), 'node');
  assert.equal(languageOfProgram('java', '/opt/app/bin/run'), 'java');
  assert.equal(languageOfProgram('orders', null), null);
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(COMMONS, 'dial tcp ', 'okhttp3.', 'File "/x/socket.py"'),
);
const anyLog = fc.record({ frames: fc.array(text, { maxLength: 12 }), errors: fc.array(text, { maxLength: 4 }) });
const anyClues: fc.Arbitrary<Clues> = fc.record({
  cause: fc.constantFrom(...CAUSES),
  side: fc.constantFrom('client', 'server', null),
  command: fc.option(fc.oneof(text, fc.constantFrom('java', 'nginx', 'python3'))),
  args: fc.option(text),
  own: anyLog,
  victim: anyLog,
  isVictimCulprit: fc.boolean(),
  queues: fc.constantFrom(...QUEUES, null),
});

test('whatever was uploaded, the answer is short, fits the question, and says none of the upload', () => {
  fc.assert(
    fc.property(anyClues, (clues) => {
      const matches = explain(clues);
      assert.ok(matches.length <= MAX_MATCHES);
      assert.equal(new Set(matches.map(({ entry }) => entry.library)).size, matches.length);
      for (const { entry, by, clue } of matches) {
        assert.ok(entry.causes.some((cause) => cause === clues.cause));
        assert.ok(clues.side === null || entry.side === 'both' || entry.side === clues.side);
        assert.ok(clues.queues === null || entry.queues === undefined || entry.queues.includes(clues.queues));
        assert.ok(MEANS.includes(by));
        const { frames = [], messages = [], warnings = [], programs = [], commandLine = [], language } = entry;
        assert.ok([...frames, ...messages, ...warnings, ...programs, ...commandLine, language].includes(clue));
      }
      assert.deepEqual(explain(structuredClone(clues)), matches);
      if (!clues.isVictimCulprit) assert.deepEqual(explain({ ...clues, victim: noLog }), matches);
    }),
    { numRuns: 1000 },
  );
});
