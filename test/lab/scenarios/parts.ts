import type { ActorSpec, Addresses, Place } from '../model.ts';

/** Where hosts and their peers live. */
export const office: Addresses = { host: '172.31.4.20', peer: '172.31.4.77', prefix: 24 };
export const rack: Addresses = { host: '10.44.0.9', peer: '10.44.7.200', prefix: 16 };
export const home: Addresses = { host: '192.168.70.5', peer: '192.168.70.130', prefix: 24 };
export const six: Addresses = { host: 'fd12:3456::15', peer: 'fd12:3456::b:21', prefix: 64 };

/** A peer that answers and closes at once: ordinary callers leave nothing behind. */
export const answers = (port: number, bind = '0.0.0.0'): ActorSpec => ({
  role: `api-${port}`,
  where: 'peer',
  comm: 'envoy',
  config: { mode: 'server.serve', port, idle: 0, bind },
});

/** A peer that closes what is idle for so many seconds. */
export const drops = (port: number, idle: number, bind = '0.0.0.0'): ActorSpec => ({
  role: `upstream-${port}`,
  where: 'peer',
  comm: 'nginx',
  config: { mode: 'server.serve', port, idle, bind },
});

/** A peer that leaves closing to its clients. */
export const keeps = (port: number, bind = '0.0.0.0'): ActorSpec => ({
  role: `store-${port}`,
  where: 'peer',
  comm: 'store',
  config: { mode: 'server.serve', port, idle: null, bind },
});

type Config = Readonly<Record<string, unknown>>;

/** A program on the recorded host. */
export const program = (role: string, comm: string, config: Config, more: Partial<ActorSpec> = {}): ActorSpec => ({
  role,
  where: 'host',
  comm,
  title: comm,
  config,
  ...more,
});

/** Clients elsewhere, of a server on the recorded host. */
export const clients = (role: string, config: Config, more: Partial<ActorSpec> = {}): ActorSpec => ({
  role,
  where: 'peer',
  comm: 'client',
  from: 1,
  config,
  ...more,
});

/** Calls that bind(0) first: EADDRINUSE once the range is full, whoever filled it. */
export const mail = (where: Place, to: string, role = 'mail'): ActorSpec =>
  program(
    role,
    'mail',
    { mode: 'client.call', to, toPort: 8443, source: '', rate: 8, pause: 0.2, text: 'cannot reach relay' },
    { where, log: { app: 'mail', format: 'logstash', module: 'mail.relay' } },
  );

/** Leaks toward the peer's port 8080, if that closes what is idle. */
export const syncd = (role: string, where: Place, to: string, rate: number): ActorSpec =>
  program(role, 'syncd', { mode: 'client.keep', how: 'http', to, toPort: 8080, rate }, { where });

export const EXHAUSTED = { mechanism: 'ephemeral-port-exhaustion', side: 'client' } as const;
export const TAKEN = { mechanism: 'fixed-port-in-use' } as const;
