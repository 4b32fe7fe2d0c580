import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { FailingCall, FailureKind } from '../../../lib/model/failure.ts';
import { readLog } from '../../support/read.ts';

/** What each excerpt says, read by a person (PROVENANCE.md beside the excerpts tells where each comes from). */
interface Expected {
  readonly failures: number;
  readonly kind: FailureKind;
  readonly call: FailingCall;
  readonly port?: number;
  readonly peer?: string;
  readonly pid?: number;
}

const inUse = (failures: number, call: FailingCall, more: Partial<Expected> = {}): Expected => ({
  failures,
  kind: 'address-in-use',
  call,
  ...more,
});
const notAvailable = (failures: number, call: FailingCall, more: Partial<Expected> = {}): Expected => ({
  failures,
  kind: 'address-not-available',
  call,
  ...more,
});
const emfile = (failures: number, more: Partial<Expected> = {}): Expected => ({
  failures,
  kind: 'too-many-open-files',
  call: 'descriptor',
  ...more,
});

const PEER = '10.77.0.1:8099';

const EXPECTED: Readonly<Record<string, Expected | null>> = {
  // curl binds its own end only where --local-port names the ports.
  'a-curl-01': inUse(2, 'bind-fixed'),
  'a-dotnet-01': inUse(1, 'connect'),
  // On Linux, where connect says something else: this client bound its end.
  'a-dotnet-02': inUse(1, 'bind-any'),
  'a-dotnet-03': inUse(1, 'connect'),
  'a-go-01': inUse(1, 'connect', { peer: '10.40.5.155:8080' }),
  'a-java-01': inUse(2, 'bind-any', { pid: 22724 }),
  'a-java-03': inUse(2, 'bind-any', { pid: 19684 }),
  'a-java-05': inUse(2, 'bind-any', { pid: 27654 }),
  'a-java-11': inUse(1, 'bind-any'),
  'a-java-12': inUse(2, 'connect', { peer: '127.0.0.1:7055' }),
  'a-java-13': inUse(1, 'connect', { pid: 9312 }),
  'a-java-14': inUse(1, 'connect'),
  'a-java-15': inUse(1, 'bind-any', { pid: 4411 }),
  'a-java-16': inUse(2, 'bind-any', { peer: '10.0.4.21:9200' }),
  'a-node-01': inUse(2, 'bind-any', { peer: PEER, pid: 20951 }),
  // A range of ports failed; its first one is among them.
  'b-elasticsearch-01': inUse(1, 'listen', { port: 9300 }),
  'b-elasticsearch-02': inUse(1, 'listen', { port: 9501 }),
  'b-hadoop-01': inUse(1, 'listen', { port: 50010 }),
  'b-hadoop-02': inUse(1, 'listen', { port: 50070 }),
  'b-hbase-01': inUse(1, 'listen', { port: 60000 }),
  'b-java-01': inUse(1, 'listen'),
  'b-java-03': notAvailable(1, 'bind-address', { pid: 20086 }),
  'b-jetty-01': inUse(1, 'listen', { port: 18082, pid: 20129 }),
  'b-jetty-02': inUse(1, 'listen', { port: 18081 }),
  'b-kafka-01': inUse(1, 'listen', { port: 9092 }),
  'b-netty-02': inUse(1, 'listen', { port: 26502 }),
  'b-netty-03': inUse(1, 'unknown'),
  'b-springboot-01': inUse(1, 'listen', { port: 8080, pid: 4426 }),
  'b-springboot-02': inUse(1, 'listen', { port: 8080, pid: 15880 }),
  'b-tomcat-01': inUse(1, 'listen', { port: 18098 }),
  'b-zookeeper-01': inUse(1, 'listen', { port: 18098 }),
  'c-envoy-01': notAvailable(1, 'bind-address'),
  'c-java-01': notAvailable(2, 'connect', { pid: 23452 }),
  'c-java-03': notAvailable(1, 'connect', { peer: PEER, pid: 23226 }),
  'c-java-05': notAvailable(2, 'connect', { pid: 22936 }),
  'c-java-07': notAvailable(1, 'connect', { pid: 28754 }),
  'c-kafka-01': notAvailable(1, 'bind-address'),
  'c-netty-01': notAvailable(2, 'connect', { peer: PEER, pid: 20005 }),
  'c-netty-02': notAvailable(1, 'connect'),
  'c-nginx-11': notAvailable(1, 'connect', { peer: '192.0.2.80:8080', pid: 2323 }),
  'c-node-01': notAvailable(2, 'connect', { peer: PEER, pid: 28522 }),
  // PHP's warning and the program's own line tell one failure.
  'c-php-01': notAvailable(3, 'connect', { peer: PEER }),
  'c-python-02': notAvailable(1, 'connect', { peer: PEER }),
  'c-python-04': notAvailable(1, 'connect'),
  'c-python-11': notAvailable(1, 'connect'),
  'c-ruby-01': notAvailable(2, 'connect', { peer: PEER, pid: 24979 }),
  'd-apache-01': inUse(1, 'listen', { port: 18098 }),
  'd-go-02': inUse(1, 'listen', { port: 18090 }),
  'd-haproxy-01': inUse(1, 'listen', { port: 18098, pid: 21242 }),
  // Five attempts; "still could not bind()" sums them up.
  'd-nginx-01': inUse(5, 'listen', { port: 18098, pid: 21239 }),
  'd-php-01': inUse(1, 'listen', { port: 18096 }),
  'd-python-01': inUse(1, 'listen'),
  'd-ruby-01': inUse(1, 'listen', { port: 18093 }),
  'd-uvicorn-01': inUse(1, 'listen', { port: 18098, pid: 25711 }),
  'e-go-02': emfile(10),
  'e-java-02': emfile(2, { pid: 21523 }),
  'e-nginx-01': emfile(7, { pid: 21793 }),
  'e-node-02': emfile(2, { pid: 21767 }),
  'e-python-02': emfile(2, { pid: 21659 }),
  'f-cri-01': inUse(1, 'bind-any', { pid: 22627 }),
  // The signature is split across two frames, and the excerpt ends before the frame that would tell whose bind it is.
  'f-cri-02': inUse(1, 'unknown'),
  'f-docker-01': inUse(1, 'bind-any', { pid: 22627 }),
  'f-ecs-01': inUse(1, 'bind-any', { pid: 19585 }),
  // Five languages; the second says "cannot assign", so it is checked apart below.
  'f-locale-01': inUse(5, 'unknown', { pid: 301 }),
  'f-log4j2-01': inUse(1, 'listen', { pid: 26970 }),
  'f-log4j2rfc5424-01': inUse(1, 'listen', { pid: 27151 }),
  'f-logstash-01': inUse(1, 'bind-any'),
  'f-syslog-02': inUse(2, 'listen', { port: 8080, pid: 26903 }),
  'p-java-01': { failures: 2, kind: 'pool-exhausted', call: 'pool', pid: 26611 },
  // A client used after it was closed: neither exhausted nor leaking.
  'p-java-03': null,
  'p-java-11': { failures: 1, kind: 'leak-warning', call: 'pool', pid: 61 },
  'p-java-12': { failures: 1, kind: 'leak-warning', call: 'pool' },
  'p-python-01': { failures: 4, kind: 'leak-warning', call: 'pool', pid: 25746 },
  'p-python-11': { failures: 1, kind: 'pool-exhausted', call: 'pool' },
};

