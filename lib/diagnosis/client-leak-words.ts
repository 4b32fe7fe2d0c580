import type { Evidence } from '../model/analysis.ts';
import { count, duration, number, percent, rate } from '../text/words.ts';
import type { EphemeralContest } from './contest.ts';
import { counterfactual, portsSentence, suspectName, unitIn } from './ephemeral.ts';
import { type Outlook, outlookSentence } from './forecast.ts';
import type { Suspect } from './suspects.ts';
import { closeWaitStays, held, type Moment, STAYS_MIN_SHARE } from './track.ts';
import type { Slope } from './trend.ts';
import { restartAdvice } from './unit.ts';
import { vanishedSentence } from './vanished.ts';
import { type Draft, linesOf, quoteSnapshot } from './verdict.ts';

/** What is said of a client that does not close its connections. */

/** `lastack:` of a socket that is merely about to be closed is milliseconds; a minute is long after any handler has returned. */
const FORGOTTEN_MS = 60_000;
/** Growth that is more than the comings and goings of a pool. */
const MIN_GROWTH = 10;

export const forgottenIn = ({ moment }: Suspect): number => moment.closeWait;

/** Nearly all of a range that is full in more than one snapshot: sockets that were closed in time would leave others between them. */
const FILLS_SHARE = 0.8;

const fillsTheRange = ({ capacity, isExhausted }: EphemeralContest, { track }: Suspect): boolean =>
  isExhausted === true && capacity !== null && track.filter(({ closeWait }) => closeWait >= FILLS_SHARE * capacity.ports).length > 1;

/** Whether the pile is stuck rather than merely large, as far as one or more snapshots can tell. */
export const stuckDoubt = (contest: EphemeralContest, suspect: Suspect): readonly string[] => {
  if (suspect.vanished !== null || fillsTheRange(contest, suspect)) return [];
  const stays = closeWaitStays(suspect.track);
  if (stays !== null) {
    return stays.share >= STAYS_MIN_SHARE
      ? []
      : [`Only ${percent(stays.share, 1)} of its CLOSE_WAIT sockets stayed for ${duration(stays.spanMs)}.`];
  }
  const ages = suspect.moment.piles.flatMap((pile) => (pile.state === 'close_wait' ? (pile.lastAckMs ?? []) : []));
  return ages.some((age) => age >= FORGOTTEN_MS)
    ? []
    : ['These snapshots cannot show that the sockets stay: it takes two, with an inode or cookie (`ss -e`) where the range is full.'];
};

/** What the queues say about the mistake (KERNEL.md, "What the queues say"). */
const mistake = (moment: Moment): string => {
  const sum = { zero: 0, one: 0, more: 0 };
  for (const { state, recvQ } of moment.piles) {
    if (state !== 'close_wait') continue;
    sum.zero += recvQ.zero;
    sum.one += recvQ.one;
    sum.more += recvQ.more;
  }
  const total = sum.zero + sum.one + sum.more;
  if (total === 0) return '';
  if (sum.one * 2 > total)
    return 'Their Recv-Q is 1, the unread FIN: nobody has touched these connections since the peer closed them. They were forgotten after the response, or in a pool.';
  if (sum.zero * 2 > total) return 'Their Recv-Q is 0: everything was read to the end, and then the connection was not closed.';
  return 'They hold unread data: the program stopped reading and did not close.';
};

const growth = (contest: EphemeralContest, suspect: Suspect, slope: Slope | null, outlook: Outlook | null): string => {
  if (slope === null) return '';
  const { perMinute } = slope;
  if (contest.isExhausted === true) return perMinute > 0 ? `It grew by ${rate(perMinute)} until the ports ran out.` : '';
  const [first, last] = [suspect.track[0], suspect.track.at(-1)];
  const grown = first === undefined || last === undefined ? 0 : held(last) - held(first);
  if (grown < MIN_GROWTH || perMinute <= 0) return 'It is not growing at present.';
  return outlook === null ? `It grows by ${rate(perMinute)}.` : outlookSentence(suspect.moment.snapshot.takenAt, perMinute, outlook);
};

const kinSentence = (suspect: Suspect): string =>
  suspect.kin.length === 0
    ? ''
    : `${count(suspect.kin.length, 'more process', 'more processes')} of the same program and parent (pid ${suspect.kin.slice(0, 8).join(', ')}) ${suspect.kin.length === 1 ? 'does' : 'do'} the same.`;

const vanishedIn = ({ holder, vanished }: Suspect): string =>
  vanished === null || holder.kind !== 'process' ? '' : vanishedSentence(holder.command, holder.pid, vanished);

const stuckSentence = (suspect: Suspect): string => {
  const { moment } = suspect;
  if (moment.closeWait === 0) return '';
  return `${suspectName(suspect)} does not close connections that ${suspect.peer ?? 'its peers'} has closed: ${count(moment.closeWait, 'socket')} of it stand in CLOSE_WAIT${moment.established === 0 ? '' : `, ${number(moment.established)} more in ESTABLISHED may follow`}.`;
};

