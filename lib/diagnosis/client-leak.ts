import type { Evidence, Remedy } from '../model/analysis.ts';
import { clock, count, duration, number, percent, rate } from '../text/words.ts';
import type { EphemeralContest } from './contest.ts';
import {
  commonDoubts,
  counterfactual,
  culpritOf,
  EXHAUSTED_SHARE,
  ephemeralBase,
  exhaustsAt,
  natureOf,
  ownerDoubt,
  portsSentence,
  SLOW_SHARE,
  severityBy,
  shareOf,
  suspectName,
} from './ephemeral.ts';
import { limitFor } from './limit.ts';
import type { Suspect } from './suspects.ts';
import { closeWaitStays, growthPerMinute, held, type Moment, STAYS_MIN_SHARE, since, type Track } from './track.ts';
import { clear, found, linesOf, quoteSnapshot, type Verdict } from './verdict.ts';

/** The client side of a CLOSE_WAIT leak: it takes ephemeral ports. */

/** A pool keeps a handful of stale connections; this many are kept by nobody on purpose. */
const MIN_SOCKETS = 50;
/** `lastack:` of a socket that is merely about to be closed is milliseconds; a minute is long after any handler has returned. */
const FORGOTTEN_MS = 60_000;
/** Growth that is more than the comings and goings of a pool. */
const MIN_GROWTH = 10;
/** A forecast beyond a day is left to the next day's snapshots. */
const WORRYING_MS = 24 * 60 * 60_000;

/** A pile too small to matter by itself is a leak all the same if it grows from snapshot to snapshot and nothing ever leaves it. */
const SMALL_MIN_SOCKETS = 10;
const SMALL_MIN_SNAPSHOTS = 5;
const SMALL_MIN_RISES = 0.8;
const SMALL_MIN_STAYS = 0.95;

const growsSteadily = ({ track }: Suspect): boolean => {
  const counts = track.map(({ closeWait }) => closeWait);
  const present = counts.slice(counts.findIndex((count) => count > 0));
  const steps = present.slice(1).map((count, i) => count - (present[i] ?? 0));
  const rises = steps.filter((step) => step > 0).length;
  return present.length >= SMALL_MIN_SNAPSHOTS && steps.every((step) => step >= 0) && rises >= SMALL_MIN_RISES * steps.length;
};

/** What has shown itself to be a leak by its growth stays one while it pauses: nothing has left it. */
const isSmallLeak = (suspect: Suspect, isOpen: boolean): boolean =>
  suspect.moment.closeWait >= limitFor(SMALL_MIN_SOCKETS, isOpen) &&
  (isOpen || growsSteadily(suspect)) &&
  (closeWaitStays(suspect.track)?.share ?? 0) >= SMALL_MIN_STAYS;

const isLeak = (suspect: Suspect, isOpen: boolean): boolean =>
  natureOf(suspect).kind === 'leak' && (held(suspect.moment) >= limitFor(MIN_SOCKETS, isOpen) || isSmallLeak(suspect, isOpen));

/** Whether the pile is stuck rather than merely large, as far as one or more snapshots can tell. */
const stuckDoubt = (suspect: Suspect): readonly string[] => {
  const stays = closeWaitStays(suspect.track);
  if (stays !== null) {
    return stays.share >= STAYS_MIN_SHARE
      ? []
      : [`Only ${percent(stays.share, 1)} of its CLOSE_WAIT sockets stayed for ${duration(stays.spanMs)}.`];
  }
  const ages = suspect.moment.piles.flatMap((pile) => (pile.state === 'close_wait' ? (pile.lastAckMs ?? []) : []));
  return ages.some((age) => age >= FORGOTTEN_MS) ? [] : ['A single snapshot cannot show that these sockets stay.'];
};

