import type { Scenario } from '../model.ts';
import { failuresOf } from '../reports.ts';
import { namedByComm, unnamed, victim } from '../truths.ts';
import { answers, drops, EXHAUSTED, home, keeps, mail, office, program, rack, syncd } from './parts.ts';

const fleet: Scenario = {
  name: 'fleet-leak',
  alsoStretched: true,
  host: 'web-61',
  addresses: office,
  third: { kind: 'host', name: 'web-62', address: '172.31.4.21', range: [30000, 30499] },
  range: [30000, 30499],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    syncd('one', 'host', office.peer, 80),
    syncd('two', 'third', office.peer, 80),
    mail('host', office.peer),
    mail('third', office.peer, 'mail-2'),
  ],
  truth: (of) => {
    if (failuresOf(of('mail-2')).length === 0) throw new Error('the second host was to fail too');
    return {
      cause: 'close-wait-leak',
      ...EXHAUSTED,
      culprit: namedByComm(of('one'), { peer: '172.31.4.77:8080' }),
      victim: victim(of('mail')),
      hosts: ['web-61', 'web-62'],
      alsoTrue: [{ cause: 'close-wait-leak', pid: of('two').pid }],
      note: 'the same program leaks toward the same peer on two hosts',
    };
  },
};

const bothEnds: Scenario = {
  name: 'both-ends',
  host: 'web-63',
  addresses: rack,
  peerUploadsAs: 'api-63',
  range: [30000, 30499],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 17.5,
  // FIN_WAIT_2 of the peer, which has closed, lasts this long and then is gone without a word to the other end.
  peerSysctls: { 'net.ipv4.tcp_fin_timeout': '4' },
  actors: [drops(8080, 0.8), answers(8443), syncd('leaker', 'host', rack.peer, 80), mail('host', rack.peer)],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('leaker'), { peer: '10.44.7.200:8080' }),
    victim: victim(of('mail')),
    note: 'the peer uploads too: it closes what is idle, has FIN_WAIT_2 for some seconds and nothing afterwards. Nothing is wrong there',
  }),
};

const twoNamespaces: Scenario = {
  name: 'netns-blue',
  host: 'node-4',
  addresses: home,
  third: { kind: 'namespace', name: 'blue', address: '192.168.70.9', range: [30000, 30499] },
  range: [32768, 60999],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    keeps(6379),
    program('pool', 'cart', { mode: 'client.keep', how: 'plain', to: home.peer, toPort: 6379, limit: 700, rate: 120 }),
    syncd('leaker', 'third', home.peer, 80),
    mail('third', home.peer),
    program(
      'billing',
      'billing',
      { mode: 'client.call', to: home.peer, toPort: 8443, source: '', rate: 8 },
      { log: { app: 'billing', format: 'logback' } },
    ),
  ],
  truth: (of) => {
    if (failuresOf(of('billing')).length > 0) throw new Error('calls from the default namespace were to work');
    return {
      cause: 'close-wait-leak',
      ...EXHAUSTED,
      culprit: namedByComm(of('leaker'), { peer: '192.168.70.130:8080' }),
      victim: victim(of('mail')),
      note: 'the range of the network namespace blue is used up; in the default one 700 of 28,232 ports are a pool, and calls work',
    };
  },
};

const unit: Scenario = {
  name: 'unit-culprit',
  host: 'web-64',
  addresses: office,
  range: [30000, 30499],
  dialect: 'ss -tanpoe',
  shape: 'sections',
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    answers(8443),
    { ...syncd('leaker', 'host', office.peer, 80), unit: 'shipper.service' },
    { ...mail('host', office.peer), unit: 'mail.service' },
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: namedByComm(of('leaker'), { peer: '172.31.4.77:8080' }),
    victim: victim(of('mail')),
    note: 'the culprit runs in the cgroup of shipper.service, which ss -e shows',
  }),
};

const partlyHidden: Scenario = {
  name: 'hidden-in-part',
  host: 'web-65',
  addresses: rack,
  range: [30000, 30499],
  dialect: 'ss -tanpe as nobody',
  shape: 'sections',
  without: ['fds'],
  firstAt: 2,
  seconds: 15,
  actors: [
    drops(8080, 0.8),
    drops(5672, 0.5),
    answers(8443),
    syncd('leaker', 'host', rack.peer, 80),
    program(
      'bystander',
      'amqp',
      { mode: 'client.keep', how: 'http', to: rack.peer, toPort: 5672, limit: 40, rate: 30 },
      { ordinaryUser: true },
    ),
    { ...mail('host', rack.peer), ordinaryUser: true },
  ],
  truth: (of) => ({
    cause: 'close-wait-leak',
    ...EXHAUSTED,
    culprit: unnamed({ peer: '10.44.7.200:8080' }),
    victim: victim(of('mail')),
    note: 'ss is run by the user of the victim and of a small pool: those it names, the culprit, which is root, it does not',
  }),
};

export const HOSTS: readonly Scenario[] = [fleet, bothEnds, twoNamespaces, unit, partlyHidden];
