import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLog } from '../../support/read.ts';

/** What a person reads in one failure of each wording: kind, call, then the port or the peer where one is named. */
interface Wording {
  readonly says: string;
  readonly lines: readonly string[];
}

const STAMP = '2026-11-23 11:00:00.000 ERROR 7 --- [main] com.acme.App : ';

const WORDINGS: Readonly<Record<string, Wording>> = {
  'Go, a panic': {
    says: 'address-in-use listen 8080',
    lines: [
      'panic: listen tcp :8080: bind: address already in use',
      '',
      'goroutine 1 [running]:',
      'main.main()',
      '\t/srv/app/main.go:6 +0x59e',
      'exit status 2',
    ],
  },
  'Go, logfmt': {
    says: 'address-in-use listen 80',
    lines: ['time="2026-11-23T11:20:16Z" level=error msg="listen tcp :80: bind: address already in use"'],
  },
  'Go, a client': {
    says: 'address-not-available connect 10.77.0.1:8099',
    lines: [
      '2026/11/23 11:12:40 lookup: Get "http://10.77.0.1:8099/stock": dial tcp 10.77.0.1:8099: connect: cannot assign requested address',
    ],
  },
  'Go, a client with a local address': {
    says: 'address-in-use bind-any 10.77.0.1:80',
    lines: ['2026/11/23 11:12:40 lookup: dial tcp 10.0.0.5:0->10.77.0.1:80: bind: address already in use'],
  },
  'Go, a client with a local port': {
    says: 'address-in-use bind-fixed 4000 10.77.0.1:80',
    lines: ['2026/11/23 11:12:40 lookup: dial tcp 10.0.0.5:4000->10.77.0.1:80: bind: address already in use'],
  },
  'Go, an address of another host': {
    says: 'address-not-available bind-address',
    lines: ['2026/11/23 11:12:40 listen tcp 10.9.9.9:80: bind: cannot assign requested address'],
  },
  'Go, zap': {
    says: 'address-in-use listen 9000',
    lines: ['{"level":"error","ts":1795432320.1,"msg":"cannot serve","error":"listen tcp 127.0.0.1:9000: bind: address already in use"}'],
  },
  'Node, nobody handled it': {
    says: 'address-in-use listen 3000',
    lines: [
      'node:events:497',
      "      throw er; // Unhandled 'error' event",
      '      ^',
      '',
      'Error: listen EADDRINUSE: address already in use :::3000',
      '    at Server.setupListenHandle [as _listen2] (node:net:1817:16)',
      '    at listenInCluster (node:net:1865:12)',
      "Emitted 'error' event on Server instance at:",
      '    at emitErrorNT (node:net:1844:8) {',
      "  code: 'EADDRINUSE',",
      "  syscall: 'listen',",
      '  port: 3000',
      '}',
      '',
      'Node.js v20.1.0',
    ],
  },
  'Node, fetch': {
    says: 'address-not-available connect 10.77.0.1:8099',
    lines: [
      'TypeError: fetch failed',
      '    at async lookup (/srv/app/c.mjs:4:13) {',
      '  [cause]: Error: connect EADDRNOTAVAIL 10.77.0.1:8099 - Local (0.0.0.0:0)',
      '      at internalConnect (node:net:1098:16) {',
      "    code: 'EADDRNOTAVAIL',",
      '  }',
      '}',
    ],
  },
  'Rust, whose bind nobody says': {
    says: 'address-in-use unknown',
    lines: ['called `Result::unwrap()` on an `Err` value: Os { code: 98, kind: AddrInUse, message: "Address already in use" }'],
  },
  'Rust, hyper': {
    says: 'address-in-use listen 8080',
    lines: ['Error: error binding to 0.0.0.0:8080: Address already in use (os error 98)'],
  },
  'Rust, reqwest': {
    says: 'address-not-available connect 10.77.0.1:8099',
    lines: [
      'reqwest::Error { url: "http://10.77.0.1:8099/", source: Error(Connect, ConnectError("tcp connect error", Os { code: 99, kind: AddrNotAvailable })) }',
    ],
  },
  '.NET, Kestrel': {
    says: 'address-in-use listen 5000',
    lines: [
      'fail: Microsoft.Extensions.Hosting.Internal.Host[11]',
      '      Hosting failed to start',
      '      System.IO.IOException: Failed to bind to address http://127.0.0.1:5000: address already in use.',
      '       ---> System.Net.Sockets.SocketException (98): Address already in use',
      '         at System.Net.Sockets.Socket.DoBind(EndPoint endPointSnapshot, SocketAddress socketAddress)',
    ],
  },
  'Python, an explicit port 0': {
    says: 'address-in-use bind-any',
    lines: [
      'Traceback (most recent call last):',
      '  File "c.py", line 9, in <module>',
      "    s.bind(('10.0.0.5', 0))",
      'OSError: [Errno 98] Address already in use',
    ],
  },
  'Python, a fixed port': {
    says: 'address-in-use listen 8080',
    lines: [
      'Traceback (most recent call last):',
      '  File "c.py", line 9, in <module>',
      "    s.bind(('0.0.0.0', 8080))",
      'OSError: [Errno 98] Address already in use',
    ],
  },
  'Python, a fixed source port': {
    says: 'address-in-use bind-fixed 4000',
    lines: [
      'Traceback (most recent call last):',
      '  File "c.py", line 9, in <module>',
      "    s = socket.create_connection(PEER, source_address=('', 4000))",
      'OSError: [Errno 98] Address already in use',
    ],
  },
  'Python, urllib3': {
    says: 'address-in-use bind-any 10.77.0.1:8099',
    lines: [
      `${STAMP}HTTPConnectionPool(host='10.77.0.1', port=8099): Max retries exceeded (Caused by NewConnectionError("<HTTPConnection object at 0x7f>: Failed to establish a new connection: [Errno 98] Address already in use"))`,
    ],
  },
  'Ruby, a server': {
    says: 'address-in-use listen 9292',
    lines: [
      "/usr/lib/ruby/3.1.0/socket.rb:201:in `bind': Address already in use - bind(2) for 0.0.0.0:9292 (Errno::EADDRINUSE)",
      "\tfrom src/cl.rb:3:in `<main>'",
    ],
  },
  JMX: {
    says: 'address-in-use listen 1099',
    lines: [
      'java.rmi.server.ExportException: Port already in use: 1099; nested exception is: ',
      '\tjava.net.BindException: Address already in use (Bind failed)',
      '\tat sun.rmi.transport.tcp.TCPTransport.listen(TCPTransport.java:346)',
    ],
  },
  'Tomcat 6': {
    says: 'address-in-use listen 8080',
    lines: [
      'java.net.BindException: Address already in use: JVM_Bind <null>:8080',
      '\tat org.apache.tomcat.util.net.JIoEndpoint.init(JIoEndpoint.java:549)',
    ],
  },
  'Tomcat, the port in the head alone': {
    says: 'address-in-use listen 8080',
    lines: [
      '23-Nov-2026 11:00:00.000 SEVERE [main] org.apache.catalina.core.StandardService.initInternal Failed to initialize connector [Connector[HTTP/1.1-8080]]',
      'Caused by: java.net.BindException: Address already in use',
      '\tat sun.nio.ch.Net.bind0(Native Method)',
    ],
  },
  "a client in a server's thread": {
    says: 'address-in-use bind-any',
    lines: [
      `${STAMP}failed`,
      'java.net.BindException: Address already in use (Bind failed)',
      '\tat java.net.PlainSocketImpl.socketBind(Native Method)',
      '\tat java.net.Socket.bind(Socket.java:662)',
      '\tat org.apache.commons.httpclient.HttpConnection.open(HttpConnection.java:707)',
      '\tat org.apache.coyote.AbstractProtocol$ConnectionHandler.process(AbstractProtocol.java:868)',
      '\tat org.apache.tomcat.util.net.NioEndpoint$SocketProcessor.doRun(NioEndpoint.java:1590)',
    ],
  },
  'HttpClient 4, which names the address it tried': {
    says: 'address-not-available connect 10.77.0.1:8099',
    lines: [
      `${STAMP}org.apache.http.conn.HttpHostConnectException: Connect to shop.example:8099 [shop.example/10.77.0.1] failed: Cannot assign requested address`,
      '\tat java.net.PlainSocketImpl.socketConnect(Native Method)',
    ],
  },
  'a URL without a port': {
    says: 'address-not-available connect api.example:443',
    lines: [`${STAMP}I/O error on GET request for "https://api.example/stock": Cannot assign requested address`],
  },
  "Netty, a client's local address": {
    says: 'address-in-use bind-any',
    lines: [
      'io.netty.channel.unix.Errors$NativeIoException: bind(..) failed: Address already in use',
      '\tat io.netty.channel.unix.Socket.bind(Socket.java:287)',
      '\tat io.netty.channel.epoll.AbstractEpollChannel.doConnect(AbstractEpollChannel.java:743)',
    ],
  },
  "musl's words for in use": {
    says: 'address-in-use bind-any',
    lines: [
      `${STAMP}failed`,
      'java.net.BindException: Address in use (Bind failed)',
      '\tat java.base/java.net.Socket.bind(Socket.java:682)',
    ],
  },
  "musl's words for not available": {
    says: 'address-not-available connect',
    lines: [
      `${STAMP}failed`,
      'java.net.ConnectException: Address not available (connect failed)',
      '\tat java.base/java.net.Socket.connect(Socket.java:633)',
    ],
  },
  'a language that nobody knows, by the frames': {
    says: 'address-not-available connect',
    lines: [`${STAMP}failed`, 'java.net.BindException: Tilgangi hafnad', '\tat java.base/sun.nio.ch.Net.connect0(Native Method)'],
  },
  PostgreSQL: {
    says: 'address-in-use listen 5432',
    lines: [
      '2026-11-23 11:20:16.123 UTC [812] LOG:  could not bind IPv4 address "127.0.0.1": Address already in use',
      '2026-11-23 11:20:16.123 UTC [812] HINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry.',
    ],
  },
  MySQL: {
    says: 'address-in-use listen 3306',
    lines: [
      "2026-11-23T11:20:16.123456Z 0 [ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP port: Address already in use",
      '2026-11-23T11:20:16.123556Z 0 [ERROR] [MY-010257] [Server] Do you already have another mysqld server running on port: 3306 ?',
    ],
  },
  RabbitMQ: {
    says: 'address-in-use listen 5672',
    lines: [
      '2026-11-23 11:20:16.123456+00:00 [error] <0.229.0> Failed to start Ranch listener in ranch_tcp:listen([{port,5672}]) for reason eaddrinuse (address already in use)',
    ],
  },
  docker: {
    says: 'address-in-use listen 8080',
    lines: ['docker: Error response: Bind for 0.0.0.0:8080 failed: port is already allocated.'],
  },
  sshd: {
    says: 'address-in-use listen 22',
    lines: ['Nov 23 11:20:11 vm sshd[812]: error: Bind to port 22 on 0.0.0.0 failed: Address already in use.'],
  },
  Flask: {
    says: 'address-in-use listen 5000',
    lines: ['Address already in use', 'Port 5000 is in use by another program. Either identify and stop that program.'],
  },
  memcached: { says: 'address-in-use listen 11211', lines: ['failed to listen on TCP port 11211: Address already in use'] },
  'HAProxy, its source ports used up': {
    says: 'address-not-available connect',
    lines: ['<128>Nov 23 11:13:23 haproxy[25526]: Connect() failed for backend b: no free ports.'],
  },
  'Windows, no buffer space': {
    says: 'address-in-use connect',
    lines: [
      'System.Net.Sockets.SocketException (10055): An operation on a socket could not be performed because the system lacked sufficient buffer space',
    ],
  },
  HikariCP: {
    says: 'pool-exhausted pool',
    lines: [
      `${STAMP}java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms.`,
    ],
  },
  Jedis: { says: 'pool-exhausted pool', lines: [`${STAMP}Could not get a resource from the pool`] },
  'HikariCP, a leak': {
    says: 'leak-warning pool',
    lines: [`${STAMP}Connection leak detection triggered for com.mysql.cj.jdbc.ConnectionImpl@1 on thread x, stack trace follows`],
  },
  'the descriptors of the whole system': {
    says: 'too-many-open-files descriptor',
    lines: ['accept: Too many open files in system'],
  },
  "musl's words for descriptors": { says: 'too-many-open-files descriptor', lines: ['accept4: No file descriptors available'] },
};

for (const [name, { says, lines }] of Object.entries(WORDINGS)) {
  test(`reads once and rightly: ${name}`, () => {
    const { failures } = readLog(lines.join('\n'));
    const said = failures.map(({ kind, call, localPort, peer }) => [kind, call, localPort, peer].filter((part) => part !== null).join(' '));
    assert.deepEqual(said, [says]);
  });
}
