import type { Entry } from '../schema.ts';

/** Proxies: the program is the library, and the fix a line of its configuration. */

const NGINX = {
  library: 'nginx',
  language: 'proxy',
  programs: ['nginx', 'openresty'],
  messages: [') while connecting to upstream', 'accept4() failed (', ' while reading response header from upstream'],
} as const;
const HAPROXY = {
  library: 'HAProxy',
  language: 'proxy',
  side: 'client',
  programs: ['haproxy'],
  messages: ['Cannot bind to source address before connect()', 'no free ports for server'],
} as const;
const ENVOY = {
  library: 'Envoy',
  language: 'proxy',
  programs: ['envoy', 'pilot-agent'],
  messages: ['type.googleapis.com/envoy.'],
} as const;
const TIMEOUTS = 'https://www.envoyproxy.io/docs/envoy/v1.39.0/faq/configuration/timeouts';

export const PROXIES = [
  {
    ...NGINX,
    id: 'nginx-upstream-keepalive',
    side: 'client',
    causes: ['time-wait-churn'],
    mistake: 'a connection to the upstream is opened for each request, as is the default before nginx 1.29.7',
    fix: 'keepalive 32;',
    fixNote:
      'in the upstream block; before 1.29.7 with proxy_http_version 1.1 and an empty Connection header (proxy_set_header Connection "";)',
    source: 'https://nginxblog.azurewebsites.net/blog/keep-alive-to-upstreams-is-now-default-in-nginx-1-29-7',
    supports: 'Before 1.29.7 (March 2026) proxying was HTTP/1.0 without keep-alive, unless these lines were added.',
    evidence: 'measured',
  },
  {
    ...NGINX,
    id: 'nginx-upstream-hoard',
    side: 'client',
    causes: ['connection-hoarding', 'close-wait-leak'],
    mistake: 'connections to slow upstreams, or tunnels (WebSocket), stay open for want of a timeout that ends them',
    fix: 'proxy_read_timeout 60s;',
    fixNote: 'and keepalive in the upstream block no larger than needed: each worker keeps as many',
    source: 'https://ma.ttias.be/enable-keepalive-connections-in-nginx-upstream-proxy-configurations/',
    supports: 'keepalive is the maximum of idle connections that each worker process keeps.',
    evidence: 'documented',
  },
  {
    ...NGINX,
    id: 'nginx-descriptors',
    side: 'both',
    causes: ['descriptor-exhaustion', 'accept-backlog'],
    mistake: 'a worker may open more connections (worker_connections, twice as many when proxying) than descriptors',
    fix: 'worker_rlimit_nofile 65536;',
    source: 'https://github.com/nginx-proxy/nginx-proxy/pull/2387',
    supports: 'Recommends a worker_rlimit_nofile of twice worker_connections at least.',
    evidence: 'documented',
  },
  {
    ...HAPROXY,
    id: 'haproxy-http-reuse',
    causes: ['time-wait-churn'],
    mistake: 'connections to the servers are not reused, or the port range of a source directive is used up',
    fix: 'http-reuse safe',
    fixNote: 'in the backend, and no port range behind source',
    source: 'https://docs.haproxy.org/2.6/configuration.html#http-reuse',
    supports: 'Idle connections to servers can be shared between requests: never, safe, aggressive or always.',
    evidence: 'documented',
  },
  {
    ...HAPROXY,
    id: 'haproxy-half-closed',
    side: 'both',
    causes: ['close-wait-leak', 'connection-hoarding', 'descriptor-exhaustion'],
    mistake: 'half-closed connections or tunnels stay, for want of a timeout for them',
    fix: 'timeout client-fin 30s',
    fixNote: 'with timeout server-fin 30s and timeout tunnel 1h in defaults',
    source: 'https://docs.haproxy.org/2.6/configuration.html',
    supports: 'Sets how long a half-closed connection of the client may be inactive.',
    evidence: 'documented',
  },
  {
    ...ENVOY,
    id: 'envoy-idle-timeout',
    side: 'both',
    causes: ['connection-hoarding', 'close-wait-leak', 'descriptor-exhaustion'],
    mistake: 'idle connections are kept for an hour, the default of idle_timeout',
    fix: 'common_http_protocol_options: { idle_timeout: 60s }',
    fixNote: "in the cluster's HttpProtocolOptions, below the idle timeout of the upstream",
    source: TIMEOUTS,
    supports: 'idle_timeout of upstream and downstream connections is one hour unless set, in common_http_protocol_options.',
    evidence: 'documented',
  },
  {
    ...ENVOY,
    id: 'envoy-connection-churn',
    side: 'client',
    causes: ['time-wait-churn'],
    mistake: 'upstream connections are closed after few requests, by max_requests_per_connection or a short idle_timeout',
    fix: 'common_http_protocol_options: { idle_timeout: 60s }',
    fixNote: "in the cluster's HttpProtocolOptions, without max_requests_per_connection",
    source: TIMEOUTS,
    supports: 'Says where the idle timeout of upstream connections is set, and what ends a connection.',
    evidence: 'documented',
  },
] as const satisfies readonly Entry[];
