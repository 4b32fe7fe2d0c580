import type { PortRow } from '../../model/digest.ts';
import type { TcpState } from '../../model/socket.ts';
import { clock, count, holderName } from '../../text/words.ts';
import type { FixedPortContest, PortSighting } from '../contest.ts';
import { culpritHolding, fixedPortResource, freedAt, isOutbound, rowsIn } from '../fixed-port.ts';
import { trendOf } from '../forecast.ts';
import { clear, culpritWith, found, notMine, quoteSnapshot, type Rule, type Verdict } from '../verdict.ts';

/** Accepted connections that outlive their listener and, without SO_REUSEADDR, keep its port (KERNEL.md's second table). */
const LINGERING: ReadonlySet<TcpState> = new Set(['time_wait', 'fin_wait1', 'fin_wait2', 'last_ack', 'closing', 'close_wait']);

interface Remains {
  readonly sighting: PortSighting;
  readonly rows: readonly PortRow[];
}

const remainsIn = (contest: FixedPortContest, sighting: PortSighting): readonly PortRow[] => {
  const rows = rowsIn(contest, sighting);
  return rows.filter((row) => LINGERING.has(row.state) && !isOutbound(contest, row, rows));
};

/** Only where nobody listens: beside a listener, lingering connections are ordinary. */
const remainsAround = (contest: FixedPortContest): readonly Remains[] =>
  contest.sightings
    .filter(({ listeners }) => listeners.length === 0)
    .map((sighting) => ({ sighting, rows: remainsIn(contest, sighting) }))
    .filter(({ rows }) => rows.length > 0);

const formerListener = (contest: FixedPortContest): string | null => {
  const former = contest.listeners.findLast(
    ({ listener, snapshot }) => listener.port === contest.port && snapshot.takenAt <= contest.lastAt,
  );
  return former?.listener.holder.kind === 'process' ? former.listener.holder.command : null;
};

const ownerName = ({ holder }: PortRow): string => holderName(holder);

const judgePort = (contest: FixedPortContest): Verdict => {
  const remains = remainsAround(contest);
  const most = remains.reduce<Remains | null>((best, next) => (best === null || next.rows.length > best.rows.length ? next : best), null);
  if (most === null) return clear(`No connection of a former listener on port ${contest.port} lingers.`);
  const lookup = most.sighting.rows?.length ?? 0;
  const timeWait = most.rows.filter(({ state }) => state === 'time_wait').length;
  const owned = most.rows.find(({ holder }) => holder.kind === 'process');
  const command = formerListener(contest) ?? contest.victims[0]?.app ?? null;
  const app = contest.victims[0]?.app ?? 'the service';
  const [from, to] = [most.rows[0]?.line ?? 1, most.rows.at(-1)?.line ?? 1];
  const figure = `${count(most.rows.length, 'connection')}${lookup >= 32 ? ' or more' : ''} of port ${contest.port} linger after their listener has gone, ${timeWait} in TIME_WAIT`;
  return found(1, {
    mechanism: 'fixed-port-in-use',
    severity: 'critical',
    doubts: formerListener(contest) === null ? [`No snapshot shows who listened on port ${contest.port} before.`] : [],
    side: 'server',
    culprit: owned === undefined ? culpritWith({ command, localPort: contest.port }) : culpritHolding(owned, contest.port, null),
    contributors: [],
    resource: fixedPortResource(contest, null),
    since: contest.firstAt,
    overAt: freedAt(contest, (snapshot) => snapshot.listeners.every(({ port }) => port !== contest.port)),
    summary: `${app} was restarted and cannot bind port ${contest.port}: connections of its former self linger${owned === undefined ? ' in TIME_WAIT' : `, held by ${ownerName(owned)}`}.`,
    explanation: `Nobody listens on port ${contest.port}; ${figure} at ${clock(most.sighting.snapshot.takenAt)}. A server that binds without SO_REUSEADDR (or whose predecessor did) is refused until they are gone, ${owned === undefined ? 'at most 60 s after the last of them closed' : `which for those of ${ownerName(owned)} is when it closes them or exits: CLOSE_WAIT has no timer`}. With SO_REUSEADDR on both, they would not be in the way.`,
    evidence: [quoteSnapshot(`${figure}.`, most.sighting.snapshot, [from, to])],
    remedy: {
      now:
        owned === undefined
          ? 'Start it again after 60 s: TIME_WAIT ends by itself.'
          : `End ${ownerName(owned)}, which was left over (\`ps -o pid,ppid,lstart,args -p ${culpritHolding(owned, contest.port, null).pid}\` shows what it is), then start the service.`,
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
