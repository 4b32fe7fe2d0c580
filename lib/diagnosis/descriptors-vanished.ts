import type { SnapshotDigest } from '../model/digest.ts';
import { number } from '../text/words.ts';
import type { DescriptorContest } from './contest.ts';
import { descriptorDoubts, descriptorDraft, descriptorRemedy, EXPLAINS_SHARE, openSentence, processName } from './descriptors.ts';
import { closeWaitGone, type Vanished, vanishedOf, vanishedSentence } from './vanished.ts';
import { found, quoteSnapshot, type Verdict } from './verdict.ts';

/** A shortage of descriptors whose sockets keepalive has taken from the listing. */

const upTo = (contest: DescriptorContest): readonly SnapshotDigest[] =>
  contest.snapshots.filter(({ takenAt }) => contest.snapshot !== null && takenAt <= contest.snapshot.takenAt);

/** Those that fill the table; `null` where they don't. */
export const vanishedIn = (contest: DescriptorContest): Vanished | null => {
  const vanished = contest.process === null ? null : vanishedOf(contest.process.pid, upTo(contest));
  return vanished !== null && vanished.sockets >= EXPLAINS_SHARE * vanished.open ? vanished : null;
};

/** So many CLOSE_WAIT beside descriptors that no socket explains may be the rest of those that have vanished. */
const MAYBE_SHARE = 0.1;

/** Whether too few snapshots, or no owners, leave it open that the unexplained descriptors were connections. */
export const mayHaveVanished = (contest: DescriptorContest): boolean => {
  const open = contest.process?.descriptors?.open;
  return contest.process !== null && open !== undefined && closeWaitGone(contest.process.pid, upTo(contest)) >= MAYBE_SHARE * open;
};

export const judgeVanished = (contest: DescriptorContest, vanished: Vanished): Verdict => {
  const name = processName(contest);
  const sentence = vanishedSentence(contest.process?.command ?? null, contest.process?.pid ?? null, vanished);
  const draft = descriptorDraft(contest, [], '');
  return found(vanished.sockets, {
    ...draft,
    side: vanished.peer === null ? 'server' : 'client',
    culprit: draft.culprit === null ? null : { ...draft.culprit, peer: vanished.peer },
    resource: { ...draft.resource, peer: vanished.peer },
    doubts: descriptorDoubts(contest),
    evidence: [...draft.evidence, quoteSnapshot(sentence, vanished.snapshot)],
    summary: `${name} has no descriptor left: about ${number(vanished.sockets)} belong to connections${vanished.peer === null ? '' : ` to ${vanished.peer}`} that keepalive has ended and it has not closed.`,
    explanation: `${openSentence(contest)} ${sentence} So a listing without CLOSE_WAIT does not show the leak; the descriptors do. At the limit, accept, socket and open fail with "Too many open files".`,
    remedy: descriptorRemedy(
      contest,
      'Close each connection when a read returns end-of-file or an error, on every path. Keepalive ends the connection, never the descriptor.',
    ),
  });
};
