import { clock, holderName } from '../text/words.ts';
import type { FixedPortContest } from './contest.ts';
import { bystanderPile, culpritHolding, fixedPortResource, freedAt } from './fixed-port.ts';
import { trendOf } from './forecast.ts';
import { remainsLines, remainsOf } from './remains.ts';
import { clear, found, quoteSnapshot, type Verdict } from './verdict.ts';

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/**
 * A process that listens no more but has not closed what it had accepted: without SO_REUSEADDR on both listeners its CLOSE_WAIT sockets
 * keep the port from its successor, for as long as it lives (KERNEL.md's second table).
 */
export const judgeFormerListenerLeak = (contest: FixedPortContest): Verdict => {
  const remains = remainsOf(contest);
  const held = remains?.held ?? null;
  if (remains === null || held === null) return clear(bystanderPile(contest, 'close_wait'));
  const name = held.holder.kind === 'process' ? holderName(held.holder) : 'a process that listened before';
  const { pid } = culpritHolding(held, contest.port, null);
  const app = contest.victims[0]?.app ?? 'a service';
  return found(remains.rows.length, {
    mechanism: 'fixed-port-in-use',
    severity: 'critical',
    doubts:
      pid === null
        ? [`The snapshots do not name the owner of these connections: run \`ss -tanp 'sport = :${contest.port}'\` as root.`]
        : [],
    side: 'server',
    culprit: culpritHolding(held, contest.port, null),
    contributors: [],
    resource: fixedPortResource(contest, null),
    since: contest.firstAt,
    overAt: freedAt(contest, (snapshot) => snapshot.listeners.every(({ port }) => port !== contest.port)),
    summary: `${held.holder.kind === 'process' ? name : sentence(name)} listens on port ${contest.port} no more, but has not closed the connections that it accepted there, so ${app} cannot listen.`,
    explanation: `Nobody listens on port ${contest.port}; ${remains.figure} at ${clock(remains.sighting.snapshot.takenAt)}. Most stand in CLOSE_WAIT and belong to ${name}, which lives on: their clients have closed, it has not, and no timer ends them. Where one of the two listeners is without SO_REUSEADDR, such connections keep the port from the next; with it on both, they would not be in the way.`,
    evidence: [quoteSnapshot(`${remains.figure}.`, remains.sighting.snapshot, remainsLines(remains))],
    remedy: {
      now:
        pid === null
          ? `Find who has these connections with \`ss -tanp 'sport = :${contest.port}'\` as root, end it, then start the service.`
          : `End ${name}, which was left over (\`ps -o pid,ppid,lstart,args -p ${pid}\` shows what it is), then start the service.`,
      fix: 'Close each accepted connection when a read returns end-of-file, on every path, and let the old process exit once it has stopped listening.',
      prevent:
        'Let the service manager stop the old process before it starts the new one, and set SO_REUSEADDR on the listening socket before bind.',
      verify: `\`ss -tanp 'sport = :${contest.port}'\` shows the service, and no CLOSE-WAIT of another process.`,
    },
    ports: null,
    trend: trendOf(null, contest.firstAt),
  });
};
