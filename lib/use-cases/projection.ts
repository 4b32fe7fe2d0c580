import { isDeepStrictEqual } from 'node:util';
import { attentionTo, type Board } from '../cases/board.ts';
import { type Case, closeBecause, toAnalysis } from '../cases/case.ts';
import { SUPERSEDED } from '../cases/outcome.ts';
import type { Analysis } from '../model/analysis.ts';
import type { Deps } from './deps.ts';

/**
 * Cases as people query them, one item each beside the board. The board names those that it has changed (`unshown`) until somebody has seen that
 * they are written: a death between the two writes is made good by whoever settles next, and what is shown is not written again.
 */

/** A case as people query it: with what they have said to it. */
export const analysisOn = ({ ledger }: Board, current: Case): Analysis => toAnalysis(current, attentionTo(ledger, current.id));

const isSame = (before: Board, after: Board, { id }: Case): boolean => {
  const [former, current] = [before, after].map(({ cases }) => cases.find((one) => one.id === id));
  return isDeepStrictEqual(former, current) && isDeepStrictEqual(attentionTo(before.ledger, id), attentionTo(after.ledger, id));
};

export const changedCases = (before: Board, after: Board): readonly Case[] =>
  after.cases.filter((current) => !isSame(before, after, current));

export const project = async (cases: readonly Case[], board: Board, revision: number, { records }: Deps): Promise<void> => {
  for (const current of cases) await records.putAnalysis(analysisOn(board, current), revision);
};

const isUnshown = ({ unshown }: Board, { id }: Case): boolean => unshown.includes(id);

/** Nothing changed: what an earlier settling may have left is shown, and noted as shown. Should another be first, it does the same. */
export const showRest = async (board: Board, deps: Deps): Promise<void> => {
  if (board.unshown.length === 0) return;
  await project(
    board.cases.filter((one) => isUnshown(board, one)),
    board,
    board.version,
    deps,
  );
  await deps.records.writeBoard({ ...board, unshown: [] });
};

/**
 * What an earlier settling may have left and the coming board does not name, as it leaves it alone or forgets it. Without what is withdrawn:
 * that was open, and must not be written so behind the withdrawal of another.
 */
export const showForgotten = async (before: Board, after: Board, deps: Deps): Promise<void> => {
  const left = before.cases.filter(
    (one) => isUnshown(before, one) && (isSame(before, after, one) || (one.status === 'resolved' && !isCaseOf(after, one))),
  );
  await project(left, before, before.version, deps);
};

const isCaseOf = ({ cases }: Board, { id }: Case): boolean => cases.some((one) => one.id === id);

/**
 * What was open, told to nobody, and is no finding any more: a failure whose snapshot came later is a case about another thing. Nobody would
 * ever write it again, so that it would be listed as open for good. Written before the board that forgets it, since a death between the two
 * must not keep it either.
 */
export const withdraw = async (before: Board, after: Board, { records }: Deps): Promise<void> => {
  const gone = before.cases.filter((former) => former.status === 'open' && !isCaseOf(after, former));
  for (const former of gone)
    await records.putAnalysis(analysisOn(before, closeBecause(former, former.finding.lastSeenAt, SUPERSEDED)), before.version);
};
