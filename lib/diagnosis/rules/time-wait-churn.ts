import { clock, count, number } from '../../text/words.ts';
import { victimSentence } from '../client-leak-words.ts';
import type { EphemeralContest } from '../contest.ts';
import {
  commonDoubts,
  counterfactual,
  ephemeralBase,
  isTight,
  natureOf,
  portsSentence,
  RELIEVED_SHARE,
  severityBy,
  shareOf,
} from '../ephemeral.ts';
import { bystanderPile } from '../fixed-port.ts';
import { trendOf } from '../forecast.ts';
import type { Suspect } from '../suspects.ts';
import { growthOf, type Moment, since } from '../track.ts';
import { clear, culpritWith, found, linesOf, notMine, quoteSnapshot, type Rule, type Verdict } from '../verdict.ts';

/** TIME_WAIT lasts 60 s (KERNEL.md): so many closed in the last minute. */
const TIME_WAIT_SECONDS = 60;

const timeWaitIn = ({ timeWait }: Moment): number => timeWait;
const timeWaitOf = (suspect: Suspect): number => timeWaitIn(suspect.moment);

const judge = (contest: EphemeralContest, suspect: Suspect): Verdict => {
  const peer = suspect.peer ?? 'many peers';
  const closed = timeWaitOf(suspect);
  const atLeast = number(closed / TIME_WAIT_SECONDS);
  const startedAt = since(suspect.track, timeWaitIn) ?? suspect.moment.snapshot.takenAt;
  return found(suspect.returnsWithKin, {
    ...ephemeralBase(contest, suspect),
    severity: severityBy(contest, RELIEVED_SHARE),
    doubts: commonDoubts(contest, suspect),
    culprit: culpritWith({ peer: suspect.peer }),
    since: startedAt,
    summary: `${count(closed, 'closed connection')} to ${peer} stand in TIME_WAIT${shareOf(contest, suspect)}.`,
    explanation: [
      `This host opens a connection for each request to ${peer} and closes it itself; each then keeps its port for ${TIME_WAIT_SECONDS} s in TIME_WAIT. ${count(closed, 'such port')} mean about ${atLeast} connections a second or more.`,
      'TIME_WAIT sockets have no owner any more, so no snapshot names the program: the log that fails and the peer do.',
      portsSentence(contest),
      `Counted out: ${counterfactual(contest, suspect)}.`,
      victimSentence(contest),
    ]
      .filter((part) => part !== '')
      .join(' '),
    evidence: [
      quoteSnapshot(
        `${count(closed, 'socket')} toward ${peer} stand in TIME_WAIT.`,
        suspect.moment.snapshot,
        linesOf(suspect.moment.piles),
      ),
      ...(contest.peak === null ? [] : [quoteSnapshot(portsSentence(contest), contest.peak)]),
    ],
    remedy: {
      now: `Slow down or stop the program that calls ${peer}: its ports return within ${TIME_WAIT_SECONDS} s. Where only plain connects fail, \`sysctl -w net.ipv4.tcp_tw_reuse=1\` lets them take over ports in TIME_WAIT.`,
      fix: `Reuse connections to ${peer} (keep-alive, one shared client or pool) instead of one for each request.`,
      prevent:
        'Spread the load over more peer addresses, or widen ip_local_port_range: both raise the limit only. tcp_fin_timeout does not shorten TIME_WAIT.',
      verify: '`ss -Htn state time-wait | wc -l` stays far below the size of the port range.',
    },
    trend: trendOf(growthOf(suspect.track, timeWaitIn), startedAt),
  });
};

const judgeEphemeral = (contest: EphemeralContest): Verdict => {
  const [largest] = contest.suspects;
  const timeWait = contest.suspects.reduce((sum, suspect) => sum + timeWaitOf(suspect), 0);
  const figure = `${count(timeWait, 'socket')} in TIME_WAIT${contest.capacity === null ? '' : ` of ${count(contest.capacity.ports, 'port')}`}`;
  if (largest === undefined || natureOf(largest).kind !== 'churn')
    return clear(`${figure}${contest.peak === null ? '' : ` at ${clock(contest.peak.takenAt)}`}: not what fills the range.`);
  // Without a shortage, TIME_WAIT is how TCP works (RFC 9293 §3.3.2) and no finding.
  return isTight(contest) ? judge(contest, largest) : clear(`${figure}: ordinary.`);
};

export const timeWaitChurn: Rule = {
  id: 'time-wait-churn',
  title: 'Short connections that this side closes fill the port range with TIME_WAIT',
  judges: ['ephemeral-ports', 'fixed-port'],
  needs: 'a snapshot with all states (`ss -tan`), and the port range',
  judge: (contest) => {
    if (contest.kind === 'ephemeral-ports') return judgeEphemeral(contest);
    return contest.kind === 'fixed-port' ? clear(bystanderPile(contest, 'time_wait')) : notMine;
  },
};
