import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { recognize } from '../../lib/knowledge/match.ts';
import { readLog } from '../support/read.ts';

/** Digests keep no more (`digest/log-digest.ts`). */
const KEPT_FRAMES = 12;

/** By eye, from each file's text and its row in PROVENANCE.md: whose failing call it is. `null`: the text names no library. */
const EXCERPTS: Readonly<Record<string, string | null>> = {
  'a-curl-01': null,
  'a-dotnet-01': ".NET's HttpClient",
  'a-dotnet-02': ".NET's HttpClient",
  'a-dotnet-03': ".NET's HttpClient",
  'a-go-01': "Go's net/http",
  'a-java-01': 'Commons HttpClient 3',
  'a-java-03': 'Commons HttpClient 3',
  'a-java-05': 'Commons HttpClient 3',
  'a-java-11': 'Commons HttpClient 3',
  'a-java-12': 'Apache HttpClient 4',
  'a-java-13': "Jetty's HttpClient",
  'a-java-14': 'OkHttp',
  'a-java-15': 'OkHttp',
  'a-java-16': null,
  'a-node-01': "Node.js's http module",
  'b-elasticsearch-01': 'Netty',
  'b-elasticsearch-02': null,
  'b-hadoop-01': null,
  'b-hadoop-02': null,
  'b-hbase-01': null,
  'b-java-01': null,
  'b-java-03': null,
  'b-jetty-01': 'Jetty',
  'b-jetty-02': 'Jetty',
  'b-kafka-01': null,
  'b-netty-02': 'Netty',
  'b-netty-03': 'Netty',
  'b-springboot-01': null,
  'b-springboot-02': null,
  'b-tomcat-01': 'Tomcat',
  'b-zookeeper-01': null,
  'c-envoy-01': 'Envoy',
  'c-java-01': 'HttpURLConnection',
  'c-java-03': 'OkHttp',
  'c-java-05': 'Apache HttpClient 4',
  'c-java-07': "Java's own HttpClient",
  'c-kafka-01': null,
  'c-netty-01': 'Netty',
  'c-netty-02': null,
  'c-nginx-11': 'nginx',
  'c-node-01': "Node.js's http module",
  'c-php-01': "PHP's streams",
  'c-python-02': 'urllib3',
  'c-python-04': 'http.client',
  'c-python-11': 'urllib.request',
  'c-ruby-01': 'Net::HTTP',
  'd-apache-01': null,
  'd-go-02': null,
  'd-haproxy-01': null,
  'd-nginx-01': null,
  'd-php-01': null,
  'd-python-01': 'socketserver',
  'd-ruby-01': null,
  'd-uvicorn-01': null,
  'e-go-02': "Go's net/http server",
  'e-java-02': null,
  'e-nginx-01': 'nginx',
  'e-node-02': "Node.js's http module",
  'e-python-02': null,
  'f-cri-01': 'Commons HttpClient 3',
  'f-cri-02': null,
  'f-docker-01': 'Commons HttpClient 3',
  'f-ecs-01': null,
  'f-locale-01': null,
  'f-log4j2-01': null,
  'f-log4j2rfc5424-01': null,
  'f-logstash-01': null,
  'f-syslog-02': null,
  'p-java-01': 'Apache HttpClient 4',
  'p-java-03': null,
  'p-java-11': 'OkHttp',
  'p-java-12': 'gRPC for Java',
  'p-python-01': 'aiohttp',
  'p-python-11': 'SQLAlchemy',
};

/** By eye, from each log: incident/app. Only these name a library; `sync`, `worker` and `cart` print the error alone. */
const INCIDENTS: Readonly<Record<string, string>> = {
  'seed-netstat/login': 'Commons HttpClient 3',
  'seed-netstat-nopid/login': 'Commons HttpClient 3',
  'seed-ss/login': 'Commons HttpClient 3',
  'hoarding/login': 'Commons HttpClient 3',
  'churn/shop': 'the socket module',
  'eof-leak/mailer': 'the socket module',
  'server-leak/orders': 'the socket module',
};

/** The libraries best recognised in the failures of a log, each once. */
const librariesIn = (text: string): readonly string[] => [
  ...new Set(
    readLog(text).failures.flatMap(
      ({ frames, error }) => recognize({ frames: frames.slice(0, KEPT_FRAMES), errors: [error] })[0]?.entry.library ?? [],
    ),
  ),
];

const fixture = (path: string): string => new URL(`../fixtures/${path}`, import.meta.url).pathname;

test('the excerpts of real logs name the libraries that printed them', () => {
  const names = readdirSync(fixture('logs')).flatMap((name) => (name.endsWith('.log') ? [basename(name, '.log')] : []));
  assert.deepEqual(Object.keys(EXCERPTS).sort(), names.sort());
  for (const name of names) {
    const expected = EXCERPTS[name] ?? null;
    assert.deepEqual(librariesIn(readFileSync(join(fixture('logs'), `${name}.log`), 'utf8')), expected === null ? [] : [expected], name);
  }
});

test('the logs of the recorded incidents name their libraries, or none', () => {
  const root = fixture('incidents');
  const logs = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /\/logs\/[^/]+\/[^/]+\.gz$/.test(path));
  const found = logs.flatMap((path) => {
    const key = `${path.split('/')[0]}/${basename(dirname(path))}`;
    return librariesIn(gunzipSync(readFileSync(join(root, path))).toString('utf8')).map((library) => [key, library] as const);
  });
  assert.deepEqual(Object.fromEntries(found), INCIDENTS);
  assert.equal(found.length, Object.keys(INCIDENTS).length, 'one library for each log');
});
