import { count, number } from '../../text/words.ts';
import type { DescriptorContest } from '../contest.ts';
import {
  descriptorDoubts,
  descriptorDraft,
  descriptorRemedy,
  explains,
  heldSockets,
  isFull,
  openSentence,
  processName,
  unownedMatch,
} from '../descriptors.ts';
import { mayHaveVanished, vanishedIn } from '../descriptors-vanished.ts';
import { clear, found, inconclusive, notMine, type Rule, type Verdict } from '../verdict.ts';

const judgeDescriptors = (contest: DescriptorContest): Verdict => {
  const name = processName(contest);
  const sockets = heldSockets(contest);
  if (explains(contest, sockets) || unownedMatch(contest) !== null) return clear(`Sockets explain it: ${name} holds ${number(sockets)}.`);
  const vanished = vanishedIn(contest);
  if (vanished !== null) return clear(`Sockets explain it: ${number(vanished.sockets)} that the listing no longer shows.`);
  const full = isFull(contest);
  if (full === null) {
    const pid = contest.process?.pid;
    return inconclusive(
      `${openSentence(contest)} Without that, who filled its descriptor table cannot be known.`,
      `ls /proc/${pid ?? 'PID'}/fd | wc -l; grep 'open files' /proc/${pid ?? 'PID'}/limits`,
    );
  }
  if (!full)
    return inconclusive(
      `${openSentence(contest)} That is not its limit: the failure may be the whole system's (ENFILE) or another process's.`,
      'cat /proc/sys/fs/file-nr',
    );
  if (mayHaveVanished(contest))
    return inconclusive(
      `${openSentence(contest)} Files may take them, or connections in CLOSE_WAIT that keepalive has ended and nobody has closed: some were seen, and these snapshots cannot tell how many there were.`,
      `ls -l /proc/${contest.process?.pid ?? 'PID'}/fd | awk '{print $NF}' | cut -d: -f1 | sort | uniq -c`,
    );
  const open = contest.process?.descriptors?.open ?? 0;
  const pid = contest.process?.pid;
  return found(open - sockets, {
    ...descriptorDraft(contest, [], ''),
    doubts: [
      ...descriptorDoubts(contest),
      ...(contest.track.length > 1 ? [] : ['A single snapshot cannot show whether they were connections that keepalive has ended.']),
    ],
    side: null,
    summary: `${name} has no descriptor left: ${number(open)} are open, ${number(sockets)} of them sockets.`,
    explanation: `${openSentence(contest)} Only ${count(sockets, 'TCP connection')} of it are to be seen, so files, pipes or other handles take the rest. At the limit, accept, socket and open fail with "Too many open files".`,
    remedy: {
      ...descriptorRemedy(
        contest,
        `Find what it opens and does not close: \`ls -l /proc/${pid}/fd | awk '{print $NF}' | sort | uniq -c | sort -rn | head\`.`,
      ),
    },
  });
};

export const descriptorExhaustion: Rule = {
  id: 'descriptor-exhaustion',
  title: 'A process is out of file descriptors, and its sockets are not why',
  judges: ['descriptors'],
  needs: 'a log with "Too many open files" and the fds section',
  judge: (contest) => (contest.kind === 'descriptors' ? judgeDescriptors(contest) : notMine),
};
