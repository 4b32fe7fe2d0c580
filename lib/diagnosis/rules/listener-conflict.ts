import { clock, holderName, program, unquoted } from '../../text/words.ts';
import type { FixedPortContest } from '../contest.ts';
import { culpritHolding, fixedPortResource, formerOwner, freedAt, rivalListener } from '../fixed-port.ts';
import { trendOf } from '../forecast.ts';
import { clear, found, notMine, quoteSnapshot, type Rule, type Verdict } from '../verdict.ts';

const where = (address: string, port: number): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);

const judgePort = (contest: FixedPortContest): Verdict => {
  const rival = rivalListener(contest);
  if (rival === null) {
    const [seen] = contest.sightings;
    return clear(
      seen === undefined
        ? `No snapshot near the failures shows port ${contest.port}.`
        : `Nobody else listened on port ${contest.port} while it failed.`,
    );
  }
  const { listener, sighting } = rival;
  const culprit = culpritHolding(listener, contest.port, null);
  const name = culprit.pid === null ? 'another process' : program(culprit.command, culprit.pid);
  const process = sighting.snapshot.processes.find(({ pid }) => pid === culprit.pid);
  const at = where(listener.address, contest.port);
  const isShared = listener.owners > 1;
  const former = formerOwner(contest, listener);
  const inherited = former === null ? '' : ` It inherited this socket from ${holderName(former)}, which is gone.`;
  const stillListens = (snapshot: (typeof contest.snapshots)[number]): boolean =>
    snapshot.listeners.some(
      (other) => other.port === contest.port && !(other.holder.kind === 'process' && contest.victimPids.includes(other.holder.pid)),
    );
  return found(1, {
    mechanism: 'fixed-port-in-use',
    severity: 'critical',
    doubts: [
      ...(culprit.pid === null ? [`The snapshots do not name the listener: run \`ss -ltnp 'sport = :${contest.port}'\` as root.`] : []),
      ...(rival.isBracketed ? [] : [`The listener is seen on one side of the failures only (at ${clock(sighting.snapshot.takenAt)}).`]),
    ],
    side: 'server',
    culprit,
    contributors: [],
    resource: fixedPortResource(contest, null),
    since: contest.firstAt,
    overAt: freedAt(contest, stillListens),
    summary: `${name} listens on ${at}, the port that ${contest.victims[0]?.app ?? 'another program'} wants.`,
    explanation: `${name} listens on ${at}${isShared ? ` together with ${listener.owners - 1} more (an inherited socket)` : ''}; a second program cannot bind port ${contest.port}${listener.address === '*' ? ' (this listener covers IPv4 and IPv6)' : ''}. No leak is involved.${inherited}${process?.args == null ? '' : ` Its command line begins: ${unquoted(process.args)}.`}${process?.startedAt == null ? '' : ` It has run since ${process.startedAt.slice(0, 19)}Z.`}`,
    evidence: [quoteSnapshot(`${name} listens on ${at}.`, sighting.snapshot, listener.line)],
    remedy: {
      now:
        // PID 0 is the kernel's own, and `kill 0` is oneself (kill(2)).
        culprit.pid === null || culprit.pid === 0
          ? `Find it with \`ss -ltnp 'sport = :${contest.port}'\` as root; stop it, or give one of the two another port.`
          : `Decide which of the two belongs on port ${contest.port}. To stop the other: \`systemctl status ${culprit.pid}\` names its unit; without one, \`kill ${culprit.pid}\`.`,
      fix: 'Let the service manager own the service, so that an old instance is stopped (and waited for) before a new one starts.',
      prevent: 'Give each service of a host its own port, and let deployments fail when the port is taken before they switch over.',
      verify: `\`ss -ltnp 'sport = :${contest.port}'\` shows the program that belongs there.`,
    },
    ports: null,
    trend: trendOf(null, contest.firstAt),
  });
};

export const listenerConflict: Rule = {
  id: 'listener-conflict',
  title: 'Another process listens on the fixed port',
  judges: ['fixed-port'],
  needs: 'a snapshot with listeners and owners (`ss -tanp` as root) near the failures',
  judge: (contest) => (contest.kind === 'fixed-port' ? judgePort(contest) : notMine),
};
