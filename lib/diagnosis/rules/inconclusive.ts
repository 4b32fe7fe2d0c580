import type { Mechanism, Resource } from '../../model/analysis.ts';
import { clock, count, duration, number } from '../../text/words.ts';
import type { Contest, UnresolvedContest } from '../contest.ts';
import { portsOf, portsSentence } from '../ephemeral.ts';
import { REACH_MS } from '../facts.ts';
import { trendOf } from '../forecast.ts';
import type { FailureGroup } from '../merge-failures.ts';
import { type Draft, quoteSnapshot, resourceWith, type Verdict } from '../verdict.ts';

/** What is said where the evidence does not explain the failures: it names what is missing, and the command that would show it. */
interface Unknown {
  readonly mechanism: Mechanism;
  readonly resource: Resource;
  readonly what: string;
  readonly command: string;
}

const resourceIn = (contest: Contest, kind: Resource['kind'], known: Partial<Resource> = {}): Resource =>
  resourceWith(kind, contest, { assumed: true, ...known });

/** A quiet spell this long after the last failure means that it is over, whatever it was. */
const QUIET_MS = 10 * 60_000;

const reachSentence = (contest: Contest): string => {
  const first = contest.victims[0];
  return `No snapshot was taken within ${duration(REACH_MS)} of the failures${first === undefined ? '' : ` (${clock(first.firstAt)})`}, so nobody can say who held it.`;
};

const unknownIn = (contest: Contest): Unknown => {
  switch (contest.kind) {
    case 'fixed-port': {
      const { port } = contest;
      const resource = resourceIn(contest, 'fixed-port', { localPort: port, capacity: 1, assumed: false });
      const what =
        contest.sightings.length === 0
          ? reachSentence(contest)
          : `In the snapshots around the failures nobody listens on port ${port} and no connection has it: whoever held it was gone by then, or it is bound without listening, which \`ss\` shows only with -B.`;
      return { mechanism: 'fixed-port-in-use', resource, what, command: `ss -tanp 'sport = :${port}'; ss -Btanp 'sport = :${port}'` };
    }
    case 'descriptors':
      return {
        mechanism: 'descriptor-exhaustion',
        resource: resourceIn(contest, 'descriptors'),
        what: contest.snapshot === null ? reachSentence(contest) : 'Which descriptors are open is not in the snapshots.',
        command: `ls -l /proc/${contest.process?.pid ?? 'PID'}/fd | awk '{print $NF}' | sort | uniq -c | sort -rn | head`,
      };
    case 'ephemeral-ports': {
      const named = contest.use !== null && contest.capacity !== null;
      const what =
        contest.peak === null
          ? reachSentence(contest)
          : `${portsSentence(contest)} ${contest.isExhausted === true ? 'Nobody in particular holds most of them.' : 'That leaves room, so the failures need another reason: a short peak between two snapshots, another network namespace or address, or a limit that sockets do not show.'}`;
      return {
        mechanism: 'ephemeral-port-exhaustion',
        resource: resourceIn(contest, 'ephemeral-ports', {
          used: contest.use?.used ?? null,
          capacity: contest.capacity?.ports ?? null,
          assumed: !named || contest.capacity?.basis !== 'sysctl',
        }),
        what,
        command:
          "ss -tan | awk '{print $1}' | sort | uniq -c; sysctl net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports; ip netns list",
      };
    }
    case 'service':
      return {
        mechanism: 'none-yet',
        resource: resourceIn(contest, 'accept-queue', { localPort: contest.port }),
        what: '',
        command: `ss -ltn 'sport = :${contest.port}'`,
      };
    case 'unresolved':
      return unresolvedIn(contest);
  }
};

const noPortSentence = ({ victims, snapshots }: UnresolvedContest): string => {
  const isServer = victims.every(({ call }) => call === 'listen');
  const what = isServer
    ? 'The log does not name the port that the server wants.'
    : "The log does not tell a server's bind from a client's, and names no port.";
  return isServer || snapshots.length === 0 ? what : `${what} The ephemeral range was not full, so it is probably a server's.`;
};

const unresolvedIn = (contest: UnresolvedContest): Unknown => {
  const { why } = contest;
  if (why === 'foreign-address') {
    return {
      mechanism: 'none-yet',
      resource: resourceIn(contest, 'fixed-port'),
      what: 'The program binds an address that this host does not have: no port is short. The address in its configuration, or an interface that is not up yet, is to blame.',
      command: 'ip -brief address',
    };
  }
  if (why === 'pool') {
    return {
      mechanism: 'none-yet',
      resource: resourceIn(contest, 'destination'),
      what: 'The program waits for a connection of its own pool in vain. No system call failed: connections are not given back to the pool, or the pool is too small.',
      command: 'ss -tanp',
    };
  }
  return {
    mechanism: 'fixed-port-in-use',
    resource: resourceIn(contest, 'fixed-port'),
    what: noPortSentence(contest),
    command: 'ss -ltnp; journalctl -u UNIT',
  };
};

const overAt = (contest: Contest): string | null => {
  const lastAt = contest.victims.reduce((last, victim) => (victim.lastAt > last ? victim.lastAt : last), '');
  const newest = contest.snapshots.at(-1)?.takenAt;
  return newest !== undefined && Date.parse(newest) - Date.parse(lastAt) >= QUIET_MS ? newest : null;
};

const failuresOf = (victims: readonly FailureGroup[]): number => victims.reduce((sum, victim) => sum + victim.count, 0);

const peakEvidence = (contest: Contest): Draft['evidence'] =>
  contest.kind === 'ephemeral-ports' && contest.peak !== null ? [quoteSnapshot(portsSentence(contest), contest.peak)] : [];

/** The finding of a contest with victims that no rule explains. `verdicts` are what the rules said of it. */
export const inconclusiveDraft = (contest: Contest, verdicts: readonly Verdict[]): Draft => {
  const unknown = unknownIn(contest);
  const missing = verdicts.flatMap((verdict) => (verdict.kind === 'inconclusive' ? [verdict] : []));
  const command = missing.find((verdict) => verdict.command !== null)?.command ?? unknown.command;
  const first = contest.victims[0];
  const apps = [...new Set(contest.victims.map(({ app }) => app))].join(', ');
  return {
    mechanism: unknown.mechanism,
    severity: 'warning',
    doubts: ['The cause is not known.', 'What is missing is named.'],
    side: null,
    culprit: null,
    contributors: [],
    resource: unknown.resource,
    since: first?.firstAt ?? '',
    overAt: overAt(contest),
    summary: `${apps} failed ${failuresOf(contest.victims) === 1 ? 'once' : `${number(failuresOf(contest.victims))} times`}, and what the snapshots show does not explain it.`,
    explanation: [...new Set([...missing.map(({ because }) => because), unknown.what])].filter((part) => part !== '').join(' '),
    evidence: peakEvidence(contest),
    remedy: {
      now: `When it happens again, run at once: \`${command}\` as root.`,
      fix: 'Nothing to fix before the cause is known: do not blame the largest pile of sockets.',
      prevent:
        'Take snapshots every minute as root, with owners, the sysctls and the descriptors (see the upload instructions), so that the next time is recorded.',
      verify: `${count(failuresOf(contest.victims), 'failure')} so far: the log of ${apps} stays free of them.`,
    },
    ports: contest.kind === 'ephemeral-ports' ? portsOf(contest) : null,
    trend: trendOf(null, first?.firstAt ?? null),
  };
};
