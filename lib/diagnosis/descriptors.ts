import type { Evidence } from '../model/analysis.ts';
import type { Pile, SnapshotDigest } from '../model/digest.ts';
import { clock, count, number, program } from '../text/words.ts';
import type { DescriptorContest } from './contest.ts';
import { LEAK_MIN_SHARE } from './ephemeral.ts';
import { trendOf } from './forecast.ts';
import { closeWaitStays, growthOf, held, type Moment, since } from './track.ts';
import {
  clear,
  culpritWith,
  type Draft,
  found,
  inconclusive,
  linesOf,
  quoteSnapshot,
  resourceWith,
  unitNameIn,
  type Verdict,
} from './verdict.ts';

/** What causes share that use up one process's file descriptors. */

/** So near the soft limit that the next accept, socket or open fails: `fds` is read a moment before or after. */
const FULL_SHARE = 0.95;
/** Sockets of one state that are this much of what is open explain the shortage; below, something else does. */
export const EXPLAINS_SHARE = 0.5;
/** Where `fds` is missing: a pile this large fills the customary soft limit of 1,024 by half. */
const LARGE_PILE = 500;
/** A pile that is said to explain a shortage without owners must match it this closely. */
const MATCHES_SHARE = 0.8;

export const processName = (contest: DescriptorContest): string =>
  contest.process === null ? contest.app : program(contest.process.command, contest.process.pid);

const momentAt = (contest: DescriptorContest): Moment | null =>
  contest.track.find(({ snapshot }) => snapshot === contest.snapshot) ?? contest.track.at(-1) ?? null;

export const isFull = ({ process }: DescriptorContest): boolean | null => {
  const fds = process?.descriptors ?? null;
  return fds === null || fds.soft === null ? null : fds.open >= FULL_SHARE * fds.soft;
};

export const openSentence = (contest: DescriptorContest): string => {
  const fds = contest.process?.descriptors ?? null;
  if (fds === null) return `How many descriptors ${processName(contest)} has open is not in the snapshots.`;
  return `${processName(contest)} has ${number(fds.open)} of ${fds.soft === null ? 'an unknown number of' : number(fds.soft)} descriptors open.`;
};

/** Whether a count of sockets explains the shortage: by the limit, else by the descriptors open, else by its size. */
export const explains = (contest: DescriptorContest, sockets: number): boolean => {
  const fds = contest.process?.descriptors ?? null;
  return sockets >= (fds === null ? LARGE_PILE : EXPLAINS_SHARE * (fds.soft ?? fds.open));
};

/** Sockets whose owner the listing hides, but whose number is that of the descriptors: probably its own. */
export const unownedMatch = (contest: DescriptorContest): Pile | null => {
  const open = contest.process?.descriptors?.open;
  const { snapshot } = contest;
  if (open === undefined || snapshot === null || snapshot.knows.ownersComplete) return null;
  const pile = snapshot.piles.find(({ holder, state }) => holder.kind !== 'process' && state === 'close_wait');
  return pile !== undefined && pile.sockets >= MATCHES_SHARE * open ? pile : null;
};

const evidenceOf = (contest: DescriptorContest, piles: readonly Pile[], text: string): readonly Evidence[] =>
  contest.snapshot === null
    ? []
    : [
        ...(piles.length === 0 ? [] : [quoteSnapshot(text, contest.snapshot, linesOf(piles))]),
        quoteSnapshot(openSentence(contest), contest.snapshot),
      ];

/** Leaving is lower than entering: so far below the limit, the shortage is over. */
const RELIEVED_SHARE = 0.8;

/** The first snapshot after the last failure from which on the process is off its limit, or gone; `null` while it is not over. */
const overAt = (contest: DescriptorContest): string | null => {
  const { process } = contest;
  if (process === null || process.descriptors === null) return null;
  const lastFailure = contest.victims.reduce((last, { lastAt }) => (lastAt > last ? lastAt : last), '');
  const later = contest.snapshots.filter(({ takenAt }) => takenAt > lastFailure);
  const isTight = ({ processes }: SnapshotDigest): boolean => {
    const now = processes.find(({ pid }) => pid === process.pid);
    if (now === undefined) return false;
    return now.descriptors === null || now.descriptors.soft === null || now.descriptors.open >= RELIEVED_SHARE * now.descriptors.soft;
  };
  return later[later.findLastIndex(isTight) + 1]?.takenAt ?? null;
};

