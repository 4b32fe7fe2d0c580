import { clock, count, number, percent } from '../../text/words.ts';
import type { ServiceContest } from '../contest.ts';
import { trendOf } from '../forecast.ts';
import {
  closeWaitPiles,
  closeWaitSockets,
  culpritOf,
  isQueueFull,
  latest,
  listenerIn,
  minSockets,
  neverAccepted,
  queueResource,
  serviceName,
} from '../service.ts';
import { growthOf, type Moment, since } from '../track.ts';
import { clear, found, linesOf, notMine, quoteSnapshot, type Rule, type Verdict } from '../verdict.ts';

/** Most of the dead hold an unread request: the program is behind, rather than forgetful. */
const UNREAD_SHARE = 0.5;

interface Unread {
  readonly unread: number;
  readonly total: number;
}

/** Accepted connections that the peer has closed, and how many of them hold more than the FIN (KERNEL.md, "What the queues say"). */
const unreadIn = (moment: Moment): Unread => {
  const piles = closeWaitPiles(moment);
  const total = closeWaitSockets(moment);
  const unread = piles.reduce((sum, pile) => sum + pile.recvQ.more, 0);
  const waiting = neverAccepted(moment) ?? 0;
  return { unread: Math.max(0, unread - waiting), total: total - waiting };
};

const judgeService = (contest: ServiceContest): Verdict => {
  const moment = latest(contest);
  if (moment === null) return clear(`Nothing is known of port ${contest.port}.`);
  const { unread, total } = unreadIn(moment);
  const listener = listenerIn(moment, contest.port);
  const figure = `${number(unread)} of ${count(total, 'accepted CLOSE_WAIT connection')} on port ${contest.port} hold unread data`;
  if (unread < minSockets(contest) || unread < UNREAD_SHARE * total) return clear(`${figure}.`);
  if (neverAccepted(moment) === null && listener !== null && isQueueFull(listener, moment, contest))
    return clear('They wait in the accept queue, not in the program.');
  const name = serviceName(contest);
  const seen = contest.track.filter((candidate) => unreadIn(candidate).unread >= minSockets(contest));
  const startedAt = since(contest.track, (candidate) => candidate.closeWait) ?? moment.snapshot.takenAt;
  const pid = listener?.holder.kind === 'process' ? listener.holder.pid : null;
  return found(unread, {
    mechanism: 'none-yet',
    severity: 'warning',
    doubts: [
      ...(seen.length > 1 ? [] : ['Only one snapshot shows it: a burst looks the same.']),
      ...(listener?.holder.kind === 'process' ? [] : ['The snapshots do not name the listener: run `ss -tanp` as root.']),
      ...(neverAccepted(moment) === null ? ['The dialect does not show whether these connections were accepted.'] : []),
    ],
    side: 'server',
    culprit: culpritOf(contest),
    contributors: [],
    resource: queueResource(contest, unread, null, false),
    since: startedAt,
    overAt: null,
    summary: `${name} is too slow: ${count(unread, 'client')} of port ${contest.port} hung up before their request was read.`,
    explanation: `${name} has accepted these connections but not read from them: ${figure} at ${clock(moment.snapshot.takenAt)} (${percent(unread, total)}). Their clients ran into their timeout and closed. The program is behind, or the clients' timeout is shorter than its answers take.`,
    evidence: [quoteSnapshot(`${figure} (Recv-Q above 1).`, moment.snapshot, linesOf(closeWaitPiles(moment)))],
    remedy: {
      now:
        pid === null
          ? `Find what the service on port ${contest.port} waits for (a database, a lock, the CPU).`
          : `See what ${name} waits for: \`top -H -p ${pid}\`, \`jstack ${pid}\` for Java, \`ss -tnp | grep 'pid=${pid},'\` for what it is connected to.`,
      fix: 'Make the slow part faster or concurrent; refuse early when the queue of work is long; drop requests whose client is gone.',
      prevent: 'Let clients wait longer than the slowest answer that is meant to be, and alarm on request latency.',
      verify: `\`ss -tan state close-wait 'sport = :${contest.port}'\` shows no rows with a Recv-Q above 1.`,
    },
    ports: null,
    trend: trendOf(
      growthOf(contest.track, (candidate) => candidate.closeWait),
      startedAt,
    ),
  });
};

export const slowConsumer: Rule = {
  id: 'slow-consumer',
  title: 'A program accepts but reads too late: its clients time out',
  judges: ['service'],
  needs: 'a snapshot with queues and owners (`ss -tanp` as root)',
  judge: (contest) => (contest.kind === 'service' ? judgeService(contest) : notMine),
};
