import { clock, count, number } from '../../text/words.ts';
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
  queueLimit,
  queueResource,
  serviceName,
} from '../service.ts';
import type { Moment } from '../track.ts';
import { clear, found, linesOf, notMine, quoteSnapshot, type Rule, type Verdict } from '../verdict.ts';

/** The dead in the queue against the queue's length: where the dialect shows neither inode nor owner, as many are the same ones. */
const SAME_SHARE = 0.5;
/** Backlogs as programs ask for them (Python 5 and 100, Tomcat 100, Netty and Linux before 5.4 128, nginx and Node 511, Linux 4,096, …). */
const CUSTOMARY_LIMITS = new Set([5, 10, 16, 20, 32, 50, 64, 100, 128, 200, 250, 256, 500, 511, 512, 1000, 1024, 2048, 4096, 8192]);

/**
 * netstat shows no limit. A queue of the dead that stays at one length from snapshot to snapshot has reached it, if that length is one
 * more than a limit that programs ask for, or if connections pile up half-open before it, which the kernel lets in no more. Else
 * the callers may just have stopped.
 */
const hasLevelledOff = (contest: ServiceContest, stuck: readonly Moment[]): boolean => {
  const lengths = stuck
    .map((moment) => listenerIn(moment, contest.port))
    .map((listener) => (listener?.acceptLimit == null ? (listener?.acceptQueue ?? null) : null));
  const [before, last] = lengths.slice(-2);
  if (last === undefined || last === null || last < minSockets(contest) || before !== last) return false;
  const isHalfOpen = stuck.at(-1)?.piles.some(({ state }) => state === 'syn_recv') === true;
  return isHalfOpen || CUSTOMARY_LIMITS.has(last - 1);
};

const isStuck = (moment: Moment, contest: ServiceContest): boolean => {
  const listener = listenerIn(moment, contest.port);
  if (listener === null) return false;
  const dead = closeWaitSockets(moment);
  const waiting = neverAccepted(moment) ?? Math.min(dead, listener.acceptQueue ?? 0);
  const isFull = isQueueFull(listener, moment, contest);
  if (waiting < minSockets(contest) && !isFull) return false;
  return waiting > 0 && waiting >= SAME_SHARE * dead && (isFull || waiting >= SAME_SHARE * (listener.acceptQueue ?? 0));
};

const judgeService = (contest: ServiceContest): Verdict => {
  const moment = latest(contest);
  const listener = moment === null ? null : listenerIn(moment, contest.port);
  if (moment === null || listener === null) return clear(`Nothing listens on port ${contest.port}.`);
  const queue = listener.acceptQueue ?? 0;
  const limit = queueLimit(listener, moment);
  const figure = `the accept queue of port ${contest.port} holds ${number(queue)}${limit === null ? '' : ` of ${number(limit.limit)}`}`;
  if (!isStuck(moment, contest)) return clear(`${figure[0]?.toUpperCase()}${figure.slice(1)}: the program accepts.`);
  const stuck = contest.track.filter((candidate) => isStuck(candidate, contest));
  const name = serviceName(contest);
  const dead = closeWaitSockets(moment);
  const startedAt = stuck[0]?.snapshot.takenAt ?? moment.snapshot.takenAt;
  const isFull = isQueueFull(listener, moment, contest) || hasLevelledOff(contest, stuck);
  return found(queue, {
    mechanism: isFull ? 'accept-queue-full' : 'none-yet',
    severity: isFull ? 'critical' : 'warning',
    doubts: [
      ...(stuck.length > 1 ? [] : ['Only one snapshot shows it: a short stall looks the same.']),
      ...(limit === null || limit.assumed
        ? ['The limit of the queue is not shown by this dialect; its length has levelled off, or net.core.somaxconn bounds it.']
        : []),
      ...(listener.holder.kind === 'process' ? [] : ['The snapshots do not name the listener: run `ss -ltnp` as root.']),
    ],
    side: 'server',
    culprit: culpritOf(contest),
    contributors: [],
    resource: queueResource(contest, queue, limit?.limit ?? null, limit?.assumed ?? true),
    since: startedAt,
    overAt: null,
    summary: `${name} does not accept connections on port ${contest.port}: ${figure}.`,
    explanation: `${name} listens on port ${contest.port} but does not call accept: ${figure} at ${clock(moment.snapshot.takenAt)}, and ${count(dead, 'connection')} of it stand in CLOSE_WAIT without an owner, since their clients gave up while nobody had accepted them. The program is stuck or starved (a blocked event loop, all worker threads busy, out of descriptors).${isFull ? ' New clients are turned away: the kernel drops their connections.' : ''}`,
    evidence: [
      quoteSnapshot(
        `Port ${contest.port} listens with Recv-Q ${number(queue)}${listener.acceptLimit === null ? '' : ` and Send-Q ${number(listener.acceptLimit)}`}.`,
        moment.snapshot,
        listener.line,
      ),
      ...(closeWaitPiles(moment).length === 0
        ? []
        : [
            quoteSnapshot(
              `${count(dead, 'connection')} to port ${contest.port} stand in CLOSE_WAIT.`,
              moment.snapshot,
              linesOf(closeWaitPiles(moment)),
            ),
          ]),
    ],
    remedy: {
      now:
        listener.holder.kind === 'process'
          ? `See what ${name} is doing (\`cat /proc/${listener.holder.pid}/stack\` as root, \`jstack ${listener.holder.pid}\` for Java), then restart it.`
          : `Find the listener with \`ss -ltnp 'sport = :${contest.port}'\` as root, and restart it.`,
      fix: 'Accept in a loop of its own that never waits for a request to finish, and hand the connections on.',
      prevent: "Alarm on the Recv-Q of listeners; a longer backlog (the program's own and net.core.somaxconn) only buys time.",
      verify: `\`ss -ltn 'sport = :${contest.port}'\` shows Recv-Q at or near 0.`,
    },
    ports: null,
    trend: trendOf(null, startedAt),
  });
};

export const acceptBacklog: Rule = {
  id: 'accept-backlog',
  title: 'A program does not accept: its clients give up, and the dead wait in the queue',
  judges: ['service'],
  needs: 'a snapshot with listeners and queues (`ss -tan`), owners or inodes to be sure',
  judge: (contest) => (contest.kind === 'service' ? judgeService(contest) : notMine),
};
