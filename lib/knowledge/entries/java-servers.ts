import type { Entry } from '../schema.ts';

/** Java's servers, and Jetty's client beside its server. */

const TOMCAT = {
  library: 'Tomcat',
  language: 'java',
  side: 'server',
  frames: ['org.apache.tomcat.util.net.', 'org.apache.catalina.', 'org.apache.coyote.'],
  commandLine: ['org.apache.catalina', 'catalina.home', 'catalina.base'],
  source: 'https://tomcat.apache.org/tomcat-11.0-doc/config/http.html',
  evidence: 'documented',
} as const;
const JETTY = {
  library: 'Jetty',
  language: 'java',
  side: 'server',
  frames: ['org.eclipse.jetty.server.'],
} as const;

export const JAVA_SERVERS = [
  {
    ...TOMCAT,
    id: 'tomcat-threads-busy',
    causes: ['slow-consumer', 'accept-backlog'],
    mistake: 'all request threads are busy or blocked, so that connections are accepted, or wait to be, and are not served',
    fix: '<Connector port="8080" maxThreads="400" maxConnections="8192" acceptCount="100" connectionTimeout="20000"/>',
    fixNote: 'after a thread dump has shown what the threads wait for',
    supports: 'Beyond maxThreads, connections are accepted up to maxConnections; beyond that the system queues acceptCount.',
  },
  {
    ...TOMCAT,
    id: 'tomcat-keep-alive',
    causes: ['descriptor-exhaustion', 'connection-hoarding'],
    mistake: 'idle connections are kept for as long as connectionTimeout, and their number is not bounded',
    fix: '<Connector port="8080" maxConnections="8192" keepAliveTimeout="15000"/>',
    supports: 'keepAliveTimeout defaults to connectionTimeout; maxConnections bounds what is accepted.',
  },
  {
    ...JETTY,
    id: 'jetty-idle-timeout',
    causes: ['close-wait-leak', 'descriptor-exhaustion', 'connection-hoarding'],
    mistake: 'connections are kept without an idle timeout, or an asynchronous request is never completed',
    fix: 'connector.setIdleTimeout(30_000);',
    source: 'https://eclipse.org/lists/jetty-users/msg06285.html',
    supports: "The connector's idle timeout says how long a connection may be idle before it is closed; the pool's is another.",
    evidence: 'documented',
  },
  {
    ...JETTY,
    id: 'jetty-threads-busy',
    causes: ['slow-consumer', 'accept-backlog'],
    mistake: 'all threads of the pool are busy or blocked',
    fix: 'new Server(new QueuedThreadPool(400))',
    fixNote: 'after a thread dump has shown what the threads wait for',
    source: 'https://www.eclipse.org/lists/jetty-users/msg05116.html',
    supports: 'A server is made with its thread pool, and its connector with idle timeout and accept queue.',
    evidence: 'documented',
  },
  {
    id: 'jetty-client-per-call',
    library: "Jetty's HttpClient",
    language: 'java',
    side: 'client',
    causes: ['connection-hoarding', 'time-wait-churn', 'descriptor-exhaustion', 'close-wait-leak'],
    frames: ['org.eclipse.jetty.client.'],
    mistake: 'an HttpClient is started for each request, and not stopped',
    fix: 'httpClient.setMaxConnectionsPerDestination(64); httpClient.setIdleTimeout(30_000); httpClient.start();',
    fixNote: 'once, for a client that the whole program shares',
    source: 'https://eclipse.org/lists/jetty-users/msg02073.html',
    supports: 'Normally one HttpClient instance serves all needs, even toward several servers.',
    evidence: 'documented',
  },
  {
    id: 'jdk-httpserver-unclosed-exchange',
    library: "Java's own HttpServer",
    language: 'java',
    side: 'server',
    causes: ['close-wait-leak', 'descriptor-exhaustion', 'slow-consumer'],
    frames: ['sun.net.httpserver.', 'com.sun.net.httpserver.'],
    mistake: 'a handler does not close its exchange on every path',
    fix: 'try (exchange) { answer(exchange); }',
    fixNote: 'or exchange.close() in a finally clause before Java 14',
    source: 'https://docs.oracle.com/javase/9/docs/api/com/sun/net/httpserver/HttpExchange.html',
    supports: 'An exchange ends when both streams are closed; failing to end it typically leaves resources unfreed.',
    evidence: 'documented',
  },
] as const satisfies readonly Entry[];