const folder = new URL('../../fixtures/logs/', import.meta.url);
const read = (name: string) => readLog(readFileSync(new URL(`${name}.log`, folder), 'utf8'));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.log'))
  .map((name) => name.slice(0, -'.log'.length));

test('there is an expectation for each excerpt, and an excerpt for each expectation', () => {
  assert.deepEqual(names.toSorted(), Object.keys(EXPECTED).toSorted());
});

for (const name of names) {
  test(`reads ${name} as a person does`, () => {
    const { failures } = read(name);
    const expected = EXPECTED[name] ?? null;
    assert.equal(failures.length, expected?.failures ?? 0);
    if (expected === null) return;
    const [first] = failures;
    assert.deepEqual(
      { kind: first?.kind, call: first?.call, port: first?.localPort, peer: first?.peer, pid: first?.pid },
      { kind: expected.kind, call: expected.call, port: expected.port ?? null, peer: expected.peer ?? null, pid: expected.pid ?? null },
    );
  });
}

/** The first failure's time, as its own record or frame bears it; where it bears none, the upload's. */
const TIMES: Readonly<Record<string, string>> = {
  'a-dotnet-02': '2019-05-23T06:12:44.018Z offset',
  'a-dotnet-03': '2021-02-12T09:30:15.774Z assumed-utc',
  'a-go-01': '2021-03-10T15:20:07.000Z assumed-utc',
  'a-java-01': '2026-11-23T11:11:30.050Z assumed-utc',
  'a-java-11': '2019-03-11T10:22:41.118Z assumed-utc',
  'a-java-12': '2019-03-11T10:22:41.000Z assumed-utc',
  'a-java-14': '2026-11-23T10:44:02.311Z assumed-utc',
  'a-java-15': '2026-08-17T09:14:22.131Z assumed-utc',
  'a-java-16': '2019-02-14T03:10:55.000Z assumed-utc',
  'a-node-01': '2026-11-23T11:06:38.426Z offset',
  'b-elasticsearch-01': '2017-04-24T10:52:27.283Z assumed-utc',
  'b-hadoop-02': '2018-08-27T09:43:30.000Z assumed-utc',
  'b-hbase-01': '2026-11-23T12:00:00.000Z upload',
  'b-java-01': '2026-11-23T11:19:37.881Z assumed-utc',
  'b-jetty-02': '2012-05-23T23:42:04.415Z assumed-utc',
  'b-kafka-01': '2016-06-09T11:05:46.912Z assumed-utc',
  // A time of day past the upload's: the day before.
  'b-netty-03': '2026-11-22T14:20:31.000Z assumed-utc',
  'b-tomcat-01': '2026-11-23T11:20:52.381Z assumed-utc',
  'b-zookeeper-01': '2026-11-23T11:20:51.744Z assumed-utc',
  'c-envoy-01': '2021-07-05T10:25:55.231Z assumed-utc',
  'c-nginx-11': '2018-03-05T08:11:52.000Z assumed-utc',
  'c-php-01': '2026-11-23T11:06:40.000Z offset',
  'c-ruby-01': '2026-11-23T11:12:52.297Z assumed-utc',
  'd-haproxy-01': '2026-11-23T12:00:00.000Z upload',
  'd-python-01': '2026-11-23T12:00:00.000Z upload',
  'e-go-02': '2026-11-23T11:07:17.482Z assumed-utc',
  'e-python-02': '2026-11-23T11:07:15.744Z assumed-utc',
  'f-cri-01': '2026-11-23T11:12:00.123Z offset',
  'f-cri-02': '2026-11-23T11:12:00.123Z offset',
  'f-docker-01': '2026-11-23T11:12:00.123Z offset',
  'f-ecs-01': '2026-11-23T11:12:00.123Z offset',
  'f-log4j2-01': '2026-11-23T11:20:14.070Z offset',
  'f-log4j2rfc5424-01': '2026-11-23T11:20:50.377Z offset',
  'f-logstash-01': '2026-11-23T11:12:00.123Z offset',
  'f-syslog-02': '2026-11-23T11:20:11.829Z offset',
  'p-java-12': '2020-02-09T01:31:44.766Z assumed-utc',
  'p-python-11': '2023-04-28T09:03:33.207Z assumed-utc',
};

