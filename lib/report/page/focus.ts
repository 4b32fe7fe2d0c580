import type { Analysis } from '../../model/analysis.ts';

/** What a picture is about. Of a host alone there is nothing but its ports and its programs. */
export interface Focus {
  readonly culpritPid: number | null;
  /** Of a service's descriptors or a fixed port the range says nothing. */
  readonly contestsPorts: boolean;
  /** Another limit that is run into: a process's descriptors. */
  readonly limit: { readonly capacity: number; readonly name: string } | null;
  /** When the ports of the range run out, as nine forecasts in ten say. */
  readonly forecast: { readonly earliest: string; readonly latest: string | null; readonly about: string } | null;
  /** Nothing failed before the first, or after the last. */
  readonly failed: { readonly from: number; readonly to: number } | null;
}

export const WHOLE_HOST: Focus = { culpritPid: null, contestsPorts: true, limit: null, forecast: null, failed: null };

/** What runs out with the ports of the range. */
const PORTS = new Set(['ephemeral-ports', 'destination']);

const forecastOf = ({ trend, status }: Analysis): Focus['forecast'] => {
  if (status !== 'open' || trend.runsOut === null || !PORTS.has(trend.runsOut) || trend.exhaustsBetween === null) return null;
  const [earliest, latest] = trend.exhaustsBetween;
  return { earliest, latest, about: trend.exhaustsAt ?? earliest };
};

export const focusOf = (analysis: Analysis): Focus => {
  const { ports, culprit, resource, victims } = analysis;
  return {
    culpritPid: culprit?.pid ?? null,
    contestsPorts: ports !== null,
    limit: resource.kind === 'descriptors' && resource.capacity !== null ? { capacity: resource.capacity, name: 'descriptors' } : null,
    forecast: forecastOf(analysis),
    failed:
      victims.length === 0
        ? null
        : {
            from: Math.min(...victims.map(({ firstAt }) => Date.parse(firstAt))),
            to: Math.max(...victims.map(({ lastAt }) => Date.parse(lastAt))),
          },
  };
};
