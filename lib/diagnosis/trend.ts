/** `[time in ms, value]` */
export type Point = readonly [at: number, value: number];

const MINUTE_MS = 60_000;
/** Two points make a line through any accident. */
const MIN_POINTS = 3;
/** Two-sided 90 %: one forecast in ten may miss its interval, and its width is still of use to somebody who must decide when to get up. */
const Z = 1.645;
/** A year ahead is no forecast. */
const HORIZON_MS = 365 * 24 * 60 * MINUTE_MS;

/** Growth per minute, with the interval in which the true one lies in nine cases of ten. */
export interface Slope {
  readonly perMinute: number;
  readonly low: number;
  readonly high: number;
}

const at = (sorted: readonly number[], index: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? 0;

const median = (sorted: readonly number[]): number => {
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? at(sorted, middle) : (at(sorted, middle) + at(sorted, middle - 1)) / 2;
};

const pairSlopes = (points: readonly Point[]): readonly number[] => {
  const slopes: number[] = [];
  for (const [i, [time, value]] of points.entries()) {
    for (const [later, next] of points.slice(i + 1)) if (later > time) slopes.push(((next - value) / (later - time)) * MINUTE_MS);
  }
  return slopes.sort((a, b) => a - b);
};

/**
 * Theil–Sen slope: the median of the slopes of all pairs, per minute. A third of the points may be wild and it still holds. Its interval
 * is Sen's: the slopes that Kendall's tau does not refuse (P. K. Sen, JASA 63 (1968) 1379). `null` from fewer than three points.
 */
export const slopeOf = (points: readonly Point[]): Slope | null => {
  if (points.length < MIN_POINTS) return null;
  const slopes = pairSlopes(points);
  if (slopes.length === 0) return null;
  const n = points.length;
  const spread = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const low = Math.floor((slopes.length - spread) / 2);
  const high = Math.ceil((slopes.length + spread) / 2);
  return { perMinute: median(slopes), low: at(slopes, low), high: at(slopes, high) };
};

/** When a limit is reached: about when, not before, and not after (`null`: at the slow end of the interval, never). */
export interface Forecast {
  readonly at: string;
  readonly earliest: string;
  readonly latest: string | null;
}

const reach = ([time, value]: Point, perMinute: number, limit: number): string | null => {
  if (perMinute <= 0) return null;
  const ms = ((limit - value) / perMinute) * MINUTE_MS;
  return ms > HORIZON_MS ? null : new Date(time + ms).toISOString();
};

/** When a value that stands at `now` and grows so reaches `limit`; `null` where it does not grow, or stands there already. */
export const forecast = (now: Point, slope: Slope | null, limit: number): Forecast | null => {
  if (slope === null || now[1] >= limit) return null;
  const about = reach(now, slope.perMinute, limit);
  if (about === null) return null;
  return { at: about, earliest: reach(now, slope.high, limit) ?? about, latest: reach(now, slope.low, limit) };
};