/** The parts that every shortage of descriptors has in common; the rule adds its words. */
export const descriptorDraft = (
  contest: DescriptorContest,
  piles: readonly Pile[],
  pileText: string,
): Omit<Draft, 'summary' | 'explanation' | 'remedy' | 'doubts'> => {
  const fds = contest.process?.descriptors ?? null;
  const main = [...piles].sort((a, b) => b.sockets - a.sockets)[0];
  const startedAt = contest.victims[0]?.firstAt ?? contest.snapshot?.takenAt ?? contest.snapshots[0]?.takenAt ?? '';
  const pileSince = piles.length === 0 ? null : since(contest.track);
  const earliest = pileSince !== null && pileSince < startedAt ? pileSince : startedAt;
  return {
    mechanism: 'descriptor-exhaustion',
    severity: 'critical',
    side: main?.side ?? null,
    culprit: culpritWith({
      pid: contest.process?.pid ?? null,
      command: contest.process?.command ?? null,
      peer: main?.peer ?? null,
      localPort: main?.localPort ?? null,
      unit: unitNameIn(main?.cgroup),
    }),
    contributors: [],
    resource: resourceWith('descriptors', contest, {
      localPort: main?.localPort ?? null,
      peer: main?.peer ?? null,
      used: fds?.open ?? null,
      capacity: fds?.soft ?? null,
    }),
    since: earliest,
    overAt: overAt(contest),
    evidence: evidenceOf(contest, piles, pileText),
    ports: null,
    trend: trendOf(piles.length === 0 ? null : growthOf(contest.track), earliest),
  };
};

/** Conditions of certainty that every shortage of descriptors has in common. */
export const descriptorDoubts = (contest: DescriptorContest): readonly string[] => {
  const doubts: string[] = [];
  if (contest.process === null) doubts.push('Neither a PID nor a name in the log leads to a process in the snapshots.');
  else if (isFull(contest) === null) doubts.push('The snapshots do not say how many descriptors it has open: add the fds section.');
  else if (isFull(contest) === false) doubts.push('No snapshot shows the process at its limit at the time of the failures.');
  if (contest.snapshot === null) doubts.push('No snapshot was taken near the failures.');
  return doubts;
};

export const descriptorRemedy = (contest: DescriptorContest, fix: string): Draft['remedy'] => {
  const pid = contest.process?.pid ?? null;
  return {
    now:
      pid === null
        ? `Restart ${contest.app}: its descriptors return at once.`
        : `Restart ${processName(contest)}: its descriptors return at once. Until then \`prlimit --pid ${pid} --nofile=65536:65536\` lets it go on.`,
    fix,
    prevent:
      'Alarm on open descriptors per process at 80 % of the soft limit; set LimitNOFILE in its unit for the load it is meant to bear.',
    verify:
      pid === null
        ? 'The number of its open descriptors stays well below its soft limit.'
        : `\`ls /proc/${pid}/fd | wc -l\` (or of its successor) stays well below \`grep 'open files' /proc/${pid}/limits\`.`,
  };
};

const judgePile = (
  contest: DescriptorContest,
  states: readonly ('close_wait' | 'established')[],
  say: { what: string; fix: (end: string) => string },
): Verdict => {
  const moment = momentAt(contest);
  const piles = moment?.piles.filter(({ state }) => states.some((wanted) => wanted === state)) ?? [];
  const sockets = piles.reduce((sum, pile) => sum + pile.sockets, 0);
  const name = processName(contest);
  const inStates = states.map((state) => state.toUpperCase()).join(' and ');
  const figure = `${name} holds ${count(sockets, 'socket')} in ${inStates}`;
  if (moment === null || !explains(contest, sockets)) return clear(`${figure}: too few to explain it. ${openSentence(contest)}`);
  const main = piles.reduce((largest, pile) => (pile.sockets > largest.sockets ? pile : largest));
  const end = main.side === 'server' ? `connections accepted on port ${main.localPort}` : `connections to ${main.peer ?? 'its peers'}`;
  const stays = states[0] === 'close_wait' ? closeWaitStays(contest.track) : null;
  return found(sockets, {
    ...descriptorDraft(contest, piles, `${figure}, ${end}.`),
    doubts: descriptorDoubts(contest),
    summary: `${name} has ${number(sockets)} ${end} in ${inStates} and no descriptor left.`,
    explanation: `${say.what} ${openSentence(contest)} ${figure}, ${end}${stays === null ? '' : `; ${Math.round(100 * stays.share)} % of them stayed from snapshot to snapshot`}. Each takes a descriptor; on the server's side it takes no ephemeral port. At the limit, accept, socket and open fail with "Too many open files".`,
    remedy: descriptorRemedy(contest, say.fix(end)),
  });
};

