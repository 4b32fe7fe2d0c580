import type { ActorSpec, Scenario } from '../model.ts';
import { mostHeld } from '../reports.ts';
import { namedByComm, namedByPid, victim } from '../truths.ts';
import { answers, clients, drops, EXHAUSTED, home, keeps, mail, office, program, rack } from './parts.ts';

/** Binds its local address first: such ports are shared with nobody. */
const bound = (host: string, to: string) => ({ to, source: host });

const twoPeers = { ...rack, more: ['10.44.9.31'] } as const;

const twoLeaks: Scenario = {
  name: 'two-leaks',
  alsoStretched: true,
  host: 'web-53',
  addresses: twoPeers,
  range: [40000, 40799],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    program('big', 'recommender', { mode: 'client.keep', how: 'http', ...bound(rack.host, rack.peer), toPort: 8080, rate: 60 }),
    program('small', 'exporter', { mode: 'client.keep', how: 'http', ...bound(rack.host, '10.44.9.31'), toPort: 8080, rate: 40 }),
    mail('host', rack.peer),
  ],
  truth: (of) => {
    if (mostHeld(of('small')) * 2 < mostHeld(of('big')) || mostHeld(of('small')) > mostHeld(of('big')) * 0.85)
      throw new Error(`meant 60:40, and got ${mostHeld(of('big'))}:${mostHeld(of('small'))}`);
    return {
      cause: 'close-wait-leak',
      ...EXHAUSTED,
      culprit: namedByComm(of('big'), { peer: '10.44.7.200:8080' }),
      victim: victim(of('mail')),
      alsoTrue: [{ cause: 'close-wait-leak', pid: of('small').pid }],
      note: 'two programs leak toward two peers, three and two fifths of the range, shared with nobody: either alone would not fill it so soon',
    };
  },
};

const twoLeaksEarly: Scenario = {
  name: 'two-leaks-early',
  host: 'web-54',
  addresses: { ...home, more: ['192.168.70.131'] },
  range: [20000, 29999],
  dialect: 'netstat -natp',
  shape: 'cron',
  firstAt: 2,
  seconds: 17.5,
  actors: [
    drops(8080, 0.01),
    program('big', 'recommender', { mode: 'client.keep', how: 'eof', to: home.peer, toPort: 8080, rate: 60 }),
    program('small', 'exporter', { mode: 'client.keep', how: 'eof', to: '192.168.70.131', toPort: 8080, rate: 30 }),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    mechanism: 'none-yet',
    side: 'client',
    culprit: namedByPid(of('big'), { peer: '192.168.70.130:8080' }),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('small').pid }],
    note: 'two leaks toward two addresses of the same name; nobody is hurt yet',
  }),
};

const destination = (
  name: string,
  host: string,
  dialect: Scenario['dialect'],
  culprit: ActorSpec,
  upstream: ActorSpec,
): Omit<Scenario, 'truth'> => ({
  name,
  host,
  addresses: home,
  range: [25000, 25499],
  dialect,
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    upstream,
    answers(7000),
    culprit,
    program(
      'stock',
      'stock',
      { mode: 'client.call', to: home.peer, toPort: 8080, rate: 5, pause: 0.3, text: 'stock lookup failed' },
      { log: { app: 'stock', format: 'python', module: 'stock.lookup' } },
    ),
    program(
      'search',
      'search',
      { mode: 'client.call', to: home.peer, toPort: 7000, rate: 5, text: 'search failed' },
      { log: { app: 'search', format: 'zap' } },
    ),
  ],
});

const TOWARD = { kind: 'destination', peer: '192.168.70.130:8080' } as const;

const destinationHoard: Scenario = {
  ...destination(
    'one-destination-hoard',
    'web-57',
    'ss -tanpo',
    program('pool', 'cart', { mode: 'client.keep', how: 'plain', to: home.peer, toPort: 8080, rate: 90 }),
    keeps(8080),
  ),
  truth: (of) => {
    if (of('search').logs.some((l) => l.failure !== null)) throw new Error('calls to the other peer were to work');
    return {
      cause: 'connection-hoarding',
      ...EXHAUSTED,
      culprit: namedByComm(of('pool'), { peer: TOWARD.peer }),
      resource: TOWARD,
      victim: victim(of('stock')),
      note: 'a pool without a limit has every port toward one peer by plain connect; calls to another peer work',
    };
  },
};

const destinationLeak: Scenario = {
  ...destination(
    'one-destination-leak',
    'web-58',
    'ss -tanpoeiO',
    program('sync', 'syncd', { mode: 'client.keep', how: 'http', to: home.peer, toPort: 8080, rate: 90 }),
    drops(8080, 0.5),
  ),
  truth: (of) => {
    if (of('search').logs.some((l) => l.failure !== null)) throw new Error('calls to the other peer were to work');
    return {
      cause: 'close-wait-leak',
      ...EXHAUSTED,
      culprit: namedByComm(of('sync'), { peer: TOWARD.peer }),
      resource: TOWARD,
      victim: victim(of('stock')),
      note: 'a leak has every port toward one peer by plain connect; calls to another peer work',
    };
  },
};

const formerListener: Scenario = {
  name: 'former-listener-close-wait',
  host: 'api-12',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 12.5,
  actors: [
    program('old', 'orders', { mode: 'server.retire', port: 8080, seconds: 4, reuse: false }),
    clients('callers', { mode: 'client.polite', to: rack.host, toPort: 8080, rate: 20 }, { until: 5 }),
    program(
      'new',
      'orders',
      { mode: 'server.listen_retry', port: 8080, tries: 6, reuse: false },
      { from: 5.5, log: { app: 'orders', format: 'python', module: 'orders.http' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    mechanism: 'fixed-port-in-use',
    side: 'server',
    port: 8080,
    culprit: namedByComm(of('old'), { localPort: 8080 }),
    victim: victim(of('new')),
    note: `the old copy no longer listens, and never closed ${mostHeld(of('old'))} accepted connections; without SO_REUSEADDR they hold 8080`,
  }),
};

const formerListenerReuse: Scenario = {
  name: 'former-listener-reuse-bystander',
  host: 'api-13',
  addresses: office,
  range: [32768, 60999],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 12.5,
  actors: [
    program('old', 'orders', { mode: 'server.retire', port: 8080, seconds: 4, bind: office.host }),
    clients('callers', { mode: 'client.polite', to: office.host, toPort: 8080, rate: 20 }, { until: 4 }),
    program('holder', 'kubectl', { mode: 'server.serve', port: 8080, bind: '127.0.0.1', idle: 1 }),
    program(
      'new',
      'orders',
      { mode: 'server.listen_retry', port: 8080, tries: 6 },
      { from: 5.5, log: { app: 'orders', format: 'spring', module: 'o.a.c.http11.Http11NioProtocol' } },
    ),
  ],
  truth: (of) => ({
    cause: 'listener-conflict',
    mechanism: 'fixed-port-in-use',
    port: 8080,
    culprit: namedByComm(of('holder'), {}),
    victim: victim(of('new')),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('old').pid }],
    note: 'accepted CLOSE_WAIT of a former listener with SO_REUSEADDR do not stop a bind; a listener on 127.0.0.1:8080 does',
  }),
};

export const MIXTURES: readonly Scenario[] = [
  twoLeaks,
  twoLeaksEarly,
  destinationHoard,
  destinationLeak,
  formerListener,
  formerListenerReuse,
];
