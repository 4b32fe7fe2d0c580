import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LEADS, PREFIXES, TIMELESS } from '../../../lib/parsers/logs/formats.ts';
import { HeadReader } from '../../../lib/parsers/logs/head.ts';
import { FORMS, StampReader } from '../../../lib/parsers/logs/time.ts';
import { readLog } from '../../support/read.ts';

const SIGN = 'OSError: [Errno 98] Address already in use';
const UPLOADED = '2026-11-23T12:30:00.000Z';

type Reading = readonly [line: string, at: string, pid: number | null, thread: string | null];

/** One line of each row of FORMATS.tsv, and what a person reads off its prefix. Times without a zone are UTC here. */
const ROWS: Readonly<Record<string, Reading>> = {
  'spring-boot-2 (logback)': [
    `2026-11-23 11:11:36.387 ERROR 22821 --- [           main] com.acme.lab.InventoryClient             : ${SIGN}`,
    '2026-11-23T11:11:36.387Z',
    22821,
    'main',
  ],
  'spring-boot-3': [
    `2026-11-23T12:12:00.123+01:00 ERROR 19585 --- [shop] [nio-8080-exec-7] c.a.lab.InventoryClient                  : ${SIGN}`,
    '2026-11-23T11:12:00.123Z',
    19585,
    'nio-8080-exec-7',
  ],
  'logback default': [`11:19:37.881 [main] ERROR com.acme.lab.InventoryClient - ${SIGN}`, '2026-11-23T11:19:37.881Z', null, 'main'],
  'log4j 1.2 %d': [
    `2026-11-23 11:19:38,078 ERROR [main] com.acme.lab.InventoryClient (Lab.java:16) - ${SIGN}`,
    '2026-11-23T11:19:38.078Z',
    null,
    'main',
  ],
  'log4j2 with %pid': [
    `2026-11-23T11:20:14,070+00:00 ERROR 26970 [main] c.a.l.InventoryClient: ${SIGN}`,
    '2026-11-23T11:20:14.070Z',
    26970,
    'main',
  ],
  'log4j2 JsonLayout': [
    `{"instant":{"epochSecond":1795432849,"nanoOfSecond":825194602},"thread":"main","level":"ERROR","loggerName":"x","message":"${SIGN}"}`,
    '2026-11-23T11:20:49.825Z',
    null,
    'main',
  ],
  'log4j2 Rfc5424Layout': [
    `<131>1 2026-11-23T11:20:50.377Z vm inventory 27151 - - listener start failed\\\\n${SIGN}`,
    '2026-11-23T11:20:50.377Z',
    27151,
    null,
  ],
  'JUL two lines': [`Nov 23, 2026 11:19:38 AM Lab main\nSEVERE: ${SIGN}`, '2026-11-23T11:19:38.000Z', null, null],
  'Tomcat catalina.out': [
    `23-Nov-2026 11:20:52.381 SEVERE [main] org.apache.catalina.util.LifecycleBase.handleSubClassException ${SIGN}`,
    '2026-11-23T11:20:52.381Z',
    null,
    'main',
  ],
  ZooKeeper: [`2026-11-23 11:20:51,744 [myid:] - ERROR  [main:ZooKeeperServerMain@91] - ${SIGN}`, '2026-11-23T11:20:51.744Z', null, 'main'],
  Kafka: [`[2026-11-23 11:05:46,912] FATAL ${SIGN} (kafka.server.KafkaServer)`, '2026-11-23T11:05:46.912Z', null, null],
  Elasticsearch: [`[2026-11-23T10:52:27,283][ERROR][o.e.b.Bootstrap          ] [node-1] ${SIGN}`, '2026-11-23T10:52:27.283Z', null, null],
  'Hadoop/Spark console': [`26/11/23 09:43:30 ERROR namenode.NameNode: ${SIGN}`, '2026-11-23T09:43:30.000Z', null, null],
  'Jetty StdErrLog': [`2026-11-22 23:42:04.415:WARN:oejuc.AbstractLifeCycle:main: ${SIGN}`, '2026-11-22T23:42:04.415Z', null, 'main'],
  Dropwizard: [`ERROR [2026-11-23 01:31:44,766] com.acme.Ledger: ${SIGN}`, '2026-11-23T01:31:44.766Z', null, null],
  'rsyslog RFC3164 file': [
    `Nov 23 11:20:11 vm inventory[26905]: multi line trace over syslog#012Traceback (most recent call last):#012  File "<stdin>", line 5, in <module>#012${SIGN}`,
    '2026-11-23T11:20:11.000Z',
    26905,
    null,
  ],
  'rsyslog RFC3339 file': [
    `2026-11-23T11:20:11.829799+00:00 vm inventory[26903]: bind() to 0.0.0.0:8080 failed (98: Address already in use)`,
    '2026-11-23T11:20:11.829Z',
    26903,
    null,
  ],
  RFC5424: [`<13>1 2026-11-23T11:20:11.829799+00:00 vm inventory 26903 - -  ${SIGN}`, '2026-11-23T11:20:11.829Z', 26903, null],
  'journald short': [`Nov 23 11:20:16 vm invcat[27050]: ${SIGN}`, '2026-11-23T11:20:16.000Z', 27050, null],
  'journald short-iso': [`2026-11-23T11:20:16+0000 vm invcat[27050]: ${SIGN}`, '2026-11-23T11:20:16.000Z', 27050, null],
  'journald json': [
    `{"_PID":"27050","__REALTIME_TIMESTAMP":"1795432816567609","SYSLOG_IDENTIFIER":"invcat","MESSAGE":"${SIGN}"}`,
    '2026-11-23T11:20:16.567Z',
    27050,
    null,
  ],
  'docker json-file': [
    `{"log": "2026-11-23 11:11:25.038 ERROR 22627 --- [           main] com.acme.lab.InventoryClient             : ${SIGN}\\n", "stream": "stdout", "time": "2026-11-23T11:12:00.123456789Z"}`,
    '2026-11-23T11:12:00.123Z',
    22627,
    'main',
  ],
  'Kubernetes CRI': [
    `2026-11-23T11:12:00.123456789+00:00 stdout F 2026-11-23 11:11:25.038 ERROR 1 --- [           main] com.acme.lab.InventoryClient             : ${SIGN}`,
    '2026-11-23T11:12:00.123Z',
    1,
    'main',
  ],
  'logstash-logback-encoder': [
    `{"@timestamp": "2026-11-23T12:12:00.123+01:00", "@version": "1", "message": "${SIGN}", "thread_name": "main", "level": "ERROR"}`,
    '2026-11-23T11:12:00.123Z',
    null,
    'main',
  ],
  'ECS JSON': [
    `{"@timestamp": "2026-11-23T11:12:00.123Z", "log.level": "ERROR", "message": "${SIGN}", "process.pid": 19585, "process.thread.name": "main"}`,
    '2026-11-23T11:12:00.123Z',
    19585,
    'main',
  ],
  'Go log.LstdFlags': [`2026/11/23 11:12:40.106985 ${SIGN}`, '2026-11-23T11:12:40.106Z', null, null],
  'Go slog JSON': [
    `{"time":"2026-11-23T12:12:00.123456789+01:00","level":"ERROR","msg":"lookup failed","err":"${SIGN}"}`,
    '2026-11-23T11:12:00.123Z',
    null,
    null,
  ],
  'Go zap production': [
    `{"level":"error","ts":1795432320.1234567,"caller":"stock/client.go:41","msg":"lookup failed","error":"${SIGN}"}`,
    '2026-11-23T11:12:00.123Z',
    null,
    null,
  ],
  'Python logging %(asctime)s': [
    `2026-11-23 11:12:18,677 ERROR 24185 --- [MainThread] stock: ${SIGN}`,
    '2026-11-23T11:12:18.677Z',
    24185,
    'MainThread',
  ],
  gunicorn: ["[2026-11-23 11:06:45 +0000] [21174] [ERROR] Connection in use: ('0.0.0.0', 18098)", '2026-11-23T11:06:45.000Z', 21174, null],
  // No time; the PID was named before.
  uvicorn: [`INFO:     Started server process [25711]\nERROR:    ${SIGN}`, UPLOADED, 25711, null],
  'nginx error.log': [
    '2026/11/23 11:06:55 [crit] 21271#21272: *1 connect() to 10.77.0.1:8099 failed (99: Cannot assign requested address)',
    '2026-11-23T11:06:55.000Z',
    21271,
    '21272',
  ],
  'Apache error_log': [
    '[Mon Nov 23 11:06:53.123456 2026] [core:emerg] [pid 2313:tid 139811] (98)Address already in use: AH00072: make_sock',
    '2026-11-23T11:06:53.123Z',
    2313,
    '139811',
  ],
  'HAProxy syslog': [
    '<128>Nov 23 11:13:23 haproxy[25526]: Cannot bind to source address before connect() for backend b.',
    '2026-11-23T11:13:23.000Z',
    25526,
    null,
  ],
  'HAProxy stderr': [
    '[ALERT]    (21242) : Binding [ng/h.cfg:6] for frontend f: cannot bind socket (Address already in use) for [0.0.0.0:18098]',
    UPLOADED,
    21242,
    null,
  ],
  'php-fpm': [
    "[23-Nov-2026 11:06:53] ERROR: unable to bind listening socket for address '127.0.0.1:18098': Address already in use (98)",
    '2026-11-23T11:06:53.000Z',
    null,
    null,
  ],
  redis: [
    '21230:M 23 Nov 2026 11:06:50.644 # Warning: Could not create server TCP listening socket *:18098: bind: Address already in use',
    '2026-11-23T11:06:50.644Z',
    21230,
    null,
  ],
  'Ruby Logger': [
    'E, [2026-11-23T11:12:52.297260 #24979] ERROR -- : Failed to open TCP connection to 10.77.0.1:8099 (Cannot assign requested address - connect(2) for "10.77.0.1" port 8099)',
    '2026-11-23T11:12:52.297Z',
    24979,
    null,
  ],
  Envoy: [
    "[2026-11-23 10:25:55.231][18][warning][config] [source/a.cc:81] cannot bind '192.0.2.120:443': Cannot assign requested address",
    '2026-11-23T10:25:55.231Z',
    null,
    '18',
  ],
  '.NET console logger': [`fail: Acme.Orders.StockClient[0]\n      ${SIGN}`, UPLOADED, null, null],
  'Android logcat': [
    '08-17 09:14:22.131 4411-4460/com.acme.app D/OkHttp: <-- HTTP FAILED: java.net.BindException: bind failed: EADDRINUSE',
    '2026-08-17T09:14:22.131Z',
    4411,
    '4460',
  ],
  'Windows event (XML)': [
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Tcpip"/><EventID>4227</EventID><TimeCreated SystemTime="2026-11-23T11:12:00.1234567Z"/><Execution ProcessID="4" ThreadID="8"/></System></Event>',
    '2026-11-23T11:12:00.123Z',
    4,
    '8',
  ],
};

