import type { Contributor, Culprit, Finding, Resource, Severity } from '../model/analysis.ts';
import { clock, count, holderName, number, percent } from '../text/words.ts';
import { capacityCaveat } from './capacity.ts';
import type { EphemeralContest } from './contest.ts';
import { limitFor, standsAt } from './limit.ts';
import type { Suspect } from './suspects.ts';
import { closeWaitStays, held, type Moment, type Staying } from './track.ts';
import { type Unit, unitName, unitOf } from './unit.ts';

/** What all causes share that use up the ephemeral ports. */

/** So few ports left that the next call may find none: the kernel's search and a snapshot never see the same instant. */
export const EXHAUSTED_SHARE = 0.95;
/** Leaving is lower than entering, so that a range at the edge does not open and close a case over and over. */
export const RELIEVED_SHARE = 0.8;
/** Past half the range `connect` walks ever longer to find a port (KERNEL.md: its median went from 12 to 1,490 µs). */
export const SLOW_SHARE = 0.5;
/** CLOSE_WAIT among what a program holds: above, its peers close and it does not; a pool's few stale connections stay below. */
export const LEAK_MIN_SHARE = 0.1;
/** A share that a connection needs to be one of several contributors. */
const CONTRIBUTOR_SHARE = 0.05;
/** Below, CLOSE_WAIT sockets come and go: a busy program has as many and loses them. */
const GOES_MAX_SHARE = 0.5;

/** What a suspect's sockets are, by their states and whether they stay: each cause is one of these. */
export type Nature =
  | { readonly kind: 'leak'; readonly closeWaitShare: number; readonly stays: Staying | null }
  | { readonly kind: 'churn' }
  | { readonly kind: 'hoard' }
  | { readonly kind: 'traffic'; readonly stays: Staying };

const closeWaitShare = (moment: Moment): number => (held(moment) === 0 ? 0 : moment.closeWait / held(moment));

/** A busy program may forget one connection in five: those that stay are then as many as a pile. */
const STAYING_MIN_SHARE = 0.1;
const STAYING_MIN_SOCKETS = 50;

const comesAndGoes = ({ share, survivors }: Staying): boolean =>
  share < GOES_MAX_SHARE && (share < STAYING_MIN_SHARE || survivors < STAYING_MIN_SOCKETS);

export const natureOf = (suspect: Suspect): Nature => {
  const { moment } = suspect;
  if (suspect.vanished !== null) return { kind: 'leak', closeWaitShare: 1, stays: null };
  if (moment.timeWait > held(moment)) return { kind: 'churn' };
  // A fresh leak is still ESTABLISHED for the most part; later snapshots show what it turns into.
  const share = Math.max(closeWaitShare(moment), ...suspect.track.filter((later) => held(later) >= held(moment) / 2).map(closeWaitShare));
  if (share < LEAK_MIN_SHARE) return { kind: 'hoard' };
  const stays = closeWaitStays(suspect.track);
  return stays !== null && comesAndGoes(stays) ? { kind: 'traffic', stays } : { kind: 'leak', closeWaitShare: share, stays };
};

export const culpritOf = (suspect: Suspect): Culprit => ({
  pid: suspect.holder.kind === 'process' ? suspect.holder.pid : null,
  command: suspect.holder.kind === 'process' ? suspect.holder.command : null,
  peer: suspect.peer,
  localPort: null,
  unit: unitNameOf(suspect),
});

/** The unit or container that its sockets belong to, as far as they agree on one. */
export const unitIn = (suspect: Suspect): Unit | null => {
  const groups = new Set(suspect.moment.piles.flatMap(({ cgroup }) => cgroup ?? []));
  const [cgroup] = groups;
  return suspect.holder.kind !== 'process' || groups.size !== 1 || cgroup === undefined ? null : unitOf(cgroup);
};

const unitNameOf = (suspect: Suspect): string | null => {
  const unit = unitIn(suspect);
  return unit === null ? null : unitName(unit);
};

export const suspectName = (suspect: Suspect): string => {
  if (suspect.holder.kind === 'process') return holderName(suspect.holder);
  return suspect.peer === null ? 'an unknown program' : `whoever connects to ${suspect.peer}`;
};

const contributorsBeside = (contest: EphemeralContest, culprit: Suspect): readonly Contributor[] => {
  const floor = CONTRIBUTOR_SHARE * (contest.capacity?.ports ?? contest.use?.used ?? 0);
  return contest.suspects
    .filter((suspect) => suspect !== culprit && suspect.returns >= floor && suspect.returns > 0)
    .map((suspect) => ({ ...culpritOf(suspect), returns: suspect.returns }));
};

export const portsOf = ({ capacity, use }: EphemeralContest): Finding['ports'] =>
  capacity === null || use === null
    ? null
    : { from: capacity.from, to: capacity.to, used: use.used, capacity: capacity.ports, assumed: capacity.basis !== 'sysctl' };

const resourceOf = (contest: EphemeralContest, peer: string | null): Resource => ({
  kind: contest.destination === null ? 'ephemeral-ports' : 'destination',
  localPort: null,
  peer: contest.destination?.peer ?? peer,
  used: contest.destination?.ports ?? contest.use?.used ?? null,
  capacity: contest.capacity?.ports ?? null,
  assumed: contest.capacity?.basis !== 'sysctl',
  netns: contest.netns,
});

/** Somebody fails, or the next call will: critical. Otherwise the use decides. */
export const severityBy = (contest: EphemeralContest, warnShare: number): Severity => {
  if (contest.victims.length > 0 || contest.isExhausted === true) return 'critical';
  const { capacity, use } = contest;
  if (capacity === null || use === null) return 'info';
  return use.used >= limitFor(warnShare * capacity.ports, standsAt(contest.open, 'warning')) ? 'warning' : 'info';
};

