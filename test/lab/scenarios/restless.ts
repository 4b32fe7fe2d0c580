import type { Reported, Scenario } from '../model.ts';
import { reapedBy } from '../reports.ts';
import { namedByComm, unnamed, victim } from '../truths.ts';
import { answers, clients, drops, EXHAUSTED, home, office, program, rack } from './parts.ts';

/** Busy, not leaking: so many at once, each closed within so many seconds by the program's own account. */
const BUSY = { open: 4_500, longest: 3.6 } as const;

const mustBeBusy = (of: Reported, role: string): void => {
  const { open, longest } = reapedBy(of(role));
  if (open < BUSY.open || longest > BUSY.longest)
    throw new Error(`${role} held ${open}, one for ${longest} s: not the busy host that was meant`);
};

/** TIME_WAIT is the clients' here, who need more ports than a minute has. */
const MANY_CLIENTS = { 'net.ipv4.ip_local_port_range': '1100 65000', 'net.ipv4.tcp_tw_reuse': '1' } as const;

const busyClient5000: Scenario = {
  name: 'healthy-5000-client',
  alsoStretched: true,
  host: 'edge-7',
  addresses: rack,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  gzip: true,
  firstAt: 6,
  seconds: 10,
  actors: [
    program('upstream', 'nginx', { mode: 'server.hang_up', port: 8080, backlog: 4096 }, { where: 'peer' }),
    program('fetcher', 'crawler', { mode: 'client.late', to: rack.peer, toPort: 8080, rate: 2600, lag: 2 }),
  ],
  truth: (of) => {
    mustBeBusy(of, 'fetcher');
    return {
      cause: null,
      note: '5,000 in CLOSE_WAIT at every look, each for two seconds: peers hang up, the program closes late and closes all',
    };
  },
};

const busyServer5000: Scenario = {
  name: 'healthy-5000-server',
  host: 'edge-8',
  addresses: home,
  range: [32768, 60999],
  peerSysctls: MANY_CLIENTS,
  dialect: 'ss -tanp',
  shape: 'cron',
  gzip: true,
  firstAt: 7,
  seconds: 10,
  actors: [
    program('api', 'gateway', { mode: 'server.late', port: 443, lag: 3, backlog: 4096 }),
    clients('callers', { mode: 'client.hang_up', to: home.host, toPort: 443, rate: 900 }),
    clients('visitors', { mode: 'client.hang_up', to: home.host, toPort: 443, rate: 900 }),
  ],
  truth: (of) => {
    mustBeBusy(of, 'api');
    return {
      cause: null,
      note: '5,000 in CLOSE_WAIT on a service port at every look, each for three seconds: some are seen in two looks, none in three',
    };
  },
};

const RESTART_RATE = 75;

const restartMidLeak: Scenario = {
  name: 'restart-mid-leak',
  alsoStretched: true,
  host: 'web-50',
  addresses: office,
  range: [30000, 30599],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 17.5,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    program('first', 'syncd', { mode: 'client.keep', how: 'http', to: office.peer, toPort: 8080, rate: RESTART_RATE }, { until: 6.3 }),
    program('second', 'syncd', { mode: 'client.keep', how: 'http', to: office.peer, toPort: 8080, rate: RESTART_RATE }, { from: 6.8 }),
    program(
      'mail',
      'mail',
      { mode: 'client.call', to: office.peer, toPort: 8443, source: '', rate: 8, pause: 0.2, text: 'cannot reach relay' },
      { log: { app: 'mail', format: 'spring', module: 'c.e.mail.Relay' } },
    ),
  ],
  truth: (of) => {
    const failing = victim(of('mail'));
    const begun = of('second').events[0]?.t ?? 0;
    if (of('mail').logs.some((l) => l.failure !== null && l.t < begun)) throw new Error('the first copy was to be restarted in time');
    return {
      cause: 'close-wait-leak',
      ...EXHAUSTED,
      culprit: namedByComm(of('second'), { peer: '172.31.4.77:8080' }),
      victim: failing,
      alsoTrue: [{ cause: 'close-wait-leak', pid: of('first').pid }],
      note: 'restarted half-way, which gave all ports back for a while; the new process leaks as fast, and only under it did calls fail',
    };
  },
};

const restartMidLeakEarly: Scenario = {
  name: 'restart-mid-leak-early',
  host: 'web-51',
  addresses: rack,
  range: [20000, 27999],
  dialect: 'ss -tanp',
  shape: 'cron',
  firstAt: 2,
  seconds: 20,
  actors: [
    drops(8080, 0.01),
    program('first', 'syncd', { mode: 'client.keep', how: 'eof', to: rack.peer, toPort: 8080, rate: 60 }, { until: 10.8 }),
    program('second', 'syncd', { mode: 'client.keep', how: 'eof', to: rack.peer, toPort: 8080, rate: 60 }, { from: 11.2 }),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    mechanism: 'none-yet',
    side: 'client',
    culprit: namedByComm(of('second'), { peer: '10.44.7.200:8080' }),
    alsoTrue: [{ cause: 'close-wait-leak', pid: of('first').pid }],
    note: 'has hurt nobody: restarted half-way, the new process leaks at the rate of the old one',
  }),
};

