import type { Scenario } from '../model.ts';
import { unnamed, victim } from '../truths.ts';
import { answers, EXHAUSTED, home, keeps, office, program, rack } from './parts.ts';

const ownCalls: Scenario = {
  name: 'churn-own-calls',
  host: 'shop-9',
  addresses: home,
  range: [61000, 61499],
  dialect: 'ss -Htanp',
  shape: 'cron',
  firstAt: 2,
  seconds: 12.5,
  actors: [
    keeps(8088),
    program(
      'php',
      'php-fpm',
      { mode: 'client.churn', to: home.peer, toPort: 8088, rate: 110, pause: 0.25, text: 'billing lookup failed' },
      { title: 'php-fpm: pool www', log: { app: 'shop', format: 'go' } },
    ),
  ],
  truth: (of) => ({
    cause: 'time-wait-churn',
    ...EXHAUSTED,
    culprit: { peer: '192.168.70.130:8088' },
    victim: victim(of('php')),
    note: 'a connection for each request, closed by this side; listing without a header',
  }),
};

const othersBind: Scenario = {
  name: 'churn-bind-victim',
  host: 'shop-10',
  addresses: rack,
  range: [45000, 45599],
  dialect: 'ss -tuanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    keeps(11211),
    answers(8443),
    program('crawler', 'crawler', { mode: 'client.churn', to: rack.peer, toPort: 11211, rate: 110 }),
    program(
      'audit',
      'audit',
      { mode: 'client.call', to: rack.peer, toPort: 8443, source: rack.host, rate: 8, pause: 0.2, text: 'cannot ship audit record' },
      { log: { app: 'audit', format: 'syslog' } },
    ),
  ],
  truth: (of) => ({
    cause: 'time-wait-churn',
    ...EXHAUSTED,
    culprit: { peer: '10.44.7.200:11211' },
    victim: victim(of('audit')),
    note: 'TIME_WAIT of one program stops an explicit bind of another; listing with a Netid column',
  }),
};

const noOwners: Scenario = {
  name: 'churn-netstat-no-pid',
  host: 'shop-11',
  addresses: office,
  range: [45000, 45499],
  dialect: 'netstat -nat',
  shape: 'sections',
  gzip: true,
  logUploads: 'growing',
  firstAt: 2,
  seconds: 12.5,
  neighbours: 'data',
  actors: [
    keeps(3306),
    program(
      'report',
      'report',
      { mode: 'client.churn', to: office.peer, toPort: 3306, rate: 110, pause: 0.25, text: 'query failed' },
      { log: { app: 'report', format: 'docker', module: 'report.sql' } },
    ),
  ],
  truth: (of) => ({
    cause: 'time-wait-churn',
    ...EXHAUSTED,
    culprit: unnamed({ peer: '172.31.4.77:3306' }),
    victim: victim(of('report')),
    note: 'no PIDs; the same log uploaded whole again and again as it grows',
  }),
};

export const CHURN: readonly Scenario[] = [ownCalls, othersBind, noOwners];