for (const [name, at] of Object.entries(TIMES)) {
  test(`tells when ${name} failed, and by whose word`, () => {
    const [first] = read(name).failures;
    assert.equal(`${first?.at} ${first?.timeBasis}`, at);
  });
}

/** The application's or its client library's frame, nearest to the failing call. */
const FRAMES: Readonly<Record<string, string | null>> = {
  'a-java-01': 'org.apache.commons.httpclient.protocol.DefaultProtocolSocketFactory.createSocket(DefaultProtocolSocketFactory.java:80)',
  'a-java-14': 'okhttp3.internal.platform.Platform.connectSocket(Platform.kt:128)',
  'b-hadoop-02': 'org.apache.hadoop.http.HttpServer2.constructBindException(HttpServer2.java:1015)',
  'b-netty-02': 'io.netty.channel.unix.Errors.newIOException(Errors.java:122)',
  'c-java-03': 'okhttp3.internal.platform.Platform.connectSocket(Platform.java:130)',
  'c-python-11': 'File "/srv/app/poller.py", line 100, in poll',
  'd-go-02': '/srv/app/cl.go:6 +0x59e',
  'p-python-11': 'File "/venv/lib/python3.10/site-packages/sqlalchemy/pool/impl.py", line 146, in _do_get',
  'f-cri-02': null,
};

for (const [name, frame] of Object.entries(FRAMES)) {
  test(`names the frame of ${name} that is not the runtime's`, () => {
    assert.equal(read(name).failures[0]?.frame, frame);
  });
}

test('says where a failure stands, the first part of a split line included', () => {
  assert.deepEqual(
    ['a-java-01', 'c-java-03', 'd-nginx-01', 'f-cri-02'].map((name) => read(name).failures[0]?.lines),
    [
      [3, 21],
      [2, 34],
      [1, 1],
      [1, 3],
    ],
  );
});

test('gives one failure the same fingerprint whatever carried it, and whatever frames reflection adds', () => {
  const prints = (name: string) => read(name).failures.map(({ fingerprint }) => fingerprint);
  assert.deepEqual(prints('f-docker-01'), prints('f-cri-01'));
  assert.deepEqual(prints('f-logstash-01'), prints('f-cri-01'));
  // The second trace is cut at the excerpt's end.
  assert.equal(new Set(prints('a-java-03')).size, 1);
  assert.equal(new Set(prints('e-go-02')).size, 1);
  assert.notDeepEqual(prints('a-java-01'), prints('a-java-03'));
});

test('knows "cannot assign" in German', () => {
  assert.deepEqual(
    read('f-locale-01').failures.map(({ kind }) => kind),
    ['address-in-use', 'address-not-available', 'address-in-use', 'address-in-use', 'address-in-use'],
  );
});
