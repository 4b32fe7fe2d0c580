import { descriptorsStay, type Reading, readingOf } from '../diagnosis/descriptors-stay.ts';
import type { Finding } from '../model/analysis.ts';
import type { SnapshotDigest } from '../model/digest.ts';
import { clock, number, program } from '../text/words.ts';
import type { Case } from './case.ts';
import type { Sight } from './sight.ts';

/** A finding is about the present pile as long as so much of it is there; else it is about what the window has seen before. */
const PRESENT_SHARE = 0.2;

const figure = ({ open, soft }: Reading): string => (soft === null ? number(open) : `${number(open)} of ${number(soft)}`);

/** The finding of a leak whose sockets went from the listing while their descriptors stayed: the ports are free, the leak is there. */
const leakGoesOn = (former: Case, found: Finding | null, now: Reading, snapshot: SnapshotDigest): Finding => {
  const name = program(now.command, now.pid);
  const { ports } = former.finding;
  const used = snapshot.ports.reduce((most, use) => Math.max(most, use.used), 0);
  return {
    ...former.finding,
    victims: found?.victims ?? [],
    severity: 'warning',
    mechanism: former.tallies.length === 0 ? 'none-yet' : former.finding.mechanism,
    lastSeenAt: snapshot.takenAt,
    overAt: null,
    summary: `${name}: its CLOSE_WAIT sockets are gone from the listing, but its open descriptors are not (${figure(now)}): keepalive ended the connections, the leak is still there.`,
    explanation: `${name} had enabled keepalive on connections that it does not close. The kernel's probes have ended them: they vanish from ss and free their ports, but each keeps its descriptor until the program closes it. ${figure(now)} descriptors were open at ${clock(snapshot.takenAt)}; when they reach the limit, accept, socket and open fail with "Too many open files".`,
    ports: ports === null ? null : { ...ports, used },
    resource: former.finding.resource.kind === 'ephemeral-ports' ? { ...former.finding.resource, used } : former.finding.resource,
    evidence: [
      { text: `${name} has ${figure(now)} descriptors open.`, source: snapshot.source.uri, lines: snapshot.source.lines },
      ...former.finding.evidence.filter(({ source }) => source !== snapshot.source.uri).slice(0, 4),
    ],
    remedy: {
      ...former.finding.remedy,
      now: `Restart ${name}: its exit returns all of its descriptors at once.`,
      verify: `\`ls /proc/${now.pid}/fd | wc -l\` (or of its successor) falls to a handful more than it has connections, and stays there.`,
    },
    trend: { perMinute: null, since: former.finding.trend.since, exhaustsAt: null, exhaustsBetween: null, runsOut: null },
  };
};

const stillLeaks = (former: Case, findings: readonly Finding[], snapshot: SnapshotDigest): Finding | null => {
  const before = former.run?.fullest ?? null;
  if (former.status === 'resolved' || before === null) return null;
  const now = readingOf(before.pid, before.command, snapshot);
  if (now === null || !descriptorsStay(before, now)) return null;
  const found = findings.find(({ resourceKey }) => resourceKey === former.resourceKey) ?? null;
  const isPresent = found !== null && found.overAt === null && now.closeWait >= PRESENT_SHARE * before.closeWait;
  return isPresent ? null : leakGoesOn(former, found, now, snapshot);
};

/** The findings of a step, where a leak that keepalive hides from the listing is not taken for over. */
export const keepHiddenLeaks = (cases: readonly Case[], findings: readonly Finding[], sight: Sight): readonly Finding[] => {
  const last = sight.snapshots.at(-1);
  if (last === undefined) return findings;
  const kept = cases.flatMap((former) => stillLeaks(former, findings, last) ?? []);
  return [...findings.filter((finding) => !kept.some(({ resourceKey }) => resourceKey === finding.resourceKey)), ...kept];
};
