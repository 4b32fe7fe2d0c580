import type { ActorSpec, Scenario } from '../model.ts';
import { namedByComm, namedByPid, victim } from '../truths.ts';
import { answers, clients, drops, EXHAUSTED, home, keeps, office, program, rack, TAKEN } from './parts.ts';

const mystery: Scenario = {
  name: 'mystery-holder-gone',
  host: 'web-32',
  addresses: home,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 5,
  seconds: 10,
  actors: [
    program('holder', 'legacy', { mode: 'server.serve', port: 8080, idle: 0 }, { until: 3.6 }),
    program(
      'api',
      'api',
      { mode: 'server.listen_retry', port: 8080, tries: 2, linger: 0 },
      { from: 1.5, log: { app: 'api', format: 'zap' } },
    ),
  ],
  truth: (of) => ({
    cause: 'inconclusive',
    ...TAKEN,
    port: 8080,
    victim: victim(of('api')),
    note: 'whoever held 8080 was gone before the first snapshot',
  }),
};

/** Clients whose connections a server on this host never closes. */
const serverPile = (to: string): readonly ActorSpec[] => [
  program('pile', 'chat', { mode: 'server.leak', port: 5222 }),
  clients('chatters', { mode: 'client.polite', to, toPort: 5222, rate: 120 }, { until: 7 }),
];

const twoPiles: Scenario = {
  name: 'two-piles',
  alsoStretched: true,
  host: 'web-33',
  addresses: office,
  range: [30000, 30499],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    ...serverPile(office.host),
    drops(9200, 1),
    answers(8443),
    program('leaker', 'indexer', { mode: 'client.keep', how: 'http', to: office.peer, toPort: 9200, rate: 90 }),
    program(
      'mail',
      'mail',
      { mode: 'client.call', to: office.peer, toPort: 8443, source: '', rate: 8, pause: 0.2, text: 'cannot reach relay' },
      { log: { app: 'mail', format: 'cri', module: 'c.e.mail.Relay' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('leaker'), { peer: '172.31.4.77:9200' }),
    victim: victim(of('mail')),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('pile').pid }],
    note: 'the larger pile is on the server side (chat) and takes no ephemeral port',
  }),
};

const twoLeakers: Scenario = {
  name: 'mixed-leakers',
  host: 'web-34',
  addresses: rack,
  range: [40000, 40799],
  dialect: 'netstat -natpeeo',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 1),
    drops(8081, 1),
    answers(8443),
    program('big', 'recommender', { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 8080, rate: 80 }),
    program('small', 'exporter', { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 8081, rate: 24 }),
    program(
      'mail',
      'mail',
      { mode: 'client.call', to: rack.peer, toPort: 8443, source: rack.host, rate: 8, pause: 0.2, text: 'cannot reach relay' },
      { log: { app: 'mail', format: 'syslog' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByPid(of('big'), { peer: '10.44.7.200:8080' }),
    victim: victim(of('mail')),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('small').pid }],
    note: 'two programs leak by plain connect: the larger takes every port, the smaller shares a part of them with it',
  }),
};

const exits: Scenario = {
  name: 'culprit-exits',
  alsoStretched: true,
  host: 'web-35',
  addresses: home,
  range: [30000, 30499],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  logUploads: 'growing',
  firstAt: 2,
  seconds: 17.5,
  actors: [
    drops(8080, 1),
    answers(8443),
    program('leaker', 'nightly', { mode: 'client.keep', how: 'http', to: home.peer, toPort: 8080, rate: 100 }, { until: 13 }),
    program(
      'login',
      'login',
      { mode: 'client.call', to: home.peer, toPort: 8443, source: '', rate: 8, pause: 0.2, text: 'login failed' },
      { log: { app: 'login', format: 'docker', module: 'login.oauth' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('leaker'), { peer: '192.168.70.130:8080' }),
    victim: victim(of('login')),
    note: 'the culprit is killed before the last snapshots; all its sockets are gone',
  }),
};

const loopback: Scenario = {
  name: 'loopback-pile',
  alsoStretched: true,
  host: 'web-36',
  addresses: rack,
  range: [35000, 35499],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    program('sidecar', 'sidecar', { mode: 'server.serve', port: 15001, idle: 0.5, bind: '127.0.0.1' }),
    keeps(6379),
    answers(8443),
    program('local', 'logship', {
      mode: 'client.keep',
      how: 'http',
      to: '127.0.0.1',
      toPort: 15001,
      source: '127.0.0.1',
      limit: 420,
      rate: 110,
    }),
    program('pool', 'cart', { mode: 'client.keep', how: 'plain', to: rack.peer, toPort: 6379, source: rack.host, rate: 100 }),
    {
      role: 'login',
      where: 'host',
      runtime: 'java',
      config: { CALL_HOST: rack.peer, CALL_PORT: 8443, CALL_LOCAL: rack.host, CALL_EVERY_MS: 200 },
      log: { app: 'login', format: 'logback', module: 'c.e.login.OAuthClient' },
    },
  ],
  truth: (of) => ({
    cause: 'connection-hoarding',
    ...EXHAUSTED,
    culprit: namedByComm(of('pool'), { peer: '10.44.7.200:6379' }),
    victim: victim(of('login')),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('local').pid }],
    note: '420 CLOSE_WAIT on 127.0.0.1 take no port of 10.44.0.9, where a pool without a limit has taken all',
  }),
};

