import type { SnapshotDigest } from '../model/digest.ts';
import { capacityOf } from './capacity.ts';
import type { Contest } from './contest.ts';
import { type Facts, snapshotsAround } from './facts.ts';
import type { FailureGroup } from './merge-failures.ts';

/**
 * Ports are a network namespace's own: each is judged by itself. A log does not say in which one its program lives; the sockets of its
 * PID do, else the port that it wants, else the fullest range.
 */

const namespacesIn = (snapshots: readonly SnapshotDigest[]): readonly (string | null)[] =>
  [...new Set(snapshots.map(({ netns }) => netns))].sort((a, b) => (a === null ? -1 : b === null ? 1 : a < b ? -1 : 1));

interface Part {
  readonly netns: string | null;
  readonly snapshots: readonly SnapshotDigest[];
}

const knowsPid = ({ snapshots }: Part, pids: readonly number[]): boolean =>
  snapshots.some(({ piles, listeners }) =>
    [...piles, ...listeners].some(({ holder }) => holder.kind === 'process' && pids.includes(holder.pid)),
  );

const listensOn = ({ snapshots }: Part, port: number): boolean =>
  snapshots.some(({ listeners }) => listeners.some((listener) => listener.port === port));

/** The largest part of the range that was in use around the failures. */
const fullness = ({ snapshots }: Part, { firstAt, lastAt }: FailureGroup): number => {
  const capacity = capacityOf(snapshots)?.ports;
  const used = snapshotsAround(snapshots, firstAt, lastAt).flatMap(({ ports }) => ports.map((use) => use.used));
  return capacity === undefined ? 0 : Math.max(0, ...used) / capacity;
};

const homeOf = (group: FailureGroup, parts: readonly Part[]): Part | undefined => {
  const byPid = parts.filter((part) => knowsPid(part, group.pids));
  if (byPid.length === 1) return byPid[0];
  if (group.localPort !== null) return parts.find((part) => listensOn(part, group.localPort ?? 0)) ?? parts[0];
  // The host's own comes first, and stays first among equals.
  return parts.reduce<Part | undefined>(
    (best, part) => (best === undefined || fullness(part, group) > fullness(best, group) ? part : best),
    undefined,
  );
};

/** The facts of each namespace, every failure in exactly one of them. */
export const byNamespace = (facts: Facts): readonly Facts[] => {
  const names = namespacesIn(facts.snapshots);
  if (names.length <= 1) return [{ ...facts, netns: names[0] ?? null }];
  const parts = names.map((netns): Part => ({ netns, snapshots: facts.snapshots.filter((snapshot) => snapshot.netns === netns) }));
  const homes = new Map(facts.failures.map((group) => [group, homeOf(group, parts)]));
  return parts.map((part) => ({ ...facts, ...part, failures: facts.failures.filter((group) => homes.get(group) === part) }));
};

/**
 * What every contest has: its key within the host (the same thing of another namespace is another), and the case that is open about it.
 *
 * @param isHosts the thing is the host's, whatever the namespace: a process, a log
 */
export const groundOf = (
  { netns, open, snapshots }: Facts,
  key: string,
  isHosts = false,
): Pick<Contest, 'resourceKey' | 'netns' | 'open' | 'snapshots'> => {
  const resourceKey = isHosts || netns === null ? key : `${key}@${netns}`;
  return { resourceKey, netns, open: open.get(resourceKey) ?? null, snapshots };
};
