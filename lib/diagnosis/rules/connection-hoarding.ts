import { clock, count, number } from '../../text/words.ts';
import { victimSentence } from '../client-leak-words.ts';
import type { EphemeralContest } from '../contest.ts';
import { judgeDescriptorHoard } from '../descriptors.ts';
import {
  commonDoubts,
  counterfactual,
  culpritOf,
  ephemeralBase,
  isTight,
  natureOf,
  ownerDoubt,
  portsSentence,
  RELIEVED_SHARE,
  severityBy,
  shareOf,
  suspectName,
} from '../ephemeral.ts';
import { firstToBreak, trendOf } from '../forecast.ts';
import type { Suspect } from '../suspects.ts';
import { growthOf, since } from '../track.ts';
import { clear, found, linesOf, notMine, quoteSnapshot, type Rule, type Verdict } from '../verdict.ts';

const judge = (contest: EphemeralContest, suspect: Suspect): Verdict => {
  const name = suspectName(suspect);
  const { moment } = suspect;
  const peer = suspect.peer ?? 'its peers';
  const slope = growthOf(suspect.track);
  const startedAt = since(suspect.track) ?? moment.snapshot.takenAt;
  const pid = suspect.holder.kind === 'process' ? suspect.holder.pid : null;
  return found(suspect.returnsWithKin, {
    ...ephemeralBase(contest, suspect),
    severity: severityBy(contest, RELIEVED_SHARE),
    doubts: [...commonDoubts(contest, suspect), ...ownerDoubt(suspect)],
    culprit: culpritOf(suspect),
    since: startedAt,
    summary: `${name} keeps ${count(moment.established, 'connection')} to ${peer} open${shareOf(contest, suspect)}.`,
    explanation: [
      `${name} keeps ${count(moment.established, 'connection')} to ${peer} ESTABLISHED at once, ${number(moment.closeWait)} are in CLOSE_WAIT: its peer has not closed them, so this is a pool without a limit, or connections that are kept alive and forgotten.`,
      portsSentence(contest),
      `Counted out: ${counterfactual(contest, suspect)}.`,
      victimSentence(contest),
    ]
      .filter((part) => part !== '')
      .join(' '),
    evidence: [
      quoteSnapshot(
        `${name} holds ${count(moment.established, 'socket')} in ESTABLISHED toward ${peer}.`,
        moment.snapshot,
        linesOf(moment.piles),
      ),
      ...(contest.peak === null ? [] : [quoteSnapshot(portsSentence(contest), contest.peak)]),
    ],
    remedy: {
      now:
        pid === null
          ? `Find the program that connects to ${peer} (\`ss -tnp state established\` as root) and restart it, or reduce its load.`
          : `Restart ${name}, or reduce its load: \`ps -o pid,user,lstart,args -p ${pid}\` shows what it is.`,
      fix: `Give its connection pool to ${peer} an upper limit and an idle timeout, and share one pool in the whole process.`,
      prevent: 'Alarm on connections per process and peer; size the pool from the load, well below the port range.',
      verify:
        pid === null
          ? '`ss -Htn state established | wc -l` stays at the size that the pools are given.'
          : `\`ss -Htnp state established | grep -c 'pid=${pid},'\` stays at the size that its pool is given.`,
    },
    trend: trendOf(slope, startedAt, firstToBreak(contest, suspect, slope)),
  });
};

const judgeEphemeral = (contest: EphemeralContest): Verdict => {
  const [largest] = contest.suspects;
  if (largest === undefined) return clear('No program holds client connections.');
  const figure = `${suspectName(largest)} holds ${count(largest.moment.established, 'ESTABLISHED connection')} at ${clock(largest.moment.snapshot.takenAt)}`;
  if (natureOf(largest).kind !== 'hoard') return clear(`${figure}: not what fills the range.`);
  return isTight(contest) ? judge(contest, largest) : clear(`${figure}, and the range has room.`);
};

export const connectionHoarding: Rule = {
  id: 'connection-hoarding',
  title: 'A program keeps too many connections open: a pool without a limit, or kept-alive ones that are forgotten',
  judges: ['ephemeral-ports', 'descriptors'],
  needs: 'a snapshot with owners (`ss -tanp` as root), and the port range',
  judge: (contest) => {
    if (contest.kind === 'ephemeral-ports') return judgeEphemeral(contest);
    return contest.kind === 'descriptors' ? judgeDescriptorHoard(contest) : notMine;
  },
};
