import type { Scenario } from '../model.ts';
import { mostHeld } from '../reports.ts';
import { namedByComm, unnamed, victim } from '../truths.ts';
import { answers, clients, drops, EXHAUSTED, home, keeps, mail, office, program, rack, syncd } from './parts.ts';

const ODD: readonly [number, number] = [12345, 13344];

const oddRange: Scenario = {
  name: 'range-odd-not-told',
  host: 'web-66',
  addresses: home,
  range: ODD,
  dialect: 'ss -tanp',
  shape: 'sections',
  without: ['sysctl', 'meta', 'fds', 'ps'],
  firstAt: 2,
  seconds: 17.5,
  actors: [drops(8080, 0.8), answers(8443), syncd('leaker', 'host', home.peer, 130), mail('host', home.peer)],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('leaker'), { peer: '192.168.70.130:8080' }),
    victim: victim(of('mail')),
    note: 'nothing but the listing: the range 12345–13344 can only be inferred from the ports seen',
  }),
};

/** Of the 28,232 ports of the default range; the rest is a pool's, which starts later. One process may have 20,000 files here. */
const LEAKED = 19_000;

const defaultRange: Scenario = {
  name: 'range-default-not-told',
  host: 'web-67',
  addresses: office,
  range: [32768, 60999],
  dialect: 'ss -tanp',
  shape: 'sections',
  without: ['sysctl', 'meta', 'fds'],
  gzip: true,
  firstAt: 16,
  seconds: 16,
  everyMs: 4_000,
  actors: [
    program('upstream', 'nginx', { mode: 'server.hang_up', port: 8080, backlog: 4096 }, { where: 'peer' }),
    keeps(6379),
    answers(8443),
    program('leaker', 'syncd', {
      mode: 'client.keep',
      how: 'quick',
      to: office.peer,
      toPort: 8080,
      rate: 1e6,
      limit: LEAKED,
      reportEvery: 100,
    }),
    program(
      'pool',
      'cart',
      { mode: 'client.keep', how: 'quick', to: office.peer, toPort: 6379, source: office.host, rate: 1e6, reportEvery: 100 },
      { from: 6 },
    ),
    mail('host', office.peer),
  ],
  truth: (of) => {
    if (mostHeld(of('leaker')) < LEAKED)
      throw new Error(`the leak took only ${mostHeld(of('leaker'))} ports, the pool ${mostHeld(of('pool'))}`);
    return {
      cause: 'close-wait-leak',
      ...EXHAUSTED,
      culprit: namedByComm(of('leaker'), { peer: '172.31.4.77:8080' }),
      victim: victim(of('mail')),
      alsoTrue: [{ cause: 'connection-hoarding', pid: of('pool').pid }],
      note: `the whole default range: ${LEAKED} leaked, the rest a pool's; nothing tells the range`,
    };
  },
};

const vanishing: Scenario = {
  name: 'keepalive-vanish',
  alsoStretched: true,
  host: 'bat-3',
  addresses: rack,
  range: [32768, 60999],
  peerSysctls: { 'net.ipv4.tcp_fin_timeout': '1' },
  dialect: 'ss -tanpe',
  shape: 'sections',
  firstAt: 2,
  seconds: 17.5,
  actors: [
    drops(8080, 0.3),
    program(
      'sync',
      'ledger-sync',
      { mode: 'client.keep', how: 'http', keepalive: 1, to: rack.peer, toPort: 8080, rate: 30, text: 'sync failed' },
      { descriptors: 400, log: { app: 'ledger', format: 'python', module: 'ledger.sync' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    mechanism: 'descriptor-exhaustion',
    side: 'client',
    culprit: namedByComm(of('sync'), { peer: '10.44.7.200:8080' }),
    victim: victim(of('sync')),
    note: 'a probe of keep-alive ends each leaked connection after some seconds: CLOSE_WAIT stays level, the descriptors leak on to the limit of 400',
  }),
};

const procNet: Scenario = {
  name: 'leak-proc-net-tcp',
  host: 'pod-1',
  addresses: rack,
  range: [41000, 41499],
  dialect: 'tail /proc/net/tcp',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [drops(8080, 0.8), answers(8443), syncd('leaker', 'host', rack.peer, 80), mail('host', rack.peer)],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: unnamed({ peer: '10.44.7.200:8080' }),
    victim: victim(of('mail')),
    note: "a container without ss or netstat: the kernel's own table, addresses in hex, no PIDs",
  }),
};

const procNetConflict: Scenario = {
  name: 'conflict-proc-net-tcp',
  host: 'pod-2',
  addresses: home,
  range: [32768, 60999],
  dialect: 'tail /proc/net/tcp',
  shape: 'sections',
  firstAt: 2.5,
  seconds: 10,
  actors: [
    program('holder', 'legacy', { mode: 'server.serve', port: 8000, bind: '::', idle: 1 }),
    program(
      'gateway',
      'gateway',
      { mode: 'server.listen_retry', port: 8000, tries: 5 },
      { from: 3.2, log: { app: 'gateway', format: 'go' } },
    ),
  ],
  truth: (of) => ({
    cause: 'listener-conflict',
    mechanism: 'fixed-port-in-use',
    port: 8000,
    culprit: unnamed({}),
    victim: victim(of('gateway')),
    note: 'a listener on [::]:8000 (dual stack), which only /proc/net/tcp6 shows',
  }),
};

const busyboxChurn: Scenario = {
  name: 'churn-busybox',
  host: 'alp-1',
  addresses: office,
  range: [45000, 45499],
  dialect: 'busybox netstat -nat',
  shape: 'cron',
  firstAt: 2,
  seconds: 12.5,
  actors: [
    keeps(3306),
    program(
      'report',
      'report',
      { mode: 'client.churn', to: office.peer, toPort: 3306, rate: 110, pause: 0.25, text: 'query failed' },
      { log: { app: 'report', format: 'cri', module: 'c.e.report.Sql' } },
    ),
  ],
  truth: (of) => ({
    cause: 'time-wait-churn',
    ...EXHAUSTED,
    culprit: unnamed({ peer: '172.31.4.77:3306' }),
    victim: victim(of('report')),
    note: "busybox's netstat, as Alpine has it",
  }),
};

const busyboxServerLeak: Scenario = {
  name: 'server-leak-busybox',
  host: 'alp-2',
  addresses: home,
  range: [32768, 60999],
  dialect: 'busybox netstat -nat',
  shape: 'sections',
  without: ['fds'],
  firstAt: 2,
  seconds: 15,
  actors: [
    program('chat', 'chat', { mode: 'server.leak', port: 5222 }),
    clients('callers', { mode: 'client.polite', to: home.host, toPort: 5222, rate: 60 }),
  ],
  truth: () => ({
    cause: 'close-wait-leak',
    mechanism: 'none-yet',
    side: 'server',
    culprit: unnamed({ localPort: 5222 }),
    note: "a server-side leak in busybox's netstat, without PIDs: it grows and has hurt nobody yet",
  }),
};

export const POOR_TOOLS: readonly Scenario[] = [
  oddRange,
  defaultRange,
  vanishing,
  procNet,
  procNetConflict,
  busyboxChurn,
  busyboxServerLeak,
];