/** Hundreds in CLOSE_WAIT, of a range of twenty-eight thousand. */
const unrelatedLeak = (to: string): readonly ActorSpec[] => [
  drops(8086, 0.5),
  program('decoy', 'telegraf', { mode: 'client.keep', how: 'http', to, toPort: 8086, limit: 400, rate: 120 }),
];

const foreignAddress: Scenario = {
  name: 'bind-foreign-address',
  host: 'vip-1',
  addresses: office,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 12.5,
  actors: [
    ...unrelatedLeak(office.peer),
    program(
      'proxy',
      'haproxy',
      { mode: 'server.listen_retry', port: 8443, bind: '172.31.4.250', tries: 5 },
      { from: 3, log: { app: 'proxy', format: 'python', module: 'proxy.frontend' } },
    ),
  ],
  truth: (of) => ({
    cause: 'inconclusive',
    victim: victim(of('proxy')),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('decoy').pid }],
    note: 'EADDRNOTAVAIL since the host does not have the address: no port problem, and 400 CLOSE_WAIT of telegraf are unrelated',
  }),
};

const invisible: Scenario = {
  name: 'bound-not-listening',
  host: 'web-37',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'cron',
  firstAt: 2,
  seconds: 12.5,
  actors: [
    ...unrelatedLeak(rack.peer),
    program('holder', 'stuckd', { mode: 'server.bound', port: 8080 }),
    program(
      'api',
      'api',
      { mode: 'server.listen_retry', port: 8080, tries: 5 },
      { from: 3, log: { app: 'api', format: 'spring', module: 'o.a.c.http11.Http11NioProtocol' } },
    ),
  ],
  truth: (of) => ({
    cause: 'inconclusive',
    ...TAKEN,
    port: 8080,
    victim: victim(of('api')),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('decoy').pid }],
    note: 'stuckd has bound 8080 and does not listen: no row of ss 6.1 shows it; 400 CLOSE_WAIT of telegraf are unrelated',
  }),
};

const elsewhereLeak: Scenario = {
  name: 'leak-beside-hoarding',
  host: 'web-38',
  addresses: home,
  range: [50000, 50699],
  dialect: 'netstat -tunap',
  shape: 'bundled',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(9200, 0.5),
    keeps(6379),
    answers(8443),
    program('leak', 'indexer', { mode: 'client.keep', how: 'http', to: home.peer, toPort: 9200, source: home.host, limit: 120, rate: 40 }),
    program('pool', 'cart', { mode: 'client.keep', how: 'plain', to: home.peer, toPort: 6379, source: home.host, rate: 100 }),
    program(
      'mail',
      'mail',
      { mode: 'client.call', to: home.peer, toPort: 8443, source: '', rate: 8, pause: 0.2, text: 'cannot reach relay' },
      { log: { app: 'mail', format: 'logstash', module: 'mail.relay' } },
    ),
  ],
  truth: (of) => ({
    cause: 'connection-hoarding',
    ...EXHAUSTED,
    culprit: namedByPid(of('pool'), { peer: '192.168.70.130:6379' }),
    victim: victim(of('mail')),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('leak').pid }],
    note: 'CLOSE_WAIT of another program takes a sixth of the range, ESTABLISHED of the pool takes the rest',
  }),
};

export const TRAPS: readonly Scenario[] = [mystery, twoPiles, twoLeakers, exits, loopback, foreignAddress, invisible, elsewhereLeak];
