/** `[time in ms, value]` */
export type Point = readonly [at: number, value: number];

const MINUTE_MS = 60_000;
/** Two points make a line through any accident. */
const MIN_POINTS = 3;

const median = (sorted: readonly number[]): number => {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
};

/**
 * Theil–Sen slope: the median of the slopes of all pairs, per minute. A third of the points may be wild and it still holds.
 * `null` from fewer than three points.
 */
export const slopePerMinute = (points: readonly Point[]): number | null => {
  if (points.length < MIN_POINTS) return null;
  const slopes: number[] = [];
  for (const [i, [at, value]] of points.entries()) {
    for (const [later, next] of points.slice(i + 1)) if (later > at) slopes.push(((next - value) / (later - at)) * MINUTE_MS);
  }
  return slopes.length === 0 ? null : median(slopes.sort((a, b) => a - b));
};

/** When a value that stands at `now` and grows by `perMinute` reaches `limit`; `null` where it does not grow, or stands there already. */
export const reachesAt = (now: Point, perMinute: number | null, limit: number): string | null => {
  const [at, value] = now;
  if (perMinute === null || perMinute <= 0 || value >= limit) return null;
  const ms = at + ((limit - value) / perMinute) * MINUTE_MS;
  // A year ahead is no forecast.
  return ms - at > 365 * 24 * 60 * MINUTE_MS ? null : new Date(ms).toISOString();
};