const table = readFileSync(new URL('../../fixtures/logs/FORMATS.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1);

test('there is a reading for each row of FORMATS.tsv, and a row for each reading', () => {
  assert.deepEqual(table.map((row) => row.split('\t')[0]).toSorted(), Object.keys(ROWS).toSorted());
});

for (const [name, [line, at, pid, thread]] of Object.entries(ROWS)) {
  test(`reads time, PID and thread of ${name}`, () => {
    const { failures } = readLog(line, UPLOADED);
    assert.deepEqual(
      failures.map((failure) => [failure.at, failure.pid, failure.thread]),
      [[at, pid, thread]],
    );
  });
}

test('each format matches its own sample, before any other that comes later in the table', () => {
  const stamps = new StampReader();
  const heads = new HeadReader();
  for (const { id, sample, pattern } of PREFIXES) {
    const head = heads.read(sample);
    assert.ok(head !== null && head.written !== null, `${id}: no time found`);
    const first = PREFIXES.find((other) => {
      other.pattern.lastIndex = head.end;
      return other.pattern.test(sample);
    });
    assert.equal(first?.pattern, pattern, `${id} is read as ${first?.id}`);
  }
  for (const { id, sample, pattern } of LEADS) {
    pattern.lastIndex = 0;
    assert.ok(pattern.test(sample) && stamps.read(sample, pattern.lastIndex) !== null, id);
  }
  for (const { id, sample } of TIMELESS) assert.deepEqual(heads.read(sample), { written: null, end: 0, pid: null }, id);
});

test('each form of a time matches its own sample to the end', () => {
  for (const { sample } of FORMS) assert.equal(new StampReader().read(sample, 0)?.end, sample.length, sample);
});

test('reads an INFO line of a console that colours it', () => {
  const esc = '\u001b';
  const line = `${esc}[2m2026-11-23 11:11:36.387${esc}[0;39m ${esc}[31mERROR${esc}[0;39m ${esc}[35m22821${esc}[0;39m ${esc}[2m---${esc}[0;39m ${esc}[2m[main]${esc}[0;39m ${esc}[36mc.a.B ${esc}[0;39m ${esc}[2m:${esc}[0;39m ${SIGN}`;
  const [failure] = readLog(line, UPLOADED).failures;
  assert.deepEqual([failure?.at, failure?.pid, failure?.thread, failure?.error], ['2026-11-23T11:11:36.387Z', 22821, 'main', SIGN]);
});

test('reads PID and thread of Spring Boot between the identifiers of tracing', () => {
  const read = (prefix: string) => readLog(`2026-11-23 11:11:36.387 ERROR ${prefix} c.a.B : ${SIGN}`, UPLOADED).failures[0];
  for (const prefix of [
    '[shop,6a1f0c2b9d3e4f50,6a1f0c2b9d3e4f50] 22821 --- [main]',
    '22821 --- [main] [6a1f0c2b9d3e4f506a1f0c2b9d3e4f50-6a1f0c2b9d3e4f50]',
    '22821 --- [shop] [main] [6a1f0c2b9d3e4f506a1f0c2b9d3e4f50-6a1f0c2b9d3e4f50]',
  ]) {
    const failure = read(prefix);
    assert.deepEqual([failure?.pid, failure?.thread, failure?.error], [22821, 'main', SIGN], prefix);
  }
});
