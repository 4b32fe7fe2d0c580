import type { ActorSpec, Reported, Scenario } from '../model.ts';
import { mostHeld, reapedBy } from '../reports.ts';
import { namedByComm, namedByPid, victim } from '../truths.ts';
import { answers, drops, EXHAUSTED, home, keeps, mail, office, program, rack, TAKEN } from './parts.ts';

/** Ports that each of three programs may take, each in its own way; the one without a limit takes what the others leave it. */
interface Shares {
  readonly leaked: number;
  readonly churned: number;
  readonly hoarded: number;
}

const ALL = 1 << 30;
const PORTS = 800;

/** All bind their local address first: such ports are shared with nobody. */
const from = { to: office.peer, source: office.host };

const fillers = ({ leaked, churned, hoarded }: Shares): readonly ActorSpec[] => [
  drops(8080, 0.8),
  keeps(8088),
  keeps(6379),
  answers(8443),
  program('leaker', 'indexer', { mode: 'client.keep', how: 'http', ...from, toPort: 8080, rate: 75, limit: leaked }),
  program('crawler', 'crawler', { mode: 'client.churn', ...from, toPort: 8088, rate: 75, limit: churned }),
  program('pool', 'cart', { mode: 'client.keep', how: 'plain', ...from, toPort: 6379, rate: 75, limit: hoarded }),
  mail('host', office.peer),
];

/** What each truly took, by its own account. TIME_WAIT lasts longer than the recording, so that what was closed still holds its port. */
const taken = (of: Reported): Shares => ({
  leaked: mostHeld(of('leaker')),
  churned: of('crawler').events.filter((e) => e.event === 'closed').length,
  hoarded: mostHeld(of('pool')),
});

const notes = ({ leaked, churned, hoarded }: Shares): string =>
  `of ${PORTS} ports a leak took ${leaked}, closed calls in TIME_WAIT ${churned}, a pool without a limit or near it ${hoarded}`;

const largest = (shares: Shares): keyof Shares => {
  if (shares.leaked > shares.churned && shares.leaked > shares.hoarded) return 'leaked';
  return shares.churned > shares.hoarded ? 'churned' : 'hoarded';
};

const mixture = (name: string, host: string, dialect: Scenario['dialect'], shares: Shares): Scenario => ({
  name,
  host,
  addresses: office,
  range: [50000, 50000 + PORTS - 1],
  dialect,
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: fillers(shares),
  truth: (of) => {
    const truly = taken(of);
    const named = dialect.startsWith('ss') ? namedByComm : namedByPid;
    const main = {
      leaked: { cause: 'close-wait-leak', culprit: named(of('leaker'), { peer: '172.31.4.77:8080' }) },
      churned: { cause: 'time-wait-churn', culprit: { peer: '172.31.4.77:8088' } },
      hoarded: { cause: 'connection-hoarding', culprit: named(of('pool'), { peer: '172.31.4.77:6379' }) },
    } as const;
    if (largest(truly) !== largest(shares)) throw new Error(`meant otherwise: ${notes(truly)}`);
    return {
      ...main[largest(truly)],
      ...EXHAUSTED,
      victim: victim(of('mail')),
      // The leak is one, also where it is not the largest part.
      alsoTrue: largest(truly) === 'leaked' ? [] : [{ cause: 'close-wait-leak', pid: of('leaker').pid }],
      note: notes(truly),
    };
  },
});

/** Held for two seconds each: busy, not leaking. */
const busy = (to: string): readonly ActorSpec[] => [
  program('hub', 'nginx', { mode: 'server.hang_up', port: 8081, backlog: 4096 }, { where: 'peer' }),
  program('fetcher', 'crawler', { mode: 'client.late', to, toPort: 8081, rate: 2500, lag: 2 }),
];

const mustBeBusy = (of: Reported): void => {
  const { open, longest } = reapedBy(of('fetcher'));
  if (open < 4_000 || longest > 3.6) throw new Error(`it held ${open}, one for ${longest} s: not the busy host that was meant`);
};

const busyConflict: Scenario = {
  name: 'conflict-on-busy-host',
  host: 'edge-9',
  addresses: home,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  gzip: true,
  firstAt: 5,
  seconds: 10,
  actors: [
    ...busy(home.peer),
    program('holder', 'legacy', { mode: 'server.serve', port: 9000, idle: 1 }),
    program(
      'api',
      'api',
      { mode: 'server.listen_retry', port: 9000, tries: 5 },
      { from: 7, log: { app: 'api', format: 'spring', module: 'o.s.b.w.embedded.tomcat.TomcatWebServer' } },
    ),
  ],
  truth: (of) => {
    mustBeBusy(of);
    return {
      cause: 'listener-conflict',
      ...TAKEN,
      port: 9000,
      culprit: namedByComm(of('holder'), {}),
      victim: victim(of('api')),
      note: '5,000 short-lived CLOSE_WAIT of a busy program are no part of it: another program listens on 9000',
    };
  },
};

const leakBesideBusy: Scenario = {
  name: 'leak-beside-busy',
  host: 'edge-10',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'ss -tanp',
  shape: 'sections',
  gzip: true,
  firstAt: 5,
  seconds: 17.5,
  actors: [
    ...busy(rack.peer),
    drops(8080, 0.5),
    program('sync', 'syncd', { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 8080, rate: 20 }),
  ],
  truth: (of) => {
    mustBeBusy(of);
    return {
      cause: 'close-wait-leak',
      mechanism: 'none-yet',
      side: 'client',
      culprit: namedByComm(of('sync'), { peer: '10.44.7.200:8080' }),
      note: `a leak of ${mostHeld(of('sync'))} beside a busy program's 5,000 short-lived CLOSE_WAIT; nobody is hurt yet`,
    };
  },
};

export const MIXED_EXHAUSTION: readonly Scenario[] = [
  mixture('mixed-exhaustion', 'web-55', 'ss -tanpoe', { leaked: ALL, churned: 200, hoarded: 120 }),
  mixture('mixed-exhaustion-thirds', 'web-56', 'netstat -natp', { leaked: ALL, churned: 240, hoarded: 200 }),
  mixture('mixed-exhaustion-churn', 'web-85', 'ss -tanpoe', { leaked: 240, churned: ALL, hoarded: 140 }),
  mixture('mixed-exhaustion-hoard', 'web-86', 'netstat -natpeeo', { leaked: 240, churned: 140, hoarded: ALL }),
  busyConflict,
  leakBesideBusy,
];
