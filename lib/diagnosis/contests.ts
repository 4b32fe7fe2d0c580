import type { ProcessFact, SnapshotDigest } from '../model/digest.ts';
import { capacityOf } from './capacity.ts';
import type { Contest, DescriptorContest, FixedPortContest, PortSighting, ServiceContest, UnresolvedContest } from './contest.ts';
import { buildEphemeral } from './ephemeral-contest.ts';
import { type Facts, snapshotsAround } from './facts.ts';
import type { FailureGroup } from './merge-failures.ts';
import { groundOf } from './namespaces.ts';
import { isNamed } from './process-names.ts';
import { track } from './track.ts';

/** Which things are contested on a host, from its failures and its piles. */

const min = (texts: readonly string[]): string => texts.reduce((a, b) => (b < a ? b : a), texts[0] ?? '');
const max = (texts: readonly string[]): string => texts.reduce((a, b) => (b > a ? b : a), '');

const groupBy = <K>(groups: readonly FailureGroup[], key: (group: FailureGroup) => K): ReadonlyMap<K, readonly FailureGroup[]> => {
  const map = new Map<K, FailureGroup[]>();
  for (const group of groups) map.set(key(group), [...(map.get(key(group)) ?? []), group]);
  return map;
};

/**
 * A trace that is cut off (the end of an upload) does not say which call failed. Where the same program fails in the same way with
 * whole traces, it is one of those.
 */
const adoptStrays = (groups: readonly FailureGroup[]): readonly FailureGroup[] =>
  groups.map((group) => {
    if (group.localPort !== null || (group.call !== 'unknown' && group.call !== 'listen')) return group;
    const siblings = groups.filter(
      (other) => other !== group && other.app === group.app && other.kind === group.kind && other.call !== 'unknown',
    );
    const sibling = siblings
      .filter((other) => group.call === 'unknown' || (other.call === 'listen' && other.localPort !== null))
      .sort((a, b) => b.count - a.count)[0];
    return sibling === undefined ? group : { ...group, call: sibling.call, localPort: sibling.localPort, peer: sibling.peer };
  });

const wantsFixedPort = (group: FailureGroup): boolean =>
  group.kind === 'address-in-use' &&
  group.localPort !== null &&
  (group.call === 'listen' || group.call === 'bind-fixed' || group.call === 'unknown');

const sightingsOf = (facts: Facts, port: number, victims: readonly FailureGroup[]): readonly PortSighting[] =>
  snapshotsAround(facts.snapshots, min(victims.map(({ firstAt }) => firstAt)), max(victims.map(({ lastAt }) => lastAt))).map(
    (snapshot) => ({
      snapshot,
      listeners: snapshot.listeners.filter((listener) => listener.port === port),
      rows: facts.lookups.find((lookup) => lookup.port === port && lookup.contentId === snapshot.contentId)?.rows ?? null,
    }),
  );

export const fixedPortContests = (facts: Facts): readonly FixedPortContest[] =>
  [...groupBy(adoptStrays(facts.failures).filter(wantsFixedPort), ({ localPort }) => localPort)].flatMap(([port, victims]) =>
    port === null
      ? []
      : [
          {
            kind: 'fixed-port',
            ...groundOf(facts, `fixed-port:${port}`),
            port,
            victims,
            capacity: capacityOf(facts.snapshots),
            sightings: sightingsOf(facts, port, victims),
            listeners: facts.snapshots.flatMap((snapshot) =>
              snapshot.listeners.filter((other) => other.port === port).map((listener) => ({ snapshot, listener })),
            ),
            firstAt: min(victims.map(({ firstAt }) => firstAt)),
            lastAt: max(victims.map(({ lastAt }) => lastAt)),
            victimPids: victims.flatMap(({ pids }) => pids),
          } satisfies FixedPortContest,
        ],
  );

/** A program's log leads to its process by the PID it prints, else by name: its own, or a part of its command line. */
const processFor = (app: string, pids: readonly number[], snapshot: SnapshotDigest): ProcessFact | null => {
  return snapshot.processes.find(({ pid }) => pids.includes(pid)) ?? snapshot.processes.find((process) => isNamed(process, app)) ?? null;
};

const openShare = (process: ProcessFact | null): number =>
  process?.descriptors?.soft ? process.descriptors.open / process.descriptors.soft : process?.descriptors ? 0 : -1;

const descriptorContest = (facts: Facts, app: string, victims: readonly FailureGroup[]): DescriptorContest => {
  const around = snapshotsAround(facts.snapshots, min(victims.map(({ firstAt }) => firstAt)), max(victims.map(({ lastAt }) => lastAt)));
  const pids = victims.flatMap((victim) => victim.pids);
  const seen = around.map((snapshot) => ({ snapshot, process: processFor(app, pids, snapshot) }));
  const best = seen.reduce<(typeof seen)[number] | null>(
    (a, b) => (a === null || openShare(b.process) >= openShare(a.process) ? b : a),
    null,
  );
  const pid = best?.process?.pid ?? null;
  return {
    kind: 'descriptors',
    ...groundOf(facts, `descriptors:${app}`, true),
    app,
    victims,
    process: best?.process ?? null,
    snapshot: best?.snapshot ?? null,
    track: track(facts.snapshots, ({ holder }) => holder.kind === 'process' && holder.pid === pid),
  };
};

const descriptorContests = (facts: Facts): readonly DescriptorContest[] =>
  [
    ...groupBy(
      facts.failures.filter(({ kind }) => kind === 'too-many-open-files'),
      ({ app }) => app,
    ),
  ].map(([app, victims]) => descriptorContest(facts, app, victims));

const serviceContests = (facts: Facts): readonly ServiceContest[] => {
  const last = facts.snapshots.at(-1);
  if (last === undefined) return [];
  return [...new Set(last.listeners.map(({ port }) => port))].map((port) => ({
    kind: 'service',
    ...groundOf(facts, `accept-queue:${port}`),
    port,
    victims: [],
    listener: last.listeners.find((listener) => listener.port === port) ?? null,
    track: track(facts.snapshots, (pile) => pile.side === 'server' && pile.localPort === port),
  }));
};

const unresolved = (why: UnresolvedContest['why'], groups: readonly FailureGroup[], facts: Facts): readonly UnresolvedContest[] =>
  [...groupBy(groups, ({ app }) => app)].map(([app, victims]) => ({
    kind: 'unresolved',
    why,
    ...groundOf(facts, `${why}:${app}`, true),
    victims,
  }));

/** Every failure is in exactly one contest (a warning of a leak in none: nothing failed yet). */
export const contestsOf = (facts: Facts): readonly Contest[] => {
  const groups = adoptStrays(facts.failures);
  const { contest: ephemeral, unplaced } = buildEphemeral(
    facts,
    groups.filter((group) => !wantsFixedPort(group)),
  );
  return [
    ...fixedPortContests(facts),
    ...descriptorContests(facts),
    ...(ephemeral === null ? [] : [ephemeral]),
    ...serviceContests(facts),
    ...unresolved(
      'foreign-address',
      groups.filter(({ call }) => call === 'bind-address'),
      facts,
    ),
    ...unresolved('no-port-named', unplaced, facts),
  ];
};

/** Waits for a pooled connection, or words about a leaked one: they belong to whoever leaks, if it is the same program. */
export const poolContests = (facts: Facts, claimed: ReadonlySet<FailureGroup>): readonly UnresolvedContest[] =>
  unresolved(
    'pool',
    facts.failures.filter((group) => group.kind === 'pool-exhausted' && !claimed.has(group)),
    facts,
  );
