import type { Digest } from '../model/digest.ts';

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
