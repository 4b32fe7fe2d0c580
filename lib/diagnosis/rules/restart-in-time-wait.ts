import { clock, holderName } from '../../text/words.ts';
import type { FixedPortContest } from '../contest.ts';
import { fixedPortResource, freedAt } from '../fixed-port.ts';
import { trendOf } from '../forecast.ts';
import { formerListener, remainsLines, remainsOf } from '../remains.ts';
import { clear, culpritWith, found, notMine, quoteSnapshot, type Rule, type Verdict } from '../verdict.ts';

const judgePort = (contest: FixedPortContest): Verdict => {
  const remains = remainsOf(contest);
  if (remains === null) return clear(`No connection of a former listener on port ${contest.port} lingers.`);
  if (remains.held !== null)
    return clear(
      `${remains.figure}: most stand in CLOSE_WAIT and belong to ${holderName(remains.held.holder)}, which lives on: they do not end by themselves.`,
    );
  const former = formerListener(contest);
  const app = contest.victims[0]?.app ?? 'the service';
  const { figure, sighting } = remains;
  return found(1, {
    mechanism: 'fixed-port-in-use',
    severity: 'critical',
    doubts: former === null ? [`No snapshot shows who listened on port ${contest.port} before.`] : [],
    side: 'server',
    culprit: culpritWith({ command: former ?? contest.victims[0]?.app ?? null, localPort: contest.port }),
    contributors: [],
    resource: fixedPortResource(contest, null),
    since: contest.firstAt,
    overAt: freedAt(contest, (snapshot) => snapshot.listeners.every(({ port }) => port !== contest.port)),
    summary: `${app} was restarted and cannot bind port ${contest.port}: connections of its former self linger in TIME_WAIT.`,
    explanation: `Nobody listens on port ${contest.port}; ${figure} at ${clock(sighting.snapshot.takenAt)}. A server that binds without SO_REUSEADDR (or whose predecessor did) is refused until they are gone, at most 60 s after the last of them closed. With SO_REUSEADDR on both, they would not be in the way.`,
    evidence: [quoteSnapshot(`${figure}.`, sighting.snapshot, remainsLines(remains))],
    remedy: {
      now: 'Start it again after 60 s: TIME_WAIT ends by itself.',
      fix: 'Set SO_REUSEADDR on the listening socket before bind (Java and Go servers do; in Python `s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)`).',
      prevent: 'Let the service manager retry for longer than 60 s, or hand the listening socket over (systemd socket activation).',
      verify: `\`ss -ltnp 'sport = :${contest.port}'\` shows the service right after a restart under load.`,
    },
    ports: null,
    trend: trendOf(null, contest.firstAt),
  });
};

export const restartInTimeWait: Rule = {
  id: 'restart-in-time-wait',
  title: 'A restarting server without SO_REUSEADDR meets its own old connections',
  judges: ['fixed-port'],
  needs: 'a snapshot with all states (`ss -tan`) near the failures',
  judge: (contest) => (contest.kind === 'fixed-port' ? judgePort(contest) : notMine),
};
