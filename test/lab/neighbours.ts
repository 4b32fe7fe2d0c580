import type { ActorSpec, Scenario } from './model.ts';

/** What any host has beside its incident: pools, a listener or two, a scraper. None of it is ever the cause. */
const sshd: ActorSpec = {
  role: 'sshd',
  where: 'host',
  comm: 'sshd',
  title: 'sshd: /usr/sbin/sshd',
  config: { mode: 'server.serve', port: 22, idle: null, backlog: 128 },
};

const pool = (role: string, to: string, toPort: number, size: number): ActorSpec => ({
  role,
  where: 'host',
  comm: role,
  title: role,
  from: 0.9,
  config: { mode: 'client.keep', how: 'plain', to, toPort, limit: size, rate: 100 },
});

const store = (role: string, port: number, bind: string): ActorSpec => ({
  role,
  where: 'peer',
  comm: role,
  config: { mode: 'server.serve', port, idle: null, bind },
});

const scraped = (to: string, bind: string): readonly ActorSpec[] => [
  {
    role: 'node_exporter',
    where: 'host',
    comm: 'node_exporter',
    title: '/usr/bin/node_exporter',
    config: { mode: 'server.serve', port: 9100, idle: 0, bind },
  },
  { role: 'prometheus', where: 'peer', comm: 'prometheus', from: 1, config: { mode: 'client.polite', to, toPort: 9100, rate: 2 } },
];

/** Any-address of the scenario's family. */
export const anyAddress = (address: string): string => (address.includes(':') ? '::' : '0.0.0.0');

export const neighboursOf = (scenario: Scenario): readonly ActorSpec[] => {
  const { host, peer } = scenario.addresses;
  const any = anyAddress(peer);
  if (scenario.neighbours === 'none') return [sshd];
  if (scenario.neighbours === 'data') {
    return [
      sshd,
      store('redis-server', 6379, any),
      pool('consumer', peer, 6379, 24),
      store('kafka', 9092, any),
      pool('filebeat', peer, 9092, 3),
    ];
  }
  return [sshd, store('postgres', 5432, any), pool('pgbouncer', peer, 5432, 8), ...scraped(host, any)];
};
