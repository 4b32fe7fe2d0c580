import type { ActorSpec, Scenario } from '../model.ts';
import { childOf } from '../reports.ts';
import { namedByComm, namedByPid, unnamed, victim } from '../truths.ts';
import { clients, drops, home, keeps, office, program, rack, TAKEN } from './parts.ts';

const retry = (port: number, more: Readonly<Record<string, unknown>> = {}) => ({ mode: 'server.listen_retry', port, tries: 5, ...more });

/** An unrelated leak: hundreds in CLOSE_WAIT that take nothing from whoever fails. */
const decoy = (to: string, count: number): readonly ActorSpec[] => [
  drops(8086, 0.5),
  program('decoy', 'telegraf', { mode: 'client.keep', how: 'http', to, toPort: 8086, limit: count, rate: 120 }, { from: 1 }),
];

const dualStack: Scenario = {
  name: 'conflict-dual-stack-decoy',
  alsoStretched: true,
  host: 'app-12',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'netstat -tunap',
  shape: 'sections',
  firstAt: 3,
  seconds: 10,
  actors: [
    ...decoy(rack.peer, 400),
    { role: 'holder', where: 'host', runtime: 'node', title: 'node', config: { mode: 'hold', port: 8080 }, from: 0 },
    program('api', 'api', retry(8080), {
      from: 4,
      log: { app: 'api', format: 'spring', module: 'o.s.b.w.embedded.tomcat.TomcatWebServer' },
    }),
  ],
  truth: (of) => ({
    cause: 'listener-conflict',
    ...TAKEN,
    port: 8080,
    culprit: namedByPid(of('holder'), {}),
    victim: victim(of('api')),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('decoy').pid }],
    note: 'a dual-stack [::]:8080 stops a bind of 0.0.0.0:8080; 400 CLOSE_WAIT of telegraf are unrelated',
  }),
};

const oldCopy: Scenario = {
  name: 'conflict-old-copy',
  host: 'edge-2',
  addresses: home,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'cron',
  gzip: true,
  firstAt: 2,
  seconds: 10,
  actors: [
    program('old', 'nginx', { mode: 'server.serve', port: 443, idle: 0 }, { title: 'nginx: master process /usr/sbin/nginx' }),
    clients('browsers', { mode: 'client.polite', to: home.host, toPort: 443, rate: 20 }),
    program('new', 'nginx', retry(443), { from: 3.5, title: 'nginx', log: { app: 'nginx', format: 'nginx' } }),
  ],
  truth: (of) => ({
    cause: 'listener-conflict',
    ...TAKEN,
    port: 443,
    culprit: namedByComm(of('old'), {}),
    victim: victim(of('new')),
    note: 'the old copy of the same program still runs: same name, another PID',
  }),
};

const inherited: Scenario = {
  name: 'conflict-inherited-listener',
  host: 'job-4',
  addresses: office,
  range: [32768, 60999],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2.5,
  seconds: 10,
  actors: [
    program('parent', 'scheduler', { mode: 'server.inherit', port: 9090, seconds: 1 }),
    program('scheduler', 'scheduler', retry(9090), { from: 3.5, log: { app: 'scheduler', format: 'rfc3339' } }),
  ],
  truth: (of) => ({
    cause: 'listener-conflict',
    ...TAKEN,
    port: 9090,
    culprit: { pid: childOf(of('parent')), comm: 'sleep', command: 'sleep' },
    victim: victim(of('scheduler')),
    note: 'the listener was inherited by a child that outlives its parent',
  }),
};

const conflictNoOwners: Scenario = {
  name: 'conflict-netstat-no-pid',
  host: 'app-13',
  addresses: office,
  range: [32768, 60999],
  dialect: 'netstat -nat',
  shape: 'cron',
  firstAt: 2,
  seconds: 10,
  neighbours: 'data',
  actors: [
    program('holder', 'legacy', { mode: 'server.serve', port: 8000, bind: '0.0.0.0', idle: 1 }),
    {
      role: 'gateway',
      where: 'host',
      runtime: 'node',
      config: { mode: 'listen', port: 8000, tries: 5 },
      from: 3.2,
      log: { app: 'gateway', format: 'node' },
    },
  ],
  truth: (of) => ({
    cause: 'listener-conflict',
    ...TAKEN,
    port: 8000,
    culprit: unnamed({}),
    victim: victim(of('gateway')),
    note: 'a bind of [::]:8000 meets 0.0.0.0:8000; nobody can know the PID',
  }),
};

