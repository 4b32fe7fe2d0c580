import type { PortRange } from '../model/digest.ts';
import type { Sysctls } from '../model/snapshot.ts';

/** Fewer distinct ports than this, and dense runs happen by chance. */
const INFER_MIN_PORTS = 200;
/** `connect` fills one parity first (KERNEL.md), so only a range that is all but full is dense: its edges are then the range's. */
const INFER_MIN_DENSITY = 0.9;
/** A gap wider than this ends a run: ports outside the range (a fixed source port) must not stretch it. */
const INFER_MAX_GAP = 64;

/** Ports of `list` (`8080,9000-9010`, as the kernel prints it) that lie within the range. */
const reservedWithin = (list: string | null, from: number, to: number): number => {
  if (list === null) return 0;
  const ports = new Set<number>();
  for (const part of list.split(',')) {
    const [low = Number.NaN, high = low] = part.split('-').map((text) => Number.parseInt(text, 10));
    for (let port = Math.max(low, from); port <= Math.min(high, to); port += 1) ports.add(port);
  }
  return ports.size;
};

const inferred = (sortedPorts: ArrayLike<number>): PortRange | null => {
  let best: readonly [start: number, length: number] = [0, 0];
  let start = 0;
  for (let i = 1; i <= sortedPorts.length; i += 1) {
    const gap = (sortedPorts[i] ?? Number.POSITIVE_INFINITY) - (sortedPorts[i - 1] ?? 0);
    if (gap <= INFER_MAX_GAP) continue;
    if (i - start > best[1]) best = [start, i - start];
    start = i;
  }
  const from = sortedPorts[best[0]];
  const to = sortedPorts[best[0] + best[1] - 1];
  if (from === undefined || to === undefined || best[1] < INFER_MIN_PORTS) return null;
  return best[1] / (to - from + 1) < INFER_MIN_DENSITY ? null : { from, to, reserved: 0, basis: 'inferred' };
};

/**
 * The ephemeral range: the host's word, else inferred from the ports seen, else `null` (unknown: never the default in disguise).
 *
 * @param clientPorts distinct local ports of client-side sockets, ascending
 * @param choiceIsSpread whether the system spreads its choice over the whole range, so that a dense run shows the range
 */
export const portRange = (sysctls: Sysctls, clientPorts: ArrayLike<number>, choiceIsSpread = true): PortRange | null => {
  if (sysctls.portRange === null) return choiceIsSpread ? inferred(clientPorts) : null;
  const [from, to] = sysctls.portRange;
  return { from, to, reserved: reservedWithin(sysctls.reservedPorts, from, to), basis: 'sysctl' };
};
