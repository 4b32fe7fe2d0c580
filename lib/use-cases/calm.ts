import type { Board } from '../cases/board.ts';
import { foldCases } from '../cases/fold.ts';
import { noAdvice } from '../knowledge/clues.ts';
import { digestTime } from '../model/digest-time.ts';
import type { Arrival } from './arrival.ts';
import type { Deps } from './deps.ts';

const knowsNothing = ({ cases, checkpoint, outbox, unshown }: Board): boolean =>
  cases.length + checkpoint.cases.length + outbox.length + unshown.length === 0;

/**
 * Whether the newest snapshots of a host without any case open none: what most uploads of most hosts come to. Each is judged as the fold would
 * judge it, with the window that ends there; what was to be seen earlier was judged when it came, and what comes late is not the newest. So half
 * of the reading, which is most of what an upload costs, and all judging of earlier times are spared.
 */
export const isCalm = async (host: string, board: Board, arrival: Arrival, { records, settings }: Deps): Promise<boolean> => {
  if (!knowsNothing(board)) return false;
  const { fold } = settings;
  const spanMs = fold.windowMs + Date.parse(arrival.to) - Date.parse(arrival.from);
  if (spanMs >= fold.windowMs + fold.latenessMs) return false;
  const digests = await records.recentDigests(host, { spanMs, maxSnapshots: fold.maxSnapshots + arrival.snapshots - 1 });
  if (digests.some((digest) => digest.kind !== 'marker' && digestTime(digest) > arrival.to)) return false;
  const justBefore = new Date(Date.parse(arrival.from) - 1).toISOString();
  const folded = foldCases(host, { ...board.checkpoint, at: justBefore }, digests, [], fold, noAdvice);
  return folded.cases.length === 0;
};
