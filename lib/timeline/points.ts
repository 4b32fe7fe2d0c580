import type { Frame } from './frame.ts';

/** More points than a plot on a wide screen has pixels for a mark would only make the answer heavy. */
export const MAX_POINTS = 360;

/** The snapshots that one point stands for, all namespaces together. */
export interface Point {
  readonly at: string;
  readonly frames: readonly Frame[];
}

const byTime = (frames: readonly Frame[]): readonly Point[] => {
  const times = new Map<string, Frame[]>();
  for (const frame of frames) {
    const same = times.get(frame.at);
    if (same === undefined) times.set(frame.at, [frame]);
    else same.push(frame);
  }
  return [...times].map(([at, same]) => ({ at, frames: same })).sort((a, b) => (a.at < b.at ? -1 : 1));
};

/**
 * One point for each time, or, where these are too many, for each of `MAX_POINTS` stretches of equal length that have any. A stretch
 * stands at the time of its last snapshot.
 */
export const pointsOf = (frames: readonly Frame[]): readonly Point[] => {
  const points = byTime(frames);
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length <= MAX_POINTS) return points;
  const start = Date.parse(first.at);
  const width = (Date.parse(last.at) - start + 1) / MAX_POINTS;
  const stretches = new Map<number, { at: string; frames: Frame[] }>();
  for (const { at, frames: own } of points) {
    const index = Math.floor((Date.parse(at) - start) / width);
    const stretch = stretches.get(index);
    if (stretch === undefined) stretches.set(index, { at, frames: [...own] });
    else {
      stretch.at = at;
      stretch.frames.push(...own);
    }
  }
  return [...stretches.values()];
};

/** The highest value that the frames of a point show: a peak between two points must not be lost. */
export const highest = (frames: readonly Frame[], value: (frame: Frame) => number | null): number | null =>
  frames.reduce<number | null>((most, frame) => {
    const next = value(frame);
    return next === null || (most !== null && most >= next) ? most : next;
  }, null);
