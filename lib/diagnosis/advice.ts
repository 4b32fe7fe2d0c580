import { type Advice, type Advise, type LogClues, noLog, queuesOf } from '../knowledge/clues.ts';
import type { Cause, Culprit } from '../model/analysis.ts';
import type { Pile } from '../model/digest.ts';
import type { Facts } from './facts.ts';
import type { FailureGroup } from './merge-failures.ts';
import type { Draft } from './verdict.ts';

/** Why this program does it, as far as its own log, command line and queues tell (`knowledge/`). */

const cluesIn = (groups: readonly FailureGroup[]): LogClues => ({
  frames: groups.flatMap(({ frames }) => frames),
  errors: groups.map(({ error }) => error),
});

const pilesOf = ({ pid, localPort }: Culprit, facts: Facts): readonly Pile[] => {
  const isOwn = ({ holder, state, localPort: port }: Pile): boolean =>
    state === 'close_wait' && holder.kind === 'process' && holder.pid === pid && (localPort === null || port === localPort);
  return facts.snapshots.findLast(({ piles }) => piles.some(isOwn))?.piles.filter(isOwn) ?? [];
};

const recvQOf = (piles: readonly Pile[]): Pile['recvQ'] =>
  piles.reduce((sum, { recvQ }) => ({ zero: sum.zero + recvQ.zero, one: sum.one + recvQ.one, more: sum.more + recvQ.more }), {
    zero: 0,
    one: 0,
    more: 0,
  });

/** With churn nobody owns the sockets: whoever fails toward that peer is the one that calls it. */
const callsPeer = (group: FailureGroup, { peer }: Culprit): boolean => group.peer === null || group.peer === peer;

export interface CulpritLog {
  /** Groups of the culprit's own log. */
  readonly own: readonly FailureGroup[];
  readonly others: readonly FailureGroup[];
}

export const adviceOn = (cause: Cause, draft: Draft, { own, others }: CulpritLog, facts: Facts, advise: Advise): Advice => {
  const { culprit, remedy } = draft;
  if (culprit === null || cause === 'inconclusive') return { likely: '', fix: remedy.fix, source: null };
  const isVictimCulprit = cause === 'time-wait-churn' && others.length > 0 && others.every((group) => callsPeer(group, culprit));
  return advise(
    {
      cause,
      side: draft.side,
      command: culprit.command,
      args: facts.snapshots.flatMap(({ processes }) => processes.filter(({ pid }) => pid === culprit.pid)).at(-1)?.args ?? null,
      own: own.length === 0 ? noLog : cluesIn(own),
      victim: others.length === 0 ? noLog : cluesIn(others),
      isVictimCulprit,
      queues: cause === 'close-wait-leak' ? queuesOf(recvQOf(pilesOf(culprit, facts))) : null,
    },
    remedy.fix,
  );
};