const pidReuse: Scenario = {
  name: 'pid-reuse',
  alsoStretched: true,
  host: 'job-9',
  addresses: home,
  range: [30000, 30499],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 17.5,
  actors: [
    drops(8080, 1),
    answers(8443),
    { role: 'broker', where: 'peer', comm: 'broker', config: { mode: 'server.serve', port: 5672, idle: null } },
    program('leaker', 'nightly', { mode: 'client.keep', how: 'http', to: home.peer, toPort: 8080, rate: 100 }, { until: 10.2 }),
    program(
      'heir',
      'metricsd',
      { mode: 'client.keep', how: 'plain', to: home.peer, toPort: 5672, limit: 5, rate: 20 },
      {
        from: 10.8,
        pidOf: 'leaker',
      },
    ),
    program(
      'login',
      'login',
      { mode: 'client.call', to: home.peer, toPort: 8443, source: '', rate: 8, pause: 0.2, text: 'login failed' },
      { log: { app: 'login', format: 'logback', module: 'c.e.login.OAuthClient' } },
    ),
  ],
  truth: (of) => {
    if (of('heir').pid !== of('leaker').pid) throw new Error('the PID was not reused');
    return {
      cause: 'close-wait-leak',
      ...EXHAUSTED,
      culprit: namedByComm(of('leaker'), { peer: '192.168.70.130:8080' }),
      victim: victim(of('login')),
      note: 'the culprit (nightly) is killed; metricsd, which is harmless, gets its PID',
    };
  },
};

const pidReuseNoOwners: Scenario = {
  name: 'pid-reuse-no-owners',
  host: 'job-10',
  addresses: rack,
  range: [41000, 41499],
  dialect: 'netstat -nat',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 1),
    answers(8443),
    program('leaker', 'nightly', { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 8080, rate: 100 }, { until: 10.2 }),
    program('heir', 'metricsd', { mode: 'server.serve', port: 8125, idle: null }, { from: 10.8, pidOf: 'leaker' }),
    program(
      'login',
      'login',
      { mode: 'client.call', to: rack.peer, toPort: 8443, source: '', rate: 8, pause: 0.2, text: 'login failed' },
      { log: { app: 'login', format: 'syslog' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: unnamed({ peer: '10.44.7.200:8080' }),
    victim: victim(of('login')),
    note: 'a listing without PIDs; the process table names the PID by its later owner, which must not be blamed',
  }),
};

const sawtooth: Scenario = {
  name: 'healthy-sawtooth',
  alsoStretched: true,
  host: 'web-71',
  addresses: office,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 25,
  actors: [drops(8080, 0.2), program('fetcher', 'fetcher', { mode: 'client.batch', to: office.peer, toPort: 8080, rate: 70, lag: 6 })],
  truth: (of) => {
    const { open, longest } = reapedBy(of('fetcher'));
    if (open < 200 || longest > 7) throw new Error(`it closed ${open} at once, after ${longest} s`);
    return { cause: null, note: `closes in batches: up to ${open} in CLOSE_WAIT, growing for six seconds, then none, again and again` };
  },
};

const underTraffic: Scenario = {
  name: 'leak-under-traffic',
  alsoStretched: true,
  host: 'web-72',
  addresses: rack,
  range: [30000, 30799],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 17.5,
  actors: [
    program('upstream', 'nginx', { mode: 'server.hang_up', port: 8080, backlog: 4096 }, { where: 'peer' }),
    answers(8443),
    program('proxy', 'proxyd', { mode: 'client.sometimes', to: rack.peer, toPort: 8080, rate: 300, lag: 1, every: 5 }),
    program(
      'mail',
      'mail',
      { mode: 'client.call', to: rack.peer, toPort: 8443, source: '', rate: 8, pause: 0.2, text: 'cannot reach relay' },
      { log: { app: 'mail', format: 'rfc3339' } },
    ),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('proxy'), { peer: '10.44.7.200:8080' }),
    victim: victim(of('mail')),
    note: 'four of five connections are closed a second late, one of five never: at first most of CLOSE_WAIT comes and goes',
  }),
};

const irregular: Scenario = {
  name: 'leak-bursts-irregular-looks',
  host: 'web-73',
  addresses: home,
  range: [20000, 23999],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 21,
  looksAt: [2, 3, 3.8, 9.3, 10.2, 17, 18, 23],
  actors: [drops(8080, 0.2), program('sync', 'syncd', { mode: 'client.bursts', to: home.peer, toPort: 8080, size: 120, lag: 4 })],
  truth: (of) => ({
    cause: 'close-wait-leak',
    mechanism: 'none-yet',
    side: 'client',
    culprit: namedByComm(of('sync'), { peer: '192.168.70.130:8080' }),
    note: '120 more every four seconds, looked at in no rhythm: some looks see no growth. Nobody is hurt yet',
  }),
};

export const RESTLESS: readonly Scenario[] = [
  busyClient5000,
  busyServer5000,
  restartMidLeak,
  restartMidLeakEarly,
  pidReuse,
  pidReuseNoOwners,
  sawtooth,
  underTraffic,
  irregular,
];