/** What the failing calls needed, and why this pile takes it (KERNEL.md, "Which call needs what"). */
export const victimSentence = ({ victims, destination, isExhausted }: EphemeralContest): string => {
  const binds = victims.some(({ call }) => call === 'bind-any' || call === 'unknown');
  const connects = victims.some(({ call }) => call === 'connect');
  if (binds && connects)
    return 'A program that binds port 0 before it connects needs a port free of every socket on that address, so it fails first; a plain connect fails toward a peer all of whose ports are taken.';
  if (binds)
    return 'The failing call binds port 0 before it connects and needs a port that no other socket on that address has, whoever holds it.';
  if (!connects) return '';
  if (destination !== null) return `The failing connect found no local port that was free toward ${destination.peer}.`;
  return isExhausted === true
    ? 'The failing connect found no port although no peer has all of them: so these ports were taken by an explicit bind, which shares with nobody.'
    : 'The failing connect found no local port that was free toward its peer.';
};

export const explanationOf = (contest: EphemeralContest, suspect: Suspect, slope: Slope | null, outlook: Outlook | null): string =>
  [
    stuckSentence(suspect),
    mistake(suspect.moment),
    vanishedIn(suspect),
    kinSentence(suspect),
    'A socket in CLOSE_WAIT keeps its local port until the program closes it or exits; no timer ends it.',
    portsSentence(contest),
    suspect.returnsWithKin === 0 ? '' : `Counted out: ${counterfactual(contest, suspect)}.`,
    growth(contest, suspect, slope, outlook),
    victimSentence(contest),
  ]
    .filter((part) => part !== '')
    .join(' ');

const restartNow = ({ victims }: EphemeralContest, suspect: Suspect): string => {
  const unit = unitIn(suspect);
  const peer = suspect.peer ?? 'its peers';
  if (suspect.holder.kind !== 'process')
    return `Find the program that connects to ${peer} (\`ss -tnp state close-wait\` as root) and restart it: its exit returns all of its ports at once.`;
  const { pid } = suspect.holder;
  const how = unit === null ? '' : `: ${restartAdvice(unit)}`;
  const sharers =
    suspect.sharedWith.length === 0 ? '' : ` Pid ${suspect.sharedWith.join(', ')} inherited some of these sockets: it must end too.`;
  const look =
    unit === null ? ` To see what it is: \`ps -o pid,user,lstart,args -p ${pid}\`; for its unit: \`systemctl status ${pid}\`.` : '';
  return `Restart ${suspectName(suspect)}${how}. Its exit returns all of its ports at once${victims.length === 0 ? '' : ', and what fails for want of a port recovers'}.${sharers}${look}`;
};

export const remedyFor = (contest: EphemeralContest, suspect: Suspect): Draft['remedy'] => {
  const pid = suspect.holder.kind === 'process' ? suspect.holder.pid : null;
  const peer = suspect.peer ?? 'its peers';
  return {
    now: restartNow(contest, suspect),
    fix: `In that program, close every response and connection to ${peer} on every path, errors included, and share one client with a bounded pool that drops idle connections before ${peer} does.`,
    prevent:
      'Alarm on CLOSE_WAIT per process, and keep ports that services need out of the range with net.ipv4.ip_local_reserved_ports. A wider ip_local_port_range only delays the next time.',
    verify:
      pid === null
        ? '`ss -Htn state close-wait | wc -l` falls to a handful and stays there.'
        : `\`ss -Htnp state close-wait | grep -c 'pid=${pid},'\` prints 0, and stays near 0 for its successor.`,
  };
};

export const evidenceFor = (contest: EphemeralContest, suspect: Suspect): readonly Evidence[] => {
  const { moment } = suspect;
  const quotes: Evidence[] = [];
  if (moment.piles.length > 0) {
    const most = suspect.peer === null ? '' : `, most toward ${suspect.peer}`;
    const text = `${suspectName(suspect)} holds ${count(moment.closeWait, 'socket')} in CLOSE_WAIT and ${number(moment.established)} in ESTABLISHED${most}.`;
    quotes.push(quoteSnapshot(text, moment.snapshot, linesOf(moment.piles)));
  }
  if (suspect.vanished !== null) quotes.push(quoteSnapshot(vanishedIn(suspect), suspect.vanished.snapshot));
  const stays = closeWaitStays(suspect.track);
  const earliest = suspect.track.find(({ closeWait }) => closeWait > 0);
  if (stays !== null && earliest !== undefined) {
    const text = `${percent(stays.share, 1)} of the CLOSE_WAIT sockets seen here were still there ${duration(stays.spanMs)} later.`;
    quotes.push(quoteSnapshot(text, earliest.snapshot, linesOf(earliest.piles)));
  }
  if (contest.peak !== null && contest.use !== null) quotes.push(quoteSnapshot(portsSentence(contest), contest.peak));
  return quotes;
};
