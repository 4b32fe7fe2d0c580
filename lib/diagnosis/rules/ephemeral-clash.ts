import type { PortRow } from '../../model/digest.ts';
import { clock, program } from '../../text/words.ts';
import { capacityCaveat } from '../capacity.ts';
import type { FixedPortContest, PortSighting } from '../contest.ts';
import { culpritHolding, fixedPortResource, freedAt, isOutbound, rowsIn } from '../fixed-port.ts';
import { trendOf } from '../forecast.ts';
import { clear, found, notMine, quoteSnapshot, type Rule, type Verdict } from '../verdict.ts';

interface Outbound {
  readonly sighting: PortSighting;
  readonly row: PortRow;
}

/** A socket that a program owns is the better witness than one in TIME_WAIT. */
const byOwner = (a: Outbound, b: Outbound): number => Number(b.row.holder.kind === 'process') - Number(a.row.holder.kind === 'process');

const outboundRows = (contest: FixedPortContest): readonly Outbound[] =>
  contest.sightings
    .filter(({ listeners }) => listeners.length === 0)
    .flatMap((sighting) => {
      const rows = rowsIn(contest, sighting);
      return rows.filter((row) => isOutbound(contest, row, rows)).map((row) => ({ sighting, row }));
    })
    .sort(byOwner);

const holds = (contest: FixedPortContest, contentId: string): boolean =>
  outboundRows(contest).some(({ sighting }) => sighting.snapshot.contentId === contentId);

const judgePort = (contest: FixedPortContest): Verdict => {
  const [seen] = outboundRows(contest);
  if (seen === undefined) return clear(`No outbound connection has local port ${contest.port} in the snapshots around the failures.`);
  const { row, sighting } = seen;
  const culprit = culpritHolding(row, contest.port, row.peer);
  const name = culprit.pid === null ? 'an outbound connection' : program(culprit.command, culprit.pid);
  const state = row.state.toUpperCase();
  const range = contest.capacity === null ? 'the ephemeral range' : `the ephemeral range (${contest.capacity.from}–${contest.capacity.to})`;
  return found(1, {
    mechanism: 'fixed-port-in-use',
    severity: 'critical',
    doubts: [
      ...capacityCaveat(contest.capacity),
      ...(culprit.pid === null && row.state !== 'time_wait'
        ? ['The snapshots do not name the owner of that connection: run `ss -tanp` as root.']
        : []),
    ],
    side: 'client',
    culprit,
    contributors: [],
    resource: fixedPortResource(contest, row.peer),
    since: contest.firstAt,
    // Later snapshots are not looked up, so that it is over shows in the failures only.
    overAt: freedAt(
      contest,
      (snapshot) => holds(contest, snapshot.contentId) || snapshot.listeners.every(({ port }) => port !== contest.port),
    ),
    summary: `${name} uses port ${contest.port} for its connection to ${row.peer}, so ${contest.victims[0]?.app ?? 'a service'} cannot listen there.`,
    explanation: `Nobody listens on port ${contest.port}; it lies in ${range}, and the kernel gave it to ${name} as the local port of a connection to ${row.peer} (${state} at ${clock(sighting.snapshot.takenAt)}). A connection that has a port, in TIME_WAIT and CLOSE_WAIT too, keeps a server from binding it. It happens again whenever the kernel picks that port.`,
    evidence: [
      quoteSnapshot(`Local port ${contest.port} belongs to a connection to ${row.peer} in ${state}.`, sighting.snapshot, row.line),
    ],
    remedy: {
      now:
        row.state === 'time_wait'
          ? 'Start the service again after 60 s: TIME_WAIT ends by itself.'
          : `End that connection (restart ${name === 'an outbound connection' ? 'its program' : name}, or where the kernel allows it: \`ss -K 'sport = :${contest.port}'\` as root), then start the service.`,
      fix: `Reserve the port: \`sysctl -w net.ipv4.ip_local_reserved_ports=${contest.port}\` (add it to what is reserved already), and in /etc/sysctl.d to stay.`,
      prevent: 'Keep the ports of services outside ip_local_port_range, or reserve all of them.',
      verify: `\`sysctl net.ipv4.ip_local_reserved_ports\` lists ${contest.port}, and \`ss -ltnp 'sport = :${contest.port}'\` shows the service.`,
    },
    ports: null,
    trend: trendOf(null, contest.firstAt),
  });
};

export const ephemeralClash: Rule = {
  id: 'ephemeral-clash',
  title: 'The fixed port lies in the ephemeral range, and an outbound connection has it',
  judges: ['fixed-port'],
  needs: 'a snapshot with all states (`ss -tanp` as root) near the failures',
  judge: (contest) => (contest.kind === 'fixed-port' ? judgePort(contest) : notMine),
};
