import { Metrics } from '@aws-lambda-powertools/metrics';

let measured: Metrics | null = null;
/** One for the process, made when it is first asked for: it reads its environment only then, which the embedded stack sets late. */
export const metrics = (): Metrics => {
  measured ??= new Metrics({ namespace: 'Closewatch' });
  return measured;
};
