import type { Series } from '../../model/timeline.ts';

/** Where things stand in the picture, in units of its view box. */

export const WIDTH = 960;
export const LEFT = 92;
export const RIGHT = 16;
export const TOP = 28;
export const PLOT = 240;
export const FAILURES = 56;
export const GAP = 26;
export const HEIGHT = TOP + PLOT + GAP + FAILURES + 34;

export interface Scale {
  readonly x: (at: string) => number;
  readonly y: (value: number) => number;
  readonly top: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** @param top the highest value */
export const scaleFor = (from: number, to: number, top: number): Scale => ({
  from,
  to,
  top,
  x: (at) => LEFT + ((Math.min(Date.parse(at), to) - from) / (to - from)) * (WIDTH - LEFT - RIGHT),
  y: (value) => TOP + PLOT * (1 - value / top),
});

export const round = (value: number): string => value.toFixed(1);

export const most = (series: Series): number => series.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);

/** Gaps where no snapshot tells stay gaps. */
export const pathOf = (times: readonly string[], series: Series, { x, y }: Scale): string => {
  let isDrawing = false;
  return series
    .map((value, i) => {
      const at = times[i];
      if (value === null || at === undefined) {
        isDrawing = false;
        return '';
      }
      const command = isDrawing ? 'L' : 'M';
      isDrawing = true;
      return `${command}${round(x(at))},${round(y(value))}`;
    })
    .join('');
};

export const areaOf = (times: readonly string[], series: Series, scale: Scale): string => {
  const path = pathOf(times, series, scale);
  const known = times.filter((_, i) => series[i] !== null);
  const [first, last] = [known[0], known.at(-1)];
  return first === undefined || last === undefined
    ? ''
    : `${path}L${round(scale.x(last))},${round(scale.y(0))}L${round(scale.x(first))},${round(scale.y(0))}Z`;
};

const STEPS = [1, 2, 5];

/** Round numbers, four or so up the axis. */
export const ticks = (top: number): readonly number[] => {
  const size = 10 ** Math.floor(Math.log10(top / 4));
  const step = (STEPS.find((one) => one * size >= top / 5) ?? 10) * size;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
};
