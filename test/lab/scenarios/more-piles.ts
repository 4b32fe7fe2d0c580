import type { Scenario } from '../model.ts';
import { namedByComm, namedByPid, victim } from '../truths.ts';
import { answers, clients, drops, EXHAUSTED, home, office, program, rack } from './parts.ts';

const early: Scenario = {
  name: 'early-leak-cron',
  host: 'web-31',
  addresses: rack,
  range: [20000, 23999],
  dialect: 'ss -tanpoeiO',
  shape: 'cron',
  gzip: true,
  firstAt: 3,
  seconds: 17.5,
  actors: [drops(8080, 0.01), program('sync', 'sync', { mode: 'client.keep', how: 'eof', to: rack.peer, toPort: 8080, rate: 60 })],
  truth: (of) => ({
    cause: 'close-wait-leak',
    mechanism: 'none-yet',
    side: 'client',
    culprit: namedByComm(of('sync'), { peer: '10.44.7.200:8080' }),
    note: 'a leak that has hurt nobody yet: steadily more, 4,000 ports',
  }),
};

const earlyFew: Scenario = {
  ...early,
  name: 'early-leak-few',
  host: 'web-30',
  actors: [drops(8080, 0.01), program('sync', 'sync', { mode: 'client.keep', how: 'eof', to: rack.peer, toPort: 8080, rate: 1 })],
};

const bound: Scenario = {
  name: 'mixed-leakers-bound',
  host: 'web-39',
  addresses: rack,
  range: [40000, 40799],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 1),
    drops(8081, 1),
    answers(8443),
    program('big', 'recommender', { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 8080, source: rack.host, rate: 80 }),
    program('small', 'exporter', { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 8081, source: rack.host, rate: 24 }),
    program(
      'mail',
      'mail',
      { mode: 'client.call', to: rack.peer, toPort: 8443, source: rack.host, rate: 8, pause: 0.2, text: 'cannot reach relay' },
      { log: { app: 'mail', format: 'go' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('big'), { peer: '10.44.7.200:8080' }),
    victim: victim(of('mail')),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('small').pid }],
    note: 'two programs leak and bind their ports: three quarters and one quarter of the range, shared with nobody',
  }),
};

const ownDescriptors: Scenario = {
  name: 'client-leak-emfile',
  host: 'bat-2',
  addresses: home,
  range: [32768, 60999],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 12.5,
  actors: [
    drops(8080, 0.8),
    program(
      'sync',
      'ledger-sync',
      { mode: 'client.keep', how: 'http', to: home.peer, toPort: 8080, rate: 60, text: 'sync failed' },
      { descriptors: 300, log: { app: 'ledger', format: 'python', module: 'ledger.sync' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    mechanism: 'descriptor-exhaustion',
    side: 'client',
    culprit: namedByComm(of('sync'), { peer: '192.168.70.130:8080' }),
    victim: victim(of('sync')),
    note: 'a client-side leak meets its own descriptor limit (300) long before the 28,232 ports are used',
  }),
};

const serverTimeWait: Scenario = {
  name: 'leak-beside-server-time-wait',
  host: 'web-40',
  addresses: office,
  range: [30000, 30499],
  dialect: 'netstat -natp',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    program('site', 'httpd', { mode: 'server.serve', port: 8080, idle: 0 }),
    clients('visitors', { mode: 'client.call', to: office.host, toPort: 8080, rate: 150 }),
    drops(9200, 1),
    answers(8443),
    program('leaker', 'indexer', { mode: 'client.keep', how: 'http', to: office.peer, toPort: 9200, rate: 80 }),
    program(
      'mail',
      'mail',
      { mode: 'client.call', to: office.peer, toPort: 8443, source: '', rate: 8, pause: 0.2, text: 'cannot reach relay' },
      { log: { app: 'mail', format: 'docker', module: 'mail.relay' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByPid(of('leaker'), { peer: '172.31.4.77:9200' }),
    victim: victim(of('mail')),
    note: 'far more TIME_WAIT than CLOSE_WAIT, but on the local port 8080 of a server: they take no ephemeral port',
  }),
};

const lazyPool: Scenario = {
  name: 'healthy-lazy-pool',
  host: 'web-41',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 25,
  actors: [
    drops(1521, 0.2),
    program('pool', 'hikari', { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 1521, limit: 16, rate: 1.2 }),
  ],
  truth: () => ({
    cause: null,
    note: 'a pool of sixteen warms up, one connection a second; its peer closes what is idle, the pool looks again only when it needs one. It stops at sixteen',
  }),
};

const levelQueue: Scenario = {
  name: 'backlog-level-not-full',
  host: 'api-10',
  addresses: office,
  range: [32768, 60999],
  dialect: 'netstat -natp',
  shape: 'sections',
  firstAt: 4,
  seconds: 15,
  actors: [
    program('gateway', 'gateway', { mode: 'server.never_accept', port: 8443, backlog: 1024, accepts: 2 }),
    clients('callers', { mode: 'client.give_up', to: office.host, toPort: 8443, rate: 40, timeout: 1, limit: 60 }),
  ],
  truth: (of) => ({
    cause: 'accept-backlog',
    mechanism: 'none-yet',
    side: 'server',
    culprit: namedByPid(of('gateway'), { localPort: 8443 }),
    note: 'sixty dead connections in a queue for 1,024: its length is level since nobody calls any more, not since it is full',
  }),
};

export const MORE_PILES: readonly Scenario[] = [early, earlyFew, bound, ownDescriptors, serverTimeWait, lazyPool, levelQueue];
