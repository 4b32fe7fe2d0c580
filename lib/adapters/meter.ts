import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Meter } from '../use-cases/metrics.ts';

/** Figures as lines of the embedded metric format, which CloudWatch makes metrics of: no call, so nothing that can fail or be throttled. */
export const powertoolsMeter = (metrics: Pick<Metrics, 'addMetric'>): Meter => ({
  count: (metric, value) => void metrics.addMetric(metric, MetricUnit.Count, value),
});

export const silentMeter: Meter = { count: () => {} };
