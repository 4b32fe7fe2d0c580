import type { Scenario } from '../model.ts';
import { failuresOf, mostHeld } from '../reports.ts';
import { namedByComm, namedByPid, victim } from '../truths.ts';
import { answers, drops, EXHAUSTED, home, keeps, mail, office, program, rack, syncd } from './parts.ts';

const WORKERS = ['w1', 'w2', 'w3', 'w4'] as const;

const workers: Scenario = {
  name: 'leak-four-workers',
  alsoStretched: true,
  host: 'web-81',
  addresses: office,
  range: [30000, 30799],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    ...WORKERS.map((role) =>
      program(role, 'gunicorn', { mode: 'client.keep', how: 'http', to: office.peer, toPort: 8080, source: office.host, rate: 25 }),
    ),
    mail('host', office.peer),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: { comm: 'gunicorn', command: 'gunicorn', peer: '172.31.4.77:8080' },
    victim: victim(of('mail')),
    alsoTrue: WORKERS.map((role) => ({ cause: 'close-wait-leak', pid: of(role).pid }) as const),
    note: `four workers of one program leak a quarter of the range each (${WORKERS.map((role) => mostHeld(of(role))).join(', ')})`,
  }),
};

const forked: Scenario = {
  name: 'leak-forked',
  host: 'web-82',
  addresses: rack,
  range: [30000, 30599],
  dialect: 'ss -tanpe',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    program('parent', 'syncd', { mode: 'client.forked', to: rack.peer, toPort: 8080, rate: 80, limit: 250 }),
    mail('host', rack.peer),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('parent'), { peer: '10.44.7.200:8080' }),
    victim: victim(of('mail')),
    note: 'a child has inherited 250 of its connections: each has two owners and is one socket. The parent leaks on alone',
  }),
};

const reserved: Scenario = {
  name: 'leak-reserved-ports',
  host: 'web-83',
  addresses: home,
  range: [30000, 30999],
  sysctls: { 'net.ipv4.ip_local_reserved_ports': '30000-30399,30900-30999' },
  dialect: 'netstat -natp',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [drops(8080, 0.8), answers(8443), syncd('leaker', 'host', home.peer, 80), mail('host', home.peer)],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByPid(of('leaker'), { peer: '192.168.70.130:8080' }),
    victim: victim(of('mail')),
    note: 'half of the range is reserved: 500 ports are all there are',
  }),
};

const twoIncidents: Scenario = {
  name: 'two-incidents',
  host: 'web-84',
  addresses: office,
  range: [30000, 30499],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    syncd('leaker', 'host', office.peer, 80),
    mail('host', office.peer),
    program('holder', 'legacy', { mode: 'server.serve', port: 9000, idle: 1 }),
    program(
      'api',
      'api',
      { mode: 'server.listen_retry', port: 9000, tries: 5 },
      { from: 9, log: { app: 'api', format: 'spring', module: 'o.s.b.w.embedded.tomcat.TomcatWebServer' } },
    ),
  ],
  truth: (of) => {
    if (failuresOf(of('api')).length === 0) throw new Error('the server was to fail');
    return {
      cause: 'close-wait-leak',
      ...EXHAUSTED,
      culprit: namedByComm(of('leaker'), { peer: '172.31.4.77:8080' }),
      victim: victim(of('mail')),
      alsoTrue: [{ cause: 'listener-conflict', pid: of('holder').pid }],
      note: 'two incidents at once: a leak has the whole range, and another program listens on the port of a server that starts',
    };
  },
};

const container: Scenario = {
  name: 'victim-in-container',
  host: 'node-5',
  addresses: rack,
  range: [30000, 30499],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    syncd('leaker', 'host', rack.peer, 80),
    { ...mail('host', rack.peer), ownPids: true, log: { app: 'mail', format: 'python', module: 'mail.relay' } },
  ],
  truth: (of) => {
    if (of('mail').pid !== 1) throw new Error(`its log names ${of('mail').pid}, not 1`);
    return {
      cause: 'close-wait-leak',
      ...EXHAUSTED,
      culprit: namedByComm(of('leaker'), { peer: '10.44.7.200:8080' }),
      victim: victim(of('mail')),
      note: "the victim runs in a PID namespace: its log says 1, which is the host's init",
    };
  },
};

const defaultNamespace: Scenario = {
  name: 'netns-default-full',
  host: 'node-6',
  addresses: home,
  third: { kind: 'namespace', name: 'blue', address: '192.168.70.9', range: [32768, 60999] },
  range: [30000, 30499],
  dialect: 'ss -tanp',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    keeps(6379),
    syncd('leaker', 'host', home.peer, 80),
    mail('host', home.peer),
    program('pool', 'cart', { mode: 'client.keep', how: 'plain', to: home.peer, toPort: 6379, limit: 600, rate: 120 }, { where: 'third' }),
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('leaker'), { peer: '192.168.70.130:8080' }),
    victim: victim(of('mail')),
    note: 'the default namespace is full (500 ports); the sections of blue, whose range is the common one, follow it',
  }),
};

const filesBesidePool: Scenario = {
  name: 'descriptors-beside-pool',
  host: 'idx-5',
  addresses: office,
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(5672, 0.5),
    program(
      'indexer',
      'indexer',
      { mode: 'server.files_and_pool', to: office.peer, toPort: 5672, pool: 60, rate: 60 },
      { from: 1.2, descriptors: 500, log: { app: 'indexer', format: 'logstash', module: 'indexer.spool' } },
    ),
  ],
  truth: (of) => ({
    cause: 'descriptor-exhaustion',
    mechanism: 'descriptor-exhaustion',
    culprit: { pid: of('indexer').pid },
    victim: victim(of('indexer')),
    note: 'files leak; sixty connections of its pool, closed by their peer, are always the same ones and no more',
  }),
};

export const SHARED_BLAME: readonly Scenario[] = [workers, forked, reserved, twoIncidents, container, defaultNamespace, filesBesidePool];