/** Whether so much of the range is taken that it is news; an open case is left lower than it was entered. */
export const isTight = ({ capacity, use, open, isExhausted }: EphemeralContest): boolean =>
  isExhausted === true || (capacity !== null && use !== null && use.used >= limitFor(RELIEVED_SHARE, open !== null) * capacity.ports);

/** "without python3 (pid 4312), 27,913 of 45,536 ports return" */
export const counterfactual = (contest: EphemeralContest, suspect: Suspect): string => {
  const of = contest.capacity === null ? '' : ` of ${number(contest.capacity.ports)}`;
  const toward = contest.destination === null ? '' : ` toward ${contest.destination.peer}`;
  const kin = suspect.kin.length === 0 ? '' : ` and ${count(suspect.kin.length, 'more process', 'more processes')} of its parent`;
  const heirs =
    suspect.sharedWith.length === 0
      ? ''
      : ` and pid ${suspect.sharedWith.join(', ')}, which ${suspect.sharedWith.length === 1 ? 'shares' : 'share'} its sockets`;
  return `without ${suspectName(suspect)}${kin}${heirs}, ${number(suspect.returnsWithKin)}${of} ports${toward} return`;
};

export const portsSentence = ({ capacity, use, peak, destination, netns }: EphemeralContest): string => {
  if (use === null || peak === null) return '';
  const at = `${netns === null ? '' : `in the network namespace ${netns} `}at ${clock(peak.takenAt)}`;
  if (capacity === null) return `${count(use.used, 'port')} were in use on ${use.address} ${at}; how many there are is unknown.`;
  const all = `${count(capacity.ports, 'ephemeral port')} (${capacity.from}–${capacity.to})`;
  if (destination !== null)
    return `${number(destination.ports)} of ${all} were in use from ${use.address} toward ${destination.peer} ${at}, ${percent(destination.ports, capacity.ports)}; a plain connect to another peer may share them.`;
  return `${number(use.used)} of ${all} were in use on ${use.address} ${at}, ${percent(use.used, capacity.ports)}.`;
};

/** Conditions of certainty that every exhaustion shares. */
export const commonDoubts = (contest: EphemeralContest, suspect: Suspect): readonly string[] => {
  const doubts: string[] = [...capacityCaveat(contest.capacity)];
  const { peak, capacity } = contest;
  if (peak?.knows.owners && !peak.knows.ownersComplete) {
    doubts.push('Permission hides the owners of some sockets: run the snapshot as root.');
  }
  if (capacity !== null && contest.isExhausted === true && suspect.returnsWithKin < capacity.ports / 3) {
    doubts.push(`It holds only ${percent(suspect.returnsWithKin, capacity.ports)} of the range: others contribute.`);
  }
  if (contest.victims.length > 0 && contest.isExhausted === false) {
    doubts.push('No snapshot shows the range full at the time of the failures.');
  }
  return doubts;
};

/** No PIDs: who it is cannot be known, only where it connects to. */
export const ownerDoubt = (suspect: Suspect): readonly string[] => {
  if (suspect.holder.kind === 'process') return [];
  return suspect.holder.kind === 'unknown'
    ? ['The snapshots name no processes: run `ss -tanp` (or `netstat -natp`) as root to see whose sockets these are.']
    : ['These sockets have no owner that this snapshot could see.'];
};

/** The first snapshot after the last failure from which on the range is relieved and the suspect has let go; `null` while it is not over. */
const reliefAt = (contest: EphemeralContest, suspect: Suspect): string | null => {
  const { capacity, peak } = contest;
  // What has vanished from the listing is not closed.
  if (peak === null || suspect.vanished !== null) return null;
  const lastFailure = contest.victims.reduce((last, { lastAt }) => (lastAt > last ? lastAt : last), '');
  const heldAtPeak = held(suspect.moment) + suspect.moment.timeWait;
  const isRelieved = (moment: Moment): boolean => {
    const use = moment.snapshot.ports.find(({ address }) => address === contest.use?.address)?.used ?? 0;
    const room = capacity === null || use < RELIEVED_SHARE * capacity.ports;
    const hasLetGo = held(moment) + moment.timeWait < heldAtPeak / 2;
    return room && hasLetGo && moment.snapshot.takenAt > lastFailure;
  };
  const lastTight = suspect.track.findLastIndex((moment) => !isRelieved(moment));
  return suspect.track[lastTight + 1]?.snapshot.takenAt ?? null;
};

/** What every finding about the ephemeral ports has in common; the rule adds its judgement and its words. */
export const ephemeralBase = (
  contest: EphemeralContest,
  suspect: Suspect,
): Pick<Finding, 'mechanism' | 'side' | 'contributors' | 'resource' | 'overAt' | 'ports'> => ({
  mechanism: contest.victims.length > 0 || contest.isExhausted === true ? 'ephemeral-port-exhaustion' : 'none-yet',
  side: 'client',
  contributors: contributorsBeside(contest, suspect),
  resource: resourceOf(contest, suspect.peer),
  overAt: reliefAt(contest, suspect),
  ports: portsOf(contest),
});

/** `: 61 % of 45,536 ports`, where the capacity is known. */
export const shareOf = ({ capacity }: EphemeralContest, { ports }: Suspect): string =>
  capacity === null ? '' : `: ${percent(ports, capacity.ports)} of ${count(capacity.ports, 'port')}`;
