import type { Scenario } from '../model.ts';
import { answers, clients, drops, home, keeps, office, program, rack } from './parts.ts';

const busyClient: Scenario = {
  name: 'healthy-busy-client',
  host: 'web-21',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 3,
  seconds: 15,
  actors: [
    keeps(8088),
    drops(5672, 2),
    program('crawler', 'crawler', { mode: 'client.churn', to: rack.peer, toPort: 8088, rate: 260, limit: 3000 }),
    program('broker', 'amqp', { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 5672, limit: 6, rate: 20 }),
  ],
  truth: () => ({ cause: null, note: '3,000 short-lived connections (TIME_WAIT), a pool whose six connections its peer has closed' }),
};

const busyServer: Scenario = {
  name: 'healthy-busy-server',
  host: 'ws-1',
  addresses: home,
  range: [32768, 60999],
  dialect: 'ss -tanpoeiO',
  shape: 'cron',
  gzip: true,
  firstAt: 3,
  seconds: 12.5,
  actors: [
    program('ws', 'websocketd', { mode: 'server.serve', port: 443, idle: null, backlog: 1024 }),
    clients('browsers', { mode: 'client.keep', how: 'plain', to: home.host, toPort: 443, limit: 2000, rate: 400 }),
    clients('visitors', { mode: 'client.polite', to: home.host, toPort: 443, rate: 20 }),
  ],
  truth: () => ({ cause: null, note: '2,000 ESTABLISHED of a busy server, all wanted' }),
};

const lateReaper: Scenario = {
  name: 'healthy-late-reaper',
  alsoStretched: true,
  host: 'web-22',
  addresses: office,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 6,
  seconds: 15,
  actors: [
    drops(8080, 0.3),
    program(
      'fetcher',
      'fetcher',
      { mode: 'client.lag', to: office.peer, toPort: 8080, rate: 110, lag: 2.2 },
      { log: { app: 'fetcher', format: 'go' } },
    ),
  ],
  truth: () => ({ cause: null, note: 'a pool reaps two seconds late: some 200 in CLOSE_WAIT at every look, never the same ones' }),
};

const gracefulRestart: Scenario = {
  name: 'healthy-graceful-restart',
  host: 'api-9',
  addresses: home,
  range: [32768, 60999],
  dialect: 'netstat -natp',
  shape: 'sections',
  firstAt: 2,
  seconds: 12.5,
  neighbours: 'data',
  actors: [
    answers(8443),
    program('old', 'orders', { mode: 'server.serve', port: 8080, idle: 0 }, { until: 5 }),
    clients('callers', { mode: 'client.polite', to: home.host, toPort: 8080, rate: 40 }),
    program(
      'new',
      'orders',
      { mode: 'server.listen_retry', port: 8080, tries: 3, backlog: 64 },
      { from: 6, log: { app: 'orders', format: 'python' } },
    ),
    program(
      'caller',
      'billing',
      { mode: 'client.call', to: home.peer, toPort: 8443, rate: 10 },
      { log: { app: 'billing', format: 'logback' } },
    ),
  ],
  truth: (of) => {
    if (of('new').logs.some((l) => l.failure !== null)) throw new Error('the restart was to succeed');
    return { cause: null, note: 'a restart over its own TIME_WAIT that SO_REUSEADDR lets through; logs without failures' };
  },
};

export const HEALTHY: readonly Scenario[] = [busyClient, busyServer, lateReaper, gracefulRestart];
