import { cpus, totalmem } from 'node:os';

/** What every benchmark here needs: medians, and on what machine they were measured. */

export const quantile = (values: readonly number[], q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Milliseconds of one call. */
export const timed = (act: () => unknown): number => {
  const began = performance.now();
  act();
  return performance.now() - began;
};

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
