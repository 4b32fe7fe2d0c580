import type { Sample } from '../../model/watching.ts';

/** Bars and curves in characters; plain ones where the terminal's character set has no others. */

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN_BLOCKS = ['.', ':', '-', '=', '+', '*', '%', '#'];

/** The value at a time: the newest one known then. */
const valueAt = (series: readonly Sample[], time: number): number => series.findLast(([at]) => at <= time)?.[1] ?? 0;

/**
 * The course of a value from the first look to the last in `width` characters of equal time; a space is zero.
 *
 * @param top what the full height means; the largest value where it is larger
 */
export const sparkline = (series: readonly Sample[], width: number, unicode: boolean, top = 0): string => {
  const [first] = series;
  const last = series.at(-1);
  if (first === undefined || last === undefined || width < 1) return ' '.repeat(Math.max(0, width));
  const most = Math.max(top, ...series.map(([, value]) => value));
  const blocks = unicode ? BLOCKS : PLAIN_BLOCKS;
  const step = (last[0] - first[0]) / Math.max(1, width - 1);
  const times = step === 0 ? [last[0]] : Array.from({ length: width }, (_, i) => first[0] + i * step + 1);
  const heights = times.map((time) => valueAt(series, time));
  const chars = heights.map((value) => (value <= 0 ? ' ' : (blocks[Math.min(7, Math.ceil((8 * value) / most) - 1)] ?? ' ')));
  return chars.join('').padEnd(width);
};

/** How full something is. What is not nothing shows at least one character. */
export const bar = (part: number, width: number, unicode: boolean): string => {
  const share = Math.min(1, Math.max(0, part));
  const full = share === 0 ? 0 : Math.max(1, Math.floor(share * width));
  return `${(unicode ? '█' : '#').repeat(full)}${(unicode ? '░' : '.').repeat(width - full)}`;
};
