import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adviceFor } from '../../lib/knowledge/advice.ts';
import { CATALOGUE } from '../../lib/knowledge/catalogue.ts';
import { type Clues, noLog, queuesOf } from '../../lib/knowledge/clues.ts';

const GENERAL = 'Close every connection to 10.20.8.21:8080 on every path.';

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

const advise = (clues: Partial<Clues>) => adviceFor({ ...nothing, ...clues }, GENERAL);

test('who is not known gets the general advice, and no guess', () => {
  assert.deepEqual(advise({ command: 'orders' }), { likely: '', fix: GENERAL, source: null });
});

test('a stack names the library, the likely mistake and the line that mends it', () => {
  const frames = ['okhttp3.internal.connection.RealConnection.connect(RealConnection.java:167)'];
  assert.deepEqual(advise({ own: { frames, errors: [] }, queues: 'fin-unread' }), {
    likely: 'The stack in its own log shows OkHttp. The likely mistake: a response body is not closed on every path.',
    fix: 'With OkHttp: `try (Response response = client.newCall(request).execute()) { return response.body().string(); }`.',
    source: 'https://square.github.io/okhttp/4.x/okhttp/okhttp3/-response-body/',
  });
});

test("a library's own warning is called so", () => {
  const { likely } = advise({ cause: 'connection-hoarding', own: { frames: [], errors: ['asyncio Unclosed client session'] } });
  assert.equal(
    likely,
    'There is a leak warning by aiohttp in its own log. The likely mistake: a ClientSession is made for each request, and not closed.',
  );
});

test('a failing line without a stack is enough', () => {
  const errors = ['Get "http://10.77.0.1/": dial tcp 10.77.0.1:80: connect: cannot assign requested address'];
  const { likely, fix } = advise({ own: { frames: [], errors } });
  assert.equal(
    likely,
    "The failing line in its own log is worded as Go's net/http words it. The likely mistake: the body of a response is not closed on every path.",
  );
  assert.equal(
    fix,
    "With Go's net/http: `defer func() { io.Copy(io.Discard, resp.Body); resp.Body.Close() }()`, right behind the check of err.",
  );
});

test("the log of a victim that takes the ports itself is not called another's", () => {
  const victim = { frames: ['org.apache.commons.httpclient.HttpConnection.open(HttpConnection.java:707)'], errors: [] };
  const { likely } = advise({ cause: 'time-wait-churn', victim, isVictimCulprit: true });
  assert.equal(
    likely,
    'The stack in the log that fails shows Commons HttpClient 3. The likely mistake: each request opens a connection of its own and closes it.',
  );
});

test('a proxy is told what to configure', () => {
  assert.deepEqual(advise({ cause: 'time-wait-churn', command: 'nginx', args: 'nginx: worker process' }), {
    likely:
      'It is nginx. The likely mistake: a connection to the upstream is opened for each request, as is the default before nginx 1.29.7.',
    fix: 'In the configuration of nginx: `keepalive 32;`, in the upstream block; before 1.29.7 with proxy_http_version 1.1 and an empty Connection header (proxy_set_header Connection "";).',
    source: 'https://nginxblog.azurewebsites.net/blog/keep-alive-to-upstreams-is-now-default-in-nginx-1-29-7',
  });
});

test('an interpreter leads to candidates only, and keeps the general advice', () => {
  const { likely, fix, source } = advise({ command: 'python3', args: 'python3 /srv/sync/main.py', queues: 'fin-unread' });
  assert.equal(
    likely,
    'It is a Python program; which library it uses is not known. The usual mistakes are: with http.client, an HTTPConnection is made for each call and never closed; with requests, stream=True is used, and the body is neither read to its end nor closed; with the socket module, a socket is not closed when recv() has returned no bytes, or after an error.',
  );
  assert.ok(
    fix.startsWith(
      `${GENERAL} With http.client, if that is what it uses: \`with contextlib.closing(http.client.HTTPConnection(host)) as connection:\`. With requests, if`,
    ),
  );
  assert.equal(source, null);
});

test('every advice is printable, in whole sentences, with its code in backquotes', () => {
  for (const entry of CATALOGUE) {
    const [frame] = entry.frames ?? [];
    const [message] = entry.messages ?? entry.warnings ?? [];
    const clues: Partial<Clues> = {
      side: entry.side === 'both' ? null : entry.side,
      command: entry.programs?.[0] ?? null,
      own: { frames: frame === undefined ? [] : [frame], errors: message === undefined ? [] : [message] },
      queues: entry.queues?.[0] ?? null,
    };
    for (const cause of entry.causes) {
      const { likely, fix, source } = advise({ ...clues, cause });
      assert.match(likely, /^[A-Z][\u0020-\u007e]+\.$/, entry.id);
      assert.match(fix, /^[A-Z][^`]+: `[^`]+`[^`]*\.$/, entry.id);
      assert.ok(likely.length + fix.length < 900, entry.id);
      assert.equal(new URL(source ?? '').protocol, 'https:', entry.id);
    }
  }
});

test('the reading of most queues stands for the pile', () => {
  assert.equal(queuesOf({ zero: 0, one: 0, more: 0 }), null);
  assert.equal(queuesOf({ zero: 1, one: 8, more: 1 }), 'fin-unread');
  assert.equal(queuesOf({ zero: 9, one: 1, more: 1 }), 'read-to-eof');
  assert.equal(queuesOf({ zero: 0, one: 2, more: 3 }), 'unread-data');
  assert.equal(queuesOf({ zero: 5, one: 5, more: 0 }), null);
});