/** A full range cannot grow: the rate is that of the snapshots up to the first full one. */
const untilFull = ({ capacity, use }: EphemeralContest, { track }: Suspect): Track => {
  const full = track.findIndex(({ snapshot }) => {
    const used = snapshot.ports.find(({ address }) => address === use?.address)?.used ?? 0;
    return capacity !== null && used >= EXHAUSTED_SHARE * capacity.ports;
  });
  return full < 0 ? track : track.slice(0, full + 1);
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

const growth = (contest: EphemeralContest, suspect: Suspect, perMinute: number | null): string => {
  if (perMinute === null) return '';
  if (contest.isExhausted === true) return perMinute > 0 ? `It grew by ${rate(perMinute)} until the ports ran out.` : '';
  const [first, last] = [suspect.track[0], suspect.track.at(-1)];
  const grown = first === undefined || last === undefined ? 0 : held(last) - held(first);
  return grown >= MIN_GROWTH && perMinute > 0 ? `It grows by ${rate(perMinute)}.` : 'It is not growing at present.';
};

const remedyFor = (suspect: Suspect): Remedy => {
  const pid = suspect.holder.kind === 'process' ? suspect.holder.pid : null;
  const peer = suspect.peer ?? 'its peers';
  const restart =
    pid === null
      ? `Find the program that connects to ${peer} (\`ss -tnp state close-wait\` as root) and restart it: its exit returns all of its ports at once.`
      : `Restart ${suspectName(suspect)}: its exit returns all of its ports at once, and what fails for want of a port recovers. To see what it is: \`ps -o pid,user,lstart,args -p ${pid}\`; for its unit: \`systemctl status ${pid}\`.`;
  return {
    now: restart,
    fix: `In that program, close every response and connection to ${peer} on every path, errors included, and share one client with a bounded pool that drops idle connections before ${peer} does.`,
    prevent:
      'Alarm on CLOSE_WAIT per process, and keep ports that services need out of the range with net.ipv4.ip_local_reserved_ports. A wider ip_local_port_range only delays the next time.',
    verify:
      pid === null
        ? '`ss -Htn state close-wait | wc -l` falls to a handful and stays there.'
        : `\`ss -Htnp state close-wait | grep -c 'pid=${pid},'\` prints 0, and stays near 0 for its successor.`,
  };
};

const evidenceFor = (contest: EphemeralContest, suspect: Suspect): readonly Evidence[] => {
  const { moment } = suspect;
  const quotes = [
    quoteSnapshot(
      `${suspectName(suspect)} holds ${count(moment.closeWait, 'socket')} in CLOSE_WAIT and ${number(moment.established)} in ESTABLISHED${suspect.peer === null ? '' : `, most toward ${suspect.peer}`}.`,
      moment.snapshot,
      linesOf(moment.piles),
    ),
  ];
  const stays = closeWaitStays(suspect.track);
  const earliest = suspect.track.find(({ closeWait }) => closeWait > 0);
  if (stays !== null && earliest !== undefined) {
    const text = `${percent(stays.share, 1)} of the CLOSE_WAIT sockets seen here were still there ${duration(stays.spanMs)} later.`;
    quotes.push(quoteSnapshot(text, earliest.snapshot, linesOf(earliest.piles)));
  }
  if (contest.peak !== null && contest.use !== null) quotes.push(quoteSnapshot(portsSentence(contest), contest.peak));
  return quotes;
};

const explanationOf = (contest: EphemeralContest, suspect: Suspect, perMinute: number | null): string => {
  const { moment } = suspect;
  const parts = [
    `${suspectName(suspect)} does not close connections that ${suspect.peer ?? 'its peers'} has closed: ${count(moment.closeWait, 'socket')} of it stand in CLOSE_WAIT${moment.established === 0 ? '' : `, ${number(moment.established)} more in ESTABLISHED may follow`}.`,
    mistake(moment),
    'A socket in CLOSE_WAIT keeps its local port until the program closes it or exits; no timer ends it.',
    portsSentence(contest),
    `Counted out: ${counterfactual(contest, suspect)}.`,
    growth(contest, suspect, perMinute),
    victimSentence(contest),
  ];
  return parts.filter((part) => part !== '').join(' ');
};

/** What the failing calls needed, and why this pile takes it (KERNEL.md, "Which call needs what"). */
export const victimSentence = ({ victims }: EphemeralContest): string => {
  const binds = victims.some(({ call }) => call === 'bind-any' || call === 'unknown');
  const connects = victims.some(({ call }) => call === 'connect');
  if (binds && connects)
    return 'A program that binds port 0 before it connects needs a port free of every socket on that address, so it fails first; a plain connect fails toward a peer all of whose ports are taken.';
  if (binds)
    return 'The failing call binds port 0 before it connects and needs a port that no other socket on that address has, whoever holds it.';
  if (connects) return 'The failing connect found no local port that was free toward its peer.';
  return '';
};

const judge = (contest: EphemeralContest, suspect: Suspect): Verdict => {
  const perMinute = growthPerMinute(untilFull(contest, suspect));
  const endsAt = exhaustsAt(contest, suspect, perMinute);
  const bySeverity = severityBy(contest, SLOW_SHARE);
  const soon = endsAt !== null && Date.parse(endsAt) - Date.parse(suspect.moment.snapshot.takenAt) < WORRYING_MS;
  const startedAt = since(suspect.track) ?? suspect.moment.snapshot.takenAt;
  return found(suspect.returns, {
    ...ephemeralBase(contest, suspect),
    severity: bySeverity === 'info' && soon ? 'warning' : bySeverity,
    doubts: [...commonDoubts(contest, suspect), ...ownerDoubt(suspect), ...stuckDoubt(suspect)],
    culprit: culpritOf(suspect),
    since: startedAt,
    summary: `${suspectName(suspect)} holds ${count(held(suspect.moment), 'connection')}${suspect.peer === null ? '' : ` to ${suspect.peer}`} that it does not close, ${number(suspect.moment.closeWait)} of them in CLOSE_WAIT${shareOf(contest, suspect)}.`,
    explanation: explanationOf(contest, suspect, perMinute),
    evidence: evidenceFor(contest, suspect),
    remedy: remedyFor(suspect),
    trend: { perMinute, since: startedAt, exhaustsAt: endsAt },
  });
};

/** A range that is full is judged by who would free most of it; one that is not, by the largest leak. */
export const judgeClientLeak = (contest: EphemeralContest): Verdict => {
  const [largest] = contest.suspects;
  const isOpen = contest.open !== null;
  const suspect = contest.isExhausted === true ? largest : contest.suspects.find((candidate) => isLeak(candidate, isOpen));
  if (suspect === undefined || largest === undefined) return clear('No program holds client connections in CLOSE_WAIT.');
  if (!isLeak(suspect, isOpen)) {
    const nature = natureOf(suspect);
    if (nature.kind === 'traffic')
      return clear(
        `The CLOSE_WAIT of ${suspectName(suspect)} come and go: ${percent(nature.stays.share, 1)} stayed for ${duration(nature.stays.spanMs)}.`,
      );
    return clear(
      `${suspectName(suspect)}, who holds most ports, has ${count(suspect.moment.closeWait, 'socket')} in CLOSE_WAIT at ${clock(suspect.moment.snapshot.takenAt)}.`,
    );
  }
  if (!isOpen && contest.victims.length === 0 && contest.isExhausted !== true && isUndecided(contest, suspect)) {
    return clear(
      `${count(suspect.moment.closeWait, 'CLOSE_WAIT socket')} of ${suspectName(suspect)} in one snapshot may be about to be closed.`,
    );
  }
  return judge(contest, suspect);
};

/** Without failures, a small pile in a single snapshot is no news. */
const isUndecided = (contest: EphemeralContest, suspect: Suspect): boolean => {
  const share = contest.capacity === null ? 0 : suspect.moment.closeWait / contest.capacity.ports;
  return stuckDoubt(suspect).length > 0 && share < SLOW_SHARE;
};
