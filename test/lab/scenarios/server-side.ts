import type { Scenario } from '../model.ts';
import { namedByComm, namedByPid, unnamed, victim } from '../truths.ts';
import { clients, home, office, program, rack } from './parts.ts';

const leakToDescriptors: Scenario = {
  name: 'server-leak-emfile',
  alsoStretched: true,
  host: 'api-5',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'netstat -natpeeo',
  shape: 'sections',
  firstAt: 2,
  seconds: 12.5,
  actors: [
    program(
      'orders',
      'orders',
      { mode: 'server.leak', port: 8090 },
      { title: 'orders: api', descriptors: 320, log: { app: 'orders', format: 'docker', module: 'orders.http' } },
    ),
    clients('callers', { mode: 'client.polite', to: rack.host, toPort: 8090, rate: 60 }),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    mechanism: 'descriptor-exhaustion',
    side: 'server',
    culprit: namedByPid(of('orders'), { localPort: 8090 }),
    victim: victim(of('orders')),
    note: 'a server that never closes runs out of descriptors; it takes no ephemeral port',
  }),
};

const leakEarly: Scenario = {
  name: 'server-leak-early',
  host: 'api-6',
  addresses: home,
  range: [32768, 60999],
  dialect: 'ss -tanpoeiO',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    program('chat', 'chat', { mode: 'server.leak', port: 5222 }, { descriptors: 4096 }),
    clients('callers', { mode: 'client.polite', to: home.host, toPort: 5222, rate: 60 }),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    mechanism: 'none-yet',
    side: 'server',
    culprit: namedByComm(of('chat'), { localPort: 5222 }),
    note: 'a server-side leak that grows and has hurt nobody yet (4,096 descriptors)',
  }),
};

const backlog: Scenario = {
  name: 'backlog-ss',
  host: 'api-7',
  addresses: office,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'cron',
  firstAt: 4,
  seconds: 12.5,
  actors: [
    program(
      'gateway',
      'gateway',
      { mode: 'server.never_accept', port: 8443, backlog: 64, accepts: 3 },
      { log: { app: 'gateway', format: 'cri', module: 'c.e.gateway.Acceptor' } },
    ),
    clients('callers', { mode: 'client.give_up', to: office.host, toPort: 8443, rate: 25, timeout: 2 }),
  ],
  truth: (of) => ({
    cause: 'accept-backlog',
    mechanism: 'accept-queue-full',
    side: 'server',
    culprit: namedByComm(of('gateway'), { localPort: 8443 }),
    note: 'accepted three, then stuck: the dead wait in the queue, without an owner',
  }),
};

const backlogNetstat: Scenario = {
  name: 'backlog-netstat',
  host: 'api-8',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'netstat -natp',
  shape: 'sections',
  firstAt: 4,
  seconds: 12.5,
  neighbours: 'data',
  actors: [
    program('gateway', 'gateway', { mode: 'server.never_accept', port: 8443, backlog: 100, accepts: 0 }),
    clients('callers', { mode: 'client.give_up', to: rack.host, toPort: 8443, rate: 35, timeout: 2 }),
  ],
  truth: (of) => ({
    cause: 'accept-backlog',
    side: 'server',
    culprit: namedByPid(of('gateway'), { localPort: 8443 }),
    note: 'netstat prints 0 for the limit of the queue: the queue was full, which nobody can know from this listing, so no mechanism is asked for',
  }),
};

const slow: Scenario = {
  name: 'slow-consumer',
  host: 'rpt-2',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 3,
  seconds: 15,
  actors: [
    program('reports', 'reports', { mode: 'server.slow', port: 8085, seconds: 1.5 }),
    clients('callers', { mode: 'client.give_up', to: rack.host, toPort: 8085, rate: 15, timeout: 1.5 }),
  ],
  truth: (of) => ({
    cause: 'slow-consumer',
    mechanism: 'none-yet',
    side: 'server',
    culprit: namedByComm(of('reports'), { localPort: 8085 }),
    note: 'accepted at once, read long after the client has given up (Recv-Q > 1)',
  }),
};

const slowNoOwners: Scenario = {
  name: 'slow-netstat-no-pid',
  host: 'rpt-3',
  addresses: home,
  range: [32768, 60999],
  dialect: 'netstat -nat',
  shape: 'sections',
  firstAt: 3,
  seconds: 15,
  actors: [
    program('reports', 'reports', { mode: 'server.slow', port: 8085, seconds: 1.5 }),
    clients('callers', { mode: 'client.give_up', to: home.host, toPort: 8085, rate: 15, timeout: 1.5 }),
  ],
  truth: () => ({
    cause: 'slow-consumer',
    mechanism: 'none-yet',
    side: 'server',
    culprit: unnamed({ localPort: 8085 }),
    note: 'netstat without PIDs cannot tell it from a backlog by owners, only by the empty queue of the listener: weaker answers are right too',
  }),
};

const descriptors: Scenario = {
  name: 'descriptors-files',
  host: 'idx-3',
  addresses: office,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 12.5,
  neighbours: 'data',
  actors: [
    program(
      'indexer',
      'indexer',
      { mode: 'server.files', rate: 80 },
      { from: 1, descriptors: 400, log: { app: 'indexer', format: 'logstash', module: 'indexer.spool' } },
    ),
  ],
  truth: (of) => ({
    cause: 'descriptor-exhaustion',
    mechanism: 'descriptor-exhaustion',
    culprit: { pid: of('indexer').pid },
    victim: victim(of('indexer')),
    note: 'files, no sockets',
  }),
};

export const SERVER_SIDE: readonly Scenario[] = [leakToDescriptors, leakEarly, backlog, backlogNetstat, slow, slowNoOwners, descriptors];
