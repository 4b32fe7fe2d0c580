import type { Scenario } from '../model.ts';
import { namedByComm, namedByPid, unnamed, victim } from '../truths.ts';
import { answers, drops, EXHAUSTED, office, rack, six } from './parts.ts';

const hostileName: Scenario = {
  name: 'leak-hostile-name',
  alsoStretched: true,
  host: 'pay-01.eu',
  addresses: office,
  range: [30000, 30599],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 1.5),
    answers(8443),
    {
      role: 'culprit',
      where: 'host',
      comm: 'x",pid=1,fd=2',
      title: 'a b;c|sh',
      config: { mode: 'client.keep', how: 'http', to: office.peer, toPort: 8080, rate: 90 },
    },
    {
      role: 'login',
      where: 'host',
      runtime: 'java',
      config: { CALL_HOST: office.peer, CALL_PORT: 8443, CALL_LOCAL: office.host, CALL_EVERY_MS: 200 },
      log: { app: 'login', format: 'logback', module: 'c.e.login.OAuthClient' },
    },
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByPid(of('culprit'), { peer: '172.31.4.77:8080' }),
    victim: victim(of('login')),
    note: 'http.client keeps the connection, the peer closes it when idle, nobody reads the FIN (Recv-Q 1); comm imitates an entry of users:',
  }),
};

const nodeEof: Scenario = {
  name: 'leak-node-eof',
  host: 'bff-3',
  addresses: rack,
  range: [41000, 41699],
  dialect: 'ss -tanpoe',
  shape: 'cron',
  gzip: true,
  firstAt: 2,
  seconds: 15,
  neighbours: 'data',
  actors: [
    drops(9000, 0.8),
    answers(9443),
    { role: 'culprit', where: 'host', runtime: 'node', config: { mode: 'leak', to: rack.peer, toPort: 9000, rate: 80, limit: 5000 } },
    {
      role: 'mailer',
      where: 'host',
      comm: 'mailer',
      config: { mode: 'client.call', to: rack.peer, toPort: 9443, source: '', rate: 8, pause: 0.2, text: 'cannot hand over message' },
      log: { app: 'mailer', format: 'python', module: 'mailer.relay' },
    },
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('culprit'), { peer: '10.44.7.200:9000' }),
    victim: victim(of('mailer')),
    note: 'Node reads the end of the stream and never ends its half (allowHalfOpen): Recv-Q 0. comm of Node 24 is its main thread',
  }),
};

const connectOnly: Scenario = {
  name: 'leak-connect-victims',
  alsoStretched: true,
  host: 'web-17',
  addresses: rack,
  range: [25000, 25499],
  dialect: 'netstat -natp',
  shape: 'sections',
  logUploads: 'growing',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 1),
    answers(7000),
    {
      role: 'culprit',
      where: 'host',
      comm: 'nginx',
      title: 'nginx: worker process',
      config: { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 8080, rate: 90 },
    },
    {
      role: 'stock',
      where: 'host',
      comm: 'stock',
      title: './stock',
      config: { mode: 'client.call', to: rack.peer, toPort: 8080, rate: 5, pause: 0.3, text: 'stock lookup failed' },
      log: { app: 'stock', format: 'go' },
    },
    {
      role: 'search',
      where: 'host',
      comm: 'search',
      title: './search',
      config: { mode: 'client.call', to: rack.peer, toPort: 7000, rate: 5, text: 'search failed' },
      log: { app: 'search', format: 'zap' },
    },
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByPid(of('culprit'), { peer: '10.44.7.200:8080' }),
    victim: victim(of('stock')),
    note: 'taken by plain connect: calls to the same peer and port fail, those to another (search) succeed',
  }),
};

const sixHoard: Scenario = {
  name: 'hoard-ipv6',
  host: 'cart-6',
  addresses: six,
  range: [52000, 52599],
  dialect: 'ss -tanpoeiO',
  shape: 'sections',
  firstAt: 2,
  seconds: 12.5,
  neighbours: 'none',
  actors: [
    { role: 'cache', where: 'peer', comm: 'redis', config: { mode: 'server.serve', port: 6379, idle: null, bind: '::' } },
    answers(8443, '::'),
    {
      role: 'culprit',
      where: 'host',
      comm: 'cart worker #2',
      title: 'cart: worker #2',
      config: { mode: 'client.keep', how: 'plain', to: six.peer, toPort: 6379, rate: 110 },
    },
    {
      role: 'checkout',
      where: 'host',
      comm: 'checkout',
      config: { mode: 'client.call', to: six.peer, toPort: 8443, source: '::', rate: 8, pause: 0.2, text: 'payment call failed' },
      log: { app: 'checkout', format: 'logstash', module: 'com.shop.Checkout' },
    },
  ],
  truth: (of) => ({
    cause: 'connection-hoarding',
    ...EXHAUSTED,
    culprit: namedByComm(of('culprit'), { peer: '[fd12:3456::b:21]:6379' }),
    victim: victim(of('checkout')),
    note: 'a pool without a limit; IPv6 takes its ports from the same range',
  }),
};

const hoardHidden: Scenario = {
  name: 'hoard-without-permission',
  alsoStretched: true,
  host: 'cart-7',
  addresses: office,
  range: [52000, 52499],
  dialect: 'ss -tanpe as nobody',
  shape: 'sections',
  firstAt: 2,
  seconds: 12.5,
  actors: [
    { role: 'cache', where: 'peer', comm: 'redis', config: { mode: 'server.serve', port: 6379, idle: null } },
    answers(8443),
    {
      role: 'culprit',
      where: 'host',
      comm: 'cart',
      config: { mode: 'client.keep', how: 'plain', to: office.peer, toPort: 6379, rate: 110 },
    },
    {
      role: 'checkout',
      where: 'host',
      comm: 'checkout',
      config: { mode: 'client.call', to: office.peer, toPort: 8443, source: office.host, rate: 8, pause: 0.2, text: 'payment call failed' },
      log: { app: 'checkout', format: 'rfc3339' },
    },
  ],
  truth: (of) => ({
    cause: 'connection-hoarding',
    ...EXHAUSTED,
    culprit: unnamed({ peer: '172.31.4.77:6379' }),
    victim: victim(of('checkout')),
    note: 'ss -p run by an ordinary user: users: is silently absent',
  }),
};

const leakNoOwners: Scenario = {
  name: 'leak-ss-no-p',
  host: 'web-18',
  addresses: office,
  range: [20480, 21079],
  dialect: 'ss -tanei',
  shape: 'bundled',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8081, 1.2),
    answers(8443),
    { role: 'culprit', where: 'host', comm: 'sync', config: { mode: 'client.keep', how: 'http', to: office.peer, toPort: 8081, rate: 90 } },
    {
      role: 'login',
      where: 'host',
      runtime: 'java',
      config: { CALL_HOST: office.peer, CALL_PORT: 8443, CALL_LOCAL: office.host, CALL_EVERY_MS: 200 },
      log: { app: 'login', format: 'spring', module: 'c.e.login.OAuthClient' },
    },
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: unnamed({ peer: '172.31.4.77:8081' }),
    victim: victim(of('login')),
    note: 'without -p, continuation lines of -i; three snapshots share one object',
  }),
};

export const EXHAUSTION: readonly Scenario[] = [hostileName, nodeEof, connectOnly, sixHoard, hoardHidden, leakNoOwners];