/** Whether its connections become CLOSE_WAIT, as far as the window shows. */
const turnsIntoCloseWait = (contest: DescriptorContest): boolean => {
  const moment = momentAt(contest);
  if (moment === null) return false;
  const later = contest.track.filter(({ snapshot }) => snapshot.takenAt >= moment.snapshot.takenAt);
  return later.some((one) => held(one) >= held(moment) / 2 && one.closeWait >= LEAK_MIN_SHARE * held(one) && one.closeWait > 0);
};

/** CLOSE_WAIT sockets fill the descriptor table: a leak, on either side. */
export const judgeDescriptorLeak = (contest: DescriptorContest): Verdict => {
  const say = {
    what: 'A socket in CLOSE_WAIT keeps its descriptor until the program closes it.',
    fix: (end: string) => `Close the ${end} when a read returns end-of-file, on every path, errors included.`,
  };
  const alone = judgePile(contest, ['close_wait'], say);
  // A fresh leak is ESTABLISHED for the most part (KERNEL.md: CLOSE_WAIT lags).
  const verdict = alone.kind === 'clear' && turnsIntoCloseWait(contest) ? judgePile(contest, ['close_wait', 'established'], say) : alone;
  const match = verdict.kind === 'clear' ? unownedMatch(contest) : null;
  if (match === null) return verdict;
  const name = processName(contest);
  const end = match.side === 'server' ? `on port ${match.localPort}` : `to ${match.peer ?? 'its peers'}`;
  return found(match.sockets, {
    ...descriptorDraft(contest, [match], `${count(match.sockets, 'socket')} ${end} stand in CLOSE_WAIT; the listing hides their owner.`),
    doubts: [
      ...descriptorDoubts(contest),
      'The snapshots hide whose these sockets are; only their number matches. Run `ss -tanp` as root.',
    ],
    summary: `${name} has no descriptor left; ${count(match.sockets, 'connection')} ${end} in CLOSE_WAIT are probably its own.`,
    explanation: `${openSentence(contest)} ${count(match.sockets, 'socket')} ${end} stand in CLOSE_WAIT at ${clock(contest.snapshot?.takenAt ?? '')}, about as many, and nobody else is near a limit. Each keeps its descriptor until the program closes it.`,
    remedy: descriptorRemedy(contest, 'Close each connection when a read returns end-of-file, on every path, errors included.'),
  });
};

/** ESTABLISHED sockets fill it: more connections than the limit was meant for. */
export const judgeDescriptorHoard = (contest: DescriptorContest): Verdict => {
  if (turnsIntoCloseWait(contest)) return clear('Its connections turn into CLOSE_WAIT: its peers close them, and it does not.');
  const verdict = judgePile(contest, ['established'], {
    what: 'Its peers have not closed these connections: they are in use, or kept alive and forgotten.',
    fix: (end) => `Limit the number of ${end} (pool size, idle timeout), or raise the limit if the load is meant to be so.`,
  });
  if (verdict.kind !== 'found' || contest.track.length > 1) return verdict;
  return inconclusive(
    'A single snapshot cannot show whether its ESTABLISHED connections are kept, or are about to be closed by their peers and forgotten.',
    `ss -tnp | grep 'pid=${contest.process?.pid ?? 'PID'},' | awk '{print $1}' | sort | uniq -c`,
  );
};

export const heldSockets = (contest: DescriptorContest): number => {
  const moment = momentAt(contest);
  return moment === null ? 0 : held(moment);
};
