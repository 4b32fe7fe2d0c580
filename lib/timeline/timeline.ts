import { type Capacity, capacityOf } from '../diagnosis/capacity.ts';
import type { LogDigest, MarkerDigest } from '../model/digest.ts';
import { TCP_STATES } from '../model/socket.ts';
import type { MarkerAt, PortsOverTime, Series, SocketsOverTime, Timeline } from '../model/timeline.ts';
import { plain } from '../text/plain.ts';
import { binMinutes, failuresOverTime } from './failures.ts';
import type { Frame, Stack } from './frame.ts';
import { highest, type Point, pointsOf } from './points.ts';

/** More lines than a plot can tell apart; half of them are for leaks, however small beside what is busy. */
const MAX_PROCESSES = 12;
const MAX_LEAKS = 6;
const MAX_MARKERS = 50;
/** Namespaces by name, the host's own beside them. */
const MAX_NAMESPACES = 4;

const capacityAt = (frame: Frame, overall: Capacity | null): number | null => {
  const { range } = frame;
  return range?.basis === 'sysctl' ? range.to - range.from + 1 - range.reserved : (overall?.ports ?? null);
};

const portsOf = (netns: string | null, frames: readonly Frame[], points: readonly Point[]): PortsOverTime => {
  const overall = capacityOf(frames);
  const own = (point: Point): readonly Frame[] => point.frames.filter((frame) => frame.netns === netns);
  return {
    netns,
    range: overall === null ? null : { from: overall.from, to: overall.to, assumed: overall.basis !== 'sysctl' },
    used: points.map((point) => highest(own(point), ({ used }) => used)),
    capacity: points.map((point) => highest(own(point), (frame) => capacityAt(frame, overall))),
  };
};

const allPorts = (frames: readonly Frame[], points: readonly Point[]): readonly PortsOverTime[] => {
  const spaces = [...new Set(frames.map(({ netns }) => netns))].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
  return spaces.slice(0, 1 + MAX_NAMESPACES).map((netns) =>
    portsOf(
      netns,
      frames.filter((frame) => frame.netns === netns),
      points,
    ),
  );
};

interface Peak {
  readonly stack: Stack;
  readonly netns: string | null;
  readonly total: number;
  readonly closeWait: number;
}

const peaksOf = (frames: readonly Frame[]): readonly Peak[] => {
  const peaks = new Map<string, Peak>();
  for (const { netns, stacks } of frames) {
    for (const stack of stacks.values()) {
      const former = peaks.get(stack.key);
      const closeWait = Math.max(former?.closeWait ?? 0, stack.counts.get('close_wait') ?? 0);
      const isMore = former === undefined || stack.total > former.total;
      peaks.set(stack.key, isMore ? { stack, netns, total: stack.total, closeWait } : { ...former, closeWait });
    }
  }
  return [...peaks.values()];
};

const byLeak = (a: Peak, b: Peak): number => b.closeWait - a.closeWait || b.total - a.total || (a.stack.key < b.stack.key ? -1 : 1);
const bySize = (a: Peak, b: Peak): number => b.total - a.total || byLeak(a, b);

const shown = (peaks: readonly Peak[]): readonly Peak[] => {
  const leaks = peaks
    .filter(({ closeWait }) => closeWait > 0)
    .toSorted(byLeak)
    .slice(0, MAX_LEAKS);
  const others = peaks.filter((peak) => !leaks.includes(peak)).toSorted(bySize);
  return [...leaks, ...others].slice(0, MAX_PROCESSES).toSorted(byLeak);
};

const socketsOf = ({ stack, netns, total }: Peak, points: readonly Point[]): SocketsOverTime => {
  const { key, holder, pid, command, peer, localPort } = stack;
  const seriesOf = (state: (typeof TCP_STATES)[number]): Series =>
    points.map(({ frames }) =>
      highest(frames, (frame) => {
        if (frame.netns !== netns) return null;
        const own = frame.stacks.get(key);
        // A digest names the largest piles: what it leaves out is not known to be none.
        if (own === undefined) return frame.isComplete ? 0 : null;
        return own.counts.get(state) ?? (frame.isComplete ? 0 : null);
      }),
    );
  const states = TCP_STATES.map((state) => [state, seriesOf(state)] as const).filter(([, series]) =>
    series.some((value) => value !== null && value > 0),
  );
  return { holder, netns, pid, command, peer, localPort, peak: total, states: Object.fromEntries(states) };
};

const markerOf = ({ at, what, app, release }: MarkerDigest): MarkerAt => ({
  at,
  kind: plain(what),
  app: plain(app),
  version: release === null ? null : plain(release),
});

export interface Scene {
  readonly host: string;
  readonly from: string;
  readonly to: string;
  readonly isComplete: boolean;
  /** In any order; those outside `from` to `to` are left out. */
  readonly frames: readonly Frame[];
  readonly logs: readonly LogDigest[];
  readonly markers: readonly MarkerDigest[];
}

/** The same whatever the order of the uploads, and of bounded size however many there are. */
export const timelineOf = ({ host, from, to, isComplete, frames, logs, markers }: Scene): Timeline => {
  const within = frames.filter(({ at }) => at >= from && at <= to).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const points = pointsOf(within);
  return {
    host,
    from,
    to,
    isComplete,
    snapshots: within.length,
    times: points.map(({ at }) => at),
    ports: allPorts(within, points),
    processes: shown(peaksOf(within)).map((peak) => socketsOf(peak, points)),
    failureMinutes: binMinutes(from, to),
    failures: failuresOverTime(logs, from, to),
    markers: markers
      .filter(({ at }) => at >= from && at <= to)
      .toSorted((a, b) => (a.at < b.at ? -1 : 1))
      .slice(-MAX_MARKERS)
      .map(markerOf),
  };
};