const clash = (
  name: string,
  dialect: Scenario['dialect'],
  port: number,
  outbound: Readonly<Record<string, unknown>>,
  peer: ActorSpec,
): Omit<Scenario, 'truth'> => ({
  name,
  host: 'dn-8',
  addresses: rack,
  range: [32768, 60999],
  dialect,
  shape: 'sections',
  firstAt: 2.5,
  seconds: 10,
  actors: [
    peer,
    program('holder', 'etl', { mode: 'client.fixed', to: rack.peer, toPort: 3306, source: rack.host, sourcePort: port, ...outbound }),
    program('datanode', 'datanode', retry(port), { from: 3.5, log: { app: 'datanode', format: 'python', module: 'hdfs.datanode' } }),
  ],
});

const clashCloseWait: Scenario = {
  ...clash('clash-close-wait', 'ss -tanpo', 50010, {}, drops(3306, 0.3)),
  truth: (of) => ({
    cause: 'ephemeral-clash',
    ...TAKEN,
    port: 50010,
    culprit: namedByComm(of('holder'), { peer: '10.44.7.200:3306' }),
    victim: victim(of('datanode')),
    note: 'one outbound connection in CLOSE_WAIT has the local port 50010',
  }),
};

const clashEstablished: Scenario = {
  ...clash('clash-established', 'netstat -natpeeo', 50075, {}, keeps(3306)),
  truth: (of) => ({
    cause: 'ephemeral-clash',
    ...TAKEN,
    port: 50075,
    culprit: namedByPid(of('holder'), { peer: '10.44.7.200:3306' }),
    victim: victim(of('datanode')),
    note: 'one outbound connection in ESTABLISHED has the local port 50075',
  }),
};

const clashTimeWait: Scenario = {
  ...clash('clash-time-wait', 'ss -tanp', 50020, { closeAfter: 0.5 }, keeps(3306)),
  truth: (of) => ({
    cause: 'ephemeral-clash',
    ...TAKEN,
    port: 50020,
    culprit: { peer: '10.44.7.200:3306' },
    victim: victim(of('datanode')),
    note: 'the outbound connection is closed: TIME_WAIT has no owner, and still stops the bind',
  }),
};

const restart: Scenario = {
  name: 'restart-many-clients',
  host: 'game-2',
  addresses: home,
  range: [32768, 60999],
  dialect: 'ss -tanpo',
  shape: 'sections',
  firstAt: 2,
  seconds: 10,
  actors: [
    program('old', 'gamed', { mode: 'server.serve', port: 7777, idle: 0, reuse: false }, { until: 4 }),
    clients('players', { mode: 'client.call', to: home.host, toPort: 7777, rate: 40 }, { until: 4.2 }),
    program('new', 'gamed', retry(7777, { reuse: false }), { from: 4.5, log: { app: 'gamed', format: 'zap' } }),
  ],
  truth: (of) => ({
    cause: 'restart-in-time-wait',
    ...TAKEN,
    port: 7777,
    culprit: { comm: 'gamed', command: 'gamed' },
    victim: victim(of('new')),
    note: 'the old copy closed first and lacks SO_REUSEADDR, as does the new one',
  }),
};

const restartNoOwners: Scenario = {
  name: 'restart-netstat-no-pid',
  host: 'game-3',
  addresses: office,
  range: [32768, 60999],
  dialect: 'netstat -nat',
  shape: 'bundled',
  firstAt: 2,
  seconds: 10,
  neighbours: 'data',
  actors: [
    program('old', 'matchd', { mode: 'server.serve', port: 4000, idle: 0, reuse: false }, { until: 4 }),
    clients('players', { mode: 'client.call', to: office.host, toPort: 4000, rate: 10 }, { until: 4.2 }),
    program('new', 'matchd', retry(4000, { reuse: false }), { from: 4.5, log: { app: 'matchd', format: 'go' } }),
  ],
  truth: (of) => ({
    cause: 'restart-in-time-wait',
    ...TAKEN,
    port: 4000,
    victim: victim(of('new')),
    note: 'without PIDs; a port far below the ephemeral range',
  }),
};

export const FIXED_PORT: readonly Scenario[] = [
  dualStack,
  oldCopy,
  inherited,
  conflictNoOwners,
  clashCloseWait,
  clashEstablished,
  clashTimeWait,
  restart,
  restartNoOwners,
];
