/**
 * What stands around the time at the beginning of a record, one entry a format, each with a real sample. Every expression is sticky,
 * of bounded repetition, and matched at one place only.
 */

const LEVEL =
  '(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|PANIC|CONFIG|FINE|emerg|alert|crit|critical|error|warn|warning|notice|info|debug|fatal|trace)';
const TRACE_ID = '[0-9a-f]{16,32}[-,]';
const LOGGER = '[\\w.$/<>\\[\\]-]{1,120}';

/** What stands before the time. */
export interface Lead {
  readonly id: string;
  readonly sample: string;
  readonly pattern: RegExp;
}

const lead = (id: string, sample: string, pattern: RegExp): Lead => ({ id, sample, pattern });

export const LEADS: readonly Lead[] = [
  lead('bracket', '[2026-11-23T10:52:27,283][ERROR][o.e.b.Bootstrap          ] [node-1] Exception', /\[/y),
  lead('dropwizard', 'ERROR [2026-11-23 01:31:44,766] com.acme.Ledger: failed', /[A-Z]{4,8} {1,2}\[/y),
  lead('ruby', 'E, [2026-11-23T11:12:52.297260 #24979] ERROR -- : Failed to open TCP connection', /[A-Z], \[/y),
  lead('redis', '21230:M 23 Nov 2026 11:06:50.644 # Warning: Could not create server TCP listening socket', /(?<pid>\d{1,7}):[A-Z] /y),
  lead(
    'priority',
    '<128>Nov 23 11:13:23 haproxy[25526]: Cannot bind to source address before connect() for backend b.',
    /<\d{1,3}>(?:1 )?/y,
  ),
  lead('klog', 'E1123 11:20:16.123456     812 server.go:97] listen tcp :10250: bind: address already in use', /[IWEF](?=\d{4} )/y),
  lead('logfmt', 'time="2026-11-23T11:20:16Z" level=error msg="listen tcp :80: bind: address already in use"', /(?:time|ts|t)="?/y),
  lead('caddy', '{2026-11-23 11:20:16} error', /\{(?=\d{4}-)/y),
];

/** What stands between the time and the message. */
export interface Prefix {
  readonly id: string;
  readonly sample: string;
  readonly pattern: RegExp;
}

const prefix = (id: string, sample: string, pattern: string): Prefix => ({ id, sample, pattern: new RegExp(pattern, 'y') });

export const PREFIXES: readonly Prefix[] = [
  prefix(
    'spring-boot',
    '2026-11-23T12:12:00.123+01:00 ERROR 19585 --- [shop] [nio-8080-exec-7] c.a.lab.InventoryClient                  : stock lookup 32 failed',
    // Tracing puts its identifiers before the PID (Sleuth) or behind the thread (Micrometer).
    ` {1,2}${LEVEL} {1,2}(?:\\[[^\\]]{0,120}\\] )?(?<pid>\\d{1,7}) --- (?:\\[[^\\]]{0,60}\\] )?\\[ *(?!${TRACE_ID})(?<thread>[^\\]]{0,80})\\] (?:\\[ *${TRACE_ID}[^\\]]{0,60}\\] ?)?${LOGGER} *: ?`,
  ),
  prefix(
    'level-pid-thread',
    '2026-11-23T11:20:14,070+00:00 ERROR 26970 [main] c.a.l.InventoryClient: listener start failed',
    ` {1,2}${LEVEL} {1,2}(?<pid>\\d{1,7}) \\[(?<thread>[^\\]]{0,80})\\] ${LOGGER}: `,
  ),
  prefix('level-pid', '2026-11-23T11:24:22.945Z ERROR 28522 Error: connect EADDRNOTAVAIL 10.77.0.1:8099', ` ${LEVEL} (?<pid>\\d{1,7}) `),
  prefix(
    'level-bracketed-pid',
    '2026-11-23 10:40:52,607 ERROR [4903] api.server: cannot start server on port 8080',
    ` {1,2}${LEVEL} {1,2}\\[(?<pid>\\d{1,7})\\] (?:[\\w.-]{1,80}: )?`,
  ),
  prefix(
    'gunicorn',
    "[2026-11-23 11:06:45 +0000] [21174] [ERROR] Connection in use: ('0.0.0.0', 18098)",
    `\\]? \\[(?<pid>\\d{1,7})\\] \\[${LEVEL}\\] `,
  ),
  prefix(
    'logback',
    '11:19:37.881 [main] ERROR com.acme.lab.InventoryClient - stock lookup 0 failed',
    ` \\[(?<thread>[^\\]]{0,80})\\] ${LEVEL} {1,2}${LOGGER} - `,
  ),
  prefix(
    'log4j',
    '2026-11-23 11:19:38,078 ERROR [main] com.acme.lab.InventoryClient (Lab.java:16) - stock lookup 0 failed',
    ` {1,2}${LEVEL} {1,2}\\[(?<thread>[^\\]]{0,80})\\] ${LOGGER}(?: \\(.{1,120}?\\))? - `,
  ),
  prefix(
    'zookeeper',
    '2026-11-23 11:20:51,744 [myid:] - ERROR  [main:ZooKeeperServerMain@91] - Unexpected exception, exiting abnormally',
    ` \\[myid:[^\\]]{0,20}\\] - ${LEVEL} {1,3}\\[(?<thread>[^\\]:]{1,80}):[^\\]]{1,120}\\] - `,
  ),
  prefix(
    'tomcat',
    '23-Nov-2026 11:20:52.381 SEVERE [main] org.apache.catalina.util.LifecycleBase.handleSubClassException Failed to initialize',
    ` ${LEVEL} \\[(?<thread>[^\\]]{0,80})\\] ${LOGGER} `,
  ),
  prefix(
    'elasticsearch',
    '[2026-11-23T10:52:27,283][ERROR][o.e.b.Bootstrap          ] [node-1] Exception',
    `\\]\\[${LEVEL} {0,2}\\]\\[[^\\]]{1,80}\\] ?(?:\\[[^\\]]{1,80}\\] ?)?`,
  ),
  prefix(
    'envoy',
    '[2026-11-23 10:25:55.231][18][warning][config] [source/common/config/grpc_mux_subscription_impl.cc:81] gRPC config rejected',
    `\\]\\[(?<thread>\\d{1,9})\\]\\[[a-z]{4,8}\\]\\[[\\w-]{1,40}\\] (?:\\[[^\\]]{1,200}\\] )?`,
  ),
  prefix(
    'minecraft',
    '[11:20:52] [Server thread/INFO]: Starting Minecraft server on *:25565',
    `\\] \\[(?<thread>[^\\]/]{1,60})/${LEVEL}\\](?: \\[[^\\]]{1,60}\\])?: `,
  ),
  prefix(
    'kafka',
    '[2026-11-23 11:05:46,912] FATAL Fatal error during KafkaServer startup. (kafka.server.KafkaServer)',
    `\\] ${LEVEL} (?!in )`,
  ),
  prefix('flask', '[2026-11-23 11:05:46,912] ERROR in app: Exception on /stock [GET]', `\\] ${LEVEL} in \\w{1,60}: `),
  prefix('php-fpm', "[23-Nov-2026 11:06:53] ERROR: unable to bind listening socket for address '127.0.0.1:18098'", `\\] ${LEVEL}: `),
  prefix('hadoop', '26/11/23 09:43:30 ERROR namenode.NameNode: Failed to start namenode.', ` ${LEVEL} [\\w.$]{1,120}: `),
  prefix(
    'jetty',
    '2026-11-23 23:42:04.415:WARN:oejuc.AbstractLifeCycle:main: FAILED x',
    `:${LEVEL}:[\\w.$-]{1,80}:(?:(?<thread>[^: ]{1,60}): )?`,
  ),
  prefix('dropwizard', 'ERROR [2026-11-23 01:31:44,766] com.acme.Ledger: failed', '\\] [\\w.$]{1,120}: '),
  prefix(
    'nginx',
    '2026/11/23 11:06:55 [crit] 21271#21271: *1 connect() to 10.77.0.1:8099 failed (99: Cannot assign requested address)',
    ' \\[[a-z]{4,6}\\] (?<pid>\\d{1,7})#(?<thread>\\d{1,7}): ',
  ),
  prefix(
    'apache',
    '[Mon Nov 23 11:06:53.123456 2026] [core:emerg] [pid 2313:tid 139811] (98)Address already in use: AH00072: make_sock',
    '\\] \\[[\\w:-]{1,40}\\] \\[pid (?<pid>\\d{1,7})(?::tid (?<thread>\\d{1,20}))?\\] (?:\\[client [^\\]]{1,60}\\] )?',
  ),
  prefix(
    'ruby',
    'E, [2026-11-23T11:12:52.297260 #24979] ERROR -- : Failed to open TCP connection',
    ' #(?<pid>\\d{1,7})\\] {1,2}[A-Z]{3,7} -- [^:]{0,60}: ',
  ),
  prefix(
    'logcat',
    '08-17 09:14:22.131 4411-4460/com.acme.app D/OkHttp: <-- HTTP FAILED: java.net.BindException: bind failed: EADDRINUSE',
    ' {1,2}(?<pid>\\d{1,7})-(?<thread>\\d{1,7})/[\\w.:?-]{1,100} [VDIWEF]/[^:]{1,60}: ',
  ),
  prefix(
    'logcat-threadtime',
    '08-17 09:14:22.131  4411  4460 D OkHttp  : <-- HTTP FAILED: java.net.BindException: bind failed: EADDRINUSE',
    ' {1,5}(?<pid>\\d{1,7}) {1,5}(?<thread>\\d{1,7}) [VDIWEF] [^:]{1,60}: ',
  ),
  prefix(
    'postgresql',
    '2026-11-23 11:20:16.123 UTC [812] LOG:  could not bind IPv4 address "127.0.0.1": Address already in use',
    ' \\[(?<pid>\\d{1,7})\\] (?:\\S{1,60} )?(?:LOG|FATAL|ERROR|HINT|WARNING|PANIC|DETAIL|STATEMENT|NOTICE): {1,2}',
  ),
  prefix(
    'mysql',
    "2026-11-23T11:20:16.123456Z 0 [ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP port: Address already in use",
    ' (?<thread>\\d{1,9}) \\[[A-Z][A-Za-z]{3,8}\\] (?:\\[[\\w-]{1,20}\\] ){0,2}',
  ),
  prefix(
    'serilog',
    '2019-05-23 06:12:44.018 +00:00 [ERR] Unhandled exception while calling upstream',
    ' \\[(?:VRB|DBG|INF|WRN|ERR|FTL)\\] ',
  ),
  prefix(
    'bracketed-level',
    '14:20:31 [WARNING] Error authenticating player_7 with minecraft.net',
    ` \\[${LEVEL}\\](?: \\[[^\\]]{1,60}\\])?:? `,
  ),
  prefix('bukkit', '[14:20:31 WARN]: Failed to bind to port', ` ${LEVEL}\\]: `),
  prefix(
    'klog',
    'E1123 11:20:16.123456     812 server.go:97] listen tcp :10250: bind: address already in use',
    ' {1,7}(?<thread>\\d{1,7}) [\\w./-]{1,80}:\\d{1,6}\\] ',
  ),
  prefix('logfmt', 'time="2026-11-23T11:20:16Z" level=error msg="listen tcp :80: bind: address already in use"', '"? (?=[a-z]{1,10}=)'),
  prefix('python-dashes', '2026-11-23 11:12:18,677 - stock - ERROR - call 32 failed', ` - ${LOGGER} - ${LEVEL} - `),
  prefix('redis', '21230:M 23 Nov 2026 11:06:50.644 # Warning: Could not create server TCP listening socket', ' [#*.-] '),
  prefix(
    'python-tabs',
    '2023-04-28 09:03:33,207: ERROR\tapp:\tQueuePool limit of size 5 overflow 10 reached',
    `: ${LEVEL}[\\t ][\\w.]{1,60}:[\\t ]`,
  ),
  prefix('jul', 'Nov 23, 2026 11:19:38 AM Lab main', ' (?=[\\w.$]{1,160} [\\w$<>]{1,80}$)'),
  prefix('level', '2026-11-23 11:12:18,677 ERROR call 32 failed', ` {1,2}${LEVEL}:? `),
  prefix(
    'go',
    '2026/11/23 11:12:40.106985 stock lookup 32 failed: Get "http://10.77.0.1:8099/stock": dial tcp 10.77.0.1:8099',
    '[\\] ,:|]{0,4}',
  ),
];

/** Records of programs that print no time. */
export const TIMELESS: readonly Prefix[] = [
  prefix(
    'uvicorn',
    "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 18098)",
    '(?:DEBUG|INFO|WARNING|ERROR|CRITICAL): {2,6}',
  ),
  prefix(
    'haproxy',
    '[ALERT]    (21242) : Binding [ng/h.cfg:6] for frontend f: cannot bind socket (Address already in use) for [0.0.0.0:18098]',
    '\\[(?:NOTICE|ALERT|WARNING)\\] {1,6}(?:\\d{3}/\\d{6} )?\\((?<pid>\\d{1,7})\\) : ',
  ),
  prefix('dotnet-console', 'fail: Acme.Orders.StockClient[0]', '(?:trce|dbug|info|warn|fail|crit): (?=[\\w.]{1,160}\\[\\d{1,9}\\]$)'),
  prefix(
    'php',
    'PHP Warning:  stream_socket_client(): Unable to connect to tcp://10.77.0.1:8099',
    'PHP (?:Warning|Fatal error|Notice|Deprecated): {1,2}',
  ),
];
