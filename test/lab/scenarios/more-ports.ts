import type { ActorSpec, Scenario } from '../model.ts';
import { namedByComm, namedByPid, victim } from '../truths.ts';
import { home, keeps, office, program, rack, TAKEN } from './parts.ts';

const everywhere = { range: [32768, 60999], shape: 'sections', firstAt: 2.5, seconds: 10 } as const;

const nodeRetry = (port: number, host: string): ActorSpec => ({
  role: 'api',
  where: 'host',
  runtime: 'node',
  config: { mode: 'listen', port, host, tries: 5 },
  from: 3.2,
  log: { app: 'api', format: 'node' },
});

const loopbackHolder: Scenario = {
  ...everywhere,
  name: 'conflict-loopback-holder',
  host: 'dev-1',
  addresses: home,
  dialect: 'ss -Htanp',
  actors: [
    program('holder', 'kubectl', { mode: 'server.serve', port: 8080, bind: '127.0.0.1', idle: 1 }),
    program('api', 'api', { mode: 'server.listen_retry', port: 8080, tries: 5 }, { from: 3.2, log: { app: 'api', format: 'go' } }),
  ],
  truth: (of) => ({
    cause: 'listener-conflict',
    ...TAKEN,
    port: 8080,
    culprit: namedByComm(of('holder'), {}),
    victim: victim(of('api')),
    note: 'a listener on 127.0.0.1:8080 alone stops a bind of 0.0.0.0:8080',
  }),
};

const otherAddress: Scenario = {
  ...everywhere,
  name: 'conflict-two-addresses',
  host: 'dev-2',
  addresses: rack,
  dialect: 'netstat -natp',
  actors: [
    program('bystander', 'kubectl', { mode: 'server.serve', port: 8080, bind: '127.0.0.1', idle: 1 }),
    program('holder', 'haproxy', { mode: 'server.serve', port: 8080, bind: rack.host, idle: 1 }),
    nodeRetry(8080, rack.host),
  ],
  truth: (of) => ({
    cause: 'listener-conflict',
    ...TAKEN,
    port: 8080,
    culprit: namedByPid(of('holder'), {}),
    victim: victim(of('api')),
    note: 'two listen on 8080; the failing bind names 10.44.0.9, so the one on 127.0.0.1 is a bystander',
  }),
};

const v6only: Scenario = {
  ...everywhere,
  name: 'conflict-v6only-bystander',
  host: 'dev-3',
  addresses: office,
  dialect: 'ss -tanpoe',
  actors: [
    program('bystander', 'dnsproxy', { mode: 'server.serve', port: 8053, bind: '::', v6only: true, idle: 1 }),
    program('holder', 'coredns', { mode: 'server.serve', port: 8053, bind: '0.0.0.0', idle: 1 }),
    program(
      'api',
      'resolver',
      { mode: 'server.listen_retry', port: 8053, tries: 5 },
      { from: 3.2, log: { app: 'resolver', format: 'nginx' } },
    ),
  ],
  truth: (of) => ({
    cause: 'listener-conflict',
    ...TAKEN,
    port: 8053,
    culprit: namedByComm(of('holder'), {}),
    victim: victim(of('api')),
    note: 'the listener on [::]:8053 is v6only and leaves IPv4 free; 0.0.0.0:8053 is taken by another',
  }),
};

const udpBystander: Scenario = {
  ...everywhere,
  name: 'clash-udp-bystander',
  host: 'dn-9',
  addresses: rack,
  dialect: 'ss -tuanp',
  actors: [
    keeps(3306),
    program('udp', 'statsd', { mode: 'server.datagrams', port: 50090 }),
    program('holder', 'etl', { mode: 'client.fixed', to: rack.peer, toPort: 3306, source: rack.host, sourcePort: 50090 }),
    program(
      'datanode',
      'datanode',
      { mode: 'server.listen_retry', port: 50090, tries: 5 },
      { from: 3.5, log: { app: 'datanode', format: 'zap' } },
    ),
  ],
  truth: (of) => ({
    cause: 'ephemeral-clash',
    ...TAKEN,
    port: 50090,
    culprit: namedByComm(of('holder'), { peer: '10.44.7.200:3306' }),
    victim: victim(of('datanode')),
    note: 'UDP 50090 is another protocol; the outbound TCP connection has the port',
  }),
};

export const MORE_PORTS: readonly Scenario[] = [loopbackHolder, otherAddress, v6only, udpBystander];
