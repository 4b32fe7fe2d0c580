import type { Board } from '../cases/board.ts';
import { foldCases } from '../cases/fold.ts';
import type { Digest } from '../model/digest.ts';
import { digestTime } from '../model/digest-time.ts';
import type { Deps } from './deps.ts';

/** The snapshots that one upload brought: how many, and when the first and the last of them were taken. */
export interface Arrival {
  readonly snapshots: number;
  readonly from: string;
  readonly to: string;
}

/** `null` where something else came too. */
export const arrivalOf = (digests: readonly Digest[]): Arrival | null => {
  const times = digests.flatMap((digest) => (digest.kind === 'snapshot' ? [digest.takenAt] : [])).sort();
  const [from, to] = [times[0], times.at(-1)];
  return from === undefined || to === undefined || times.length < digests.length ? null : { snapshots: times.length, from, to };
};

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
  const folded = foldCases(host, { ...board.checkpoint, at: justBefore }, digests, [], fold);
  return folded.cases.length === 0;
};
