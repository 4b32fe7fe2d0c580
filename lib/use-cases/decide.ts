import { announce } from '../cases/announce.ts';
import type { Board, OutboxEntry } from '../cases/board.ts';
import { type Case, closeBecause } from '../cases/case.ts';
import { foldCases } from '../cases/fold.ts';
import { claim } from '../cases/outbox.ts';
import { SILENT } from '../cases/outcome.ts';
import { silentCases } from '../cases/silent.ts';
import { adviceFor } from '../knowledge/advice.ts';
import type { Digest } from '../model/digest.ts';
import { digestTime } from '../model/digest-time.ts';
import type { Deps } from './deps.ts';
import { lookUp } from './look-up.ts';
import { withOtherEnds } from './other-ends.ts';

const newestAt = (digests: readonly Digest[], fallback: string): string =>
  digests.reduce(
    (newest, digest) => {
      const at = digestTime(digest);
      return at > newest ? at : newest;
    },
    digests.length === 0 ? fallback : '',
  );

/** A host that has gone silent proves nothing, but an alarm must not stay open for ever on its last word. */
const closeSilent = (cases: readonly Case[], now: string): readonly Case[] =>
  cases.map((current) => (current.status === 'resolved' ? current : closeBecause(current, now, SILENT)));

export interface Next {
  readonly board: Board;
  readonly claimed: readonly OutboxEntry[];
}

/** What of a host is not in its uploads. */
export interface Quiet {
  /** Nothing has come for so long that its open cases are closed as no longer reported. */
  readonly isSilent: boolean;
  /** When it was last heard, where that is long ago (`cases/silent.ts`). */
  readonly silentSince: string | null;
}

/** What is to be known and said of a host, now that all is known that came. */
export const decide = async (host: string, board: Board, { isSilent, silentSince }: Quiet, deps: Deps): Promise<Next> => {
  const { fold, announce: announcing, leaseMs } = deps.settings;
  const span = { spanMs: fold.windowMs + fold.latenessMs, maxSnapshots: 2 * fold.maxSnapshots };
  const digests = await deps.records.recentDigests(host, span);
  const lookups = await lookUp(host, digests, deps);
  const now = deps.clock.now();
  const folded = foldCases(host, board.checkpoint, digests, lookups, fold, adviceFor);
  const alive = isSilent ? closeSilent(folded.cases, now) : folded.cases;
  const found = await withOtherEnds(alive, board.cases, digests, deps);
  const cases = [...found, ...silentCases(host, board.cases, silentSince, now)];
  // Nothing more is to come from a silent host: what was over there is over.
  const times = { now, newestAt: isSilent ? now : newestAt(digests, now) };
  const known = { ...board, checkpoint: folded.checkpoint };
  const unsilenced = announce(known, cases, times, announcing);
  // Silences are one item for all hosts: it is read by those only that have something to say.
  const isDue = unsilenced.outbox.length > board.outbox.length;
  const announced = isDue ? announce(known, cases, times, announcing, (await deps.records.readSilences()).list) : unsilenced;
  const leased = claim(announced, deps.owner, now, leaseMs);
  return leased === null ? { board: announced, claimed: [] } : leased;
};
