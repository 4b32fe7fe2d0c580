import { isDeepStrictEqual } from 'node:util';
import { type Facts, factsOf } from '../fleet/facts.ts';
import { type Fleet, type FleetEntry, idOf, type Membership } from '../fleet/fleet.ts';
import { type Judged, judgeFleet } from '../fleet/judge.ts';
import { fleetAnalysis, overtaken, toQuote } from '../fleet/merge.ts';
import type { Analysis } from '../model/analysis.ts';
import { ContentionError, MAX_ROUNDS } from './contention.ts';
import type { Deps } from './deps.ts';
import type { Parcel } from './publish.ts';

/** Analyses that are in memory at once. */
const BATCH = 100;

const isFree = ({ lease }: FleetEntry, now: string): boolean => lease === null || lease.until <= now;

/** What the members' own analyses say now. A case whose cause has become another has left. */
const readFacts = async (members: readonly Membership[], { records }: Deps): Promise<readonly Facts[]> => {
  const facts: Facts[] = [];
  for (let i = 0; i < members.length; i += BATCH) {
    const batch = members.slice(i, i + BATCH);
    const analyses = await records.analysesOf(batch.map(({ caseId }) => caseId));
    facts.push(...analyses.filter(({ id, cause }) => batch.some((one) => one.caseId === id && one.cause === cause)).map(factsOf));
  }
  return facts;
};

const readAnalysis = async ({ fleet, members, due }: Judged, { records }: Deps): Promise<Analysis | null> => {
  if (members.length === 0 || (!fleet.isListed && due === null)) return null;
  const full = await records.analysesOf(toQuote(members).map(({ id }) => id));
  const analysis = fleetAnalysis(idOf(fleet), members, full);
  return analysis === null ? null : { ...analysis, acknowledged: fleet.acknowledged, silenced: fleet.silenced };
};

const withEntry = ({ fleet, due, news }: Judged, analysis: Analysis | null, now: string): Fleet => {
  if (due === null || analysis === null) return fleet;
  const entry = { id: `${idOf(fleet)}/${due}/${fleet.announced}`, kind: due, analysis, news, createdAt: now, lease: null };
  return { ...fleet, outbox: [...fleet.outbox, entry] };
};

const claimAll = (
  fleet: Fleet,
  now: string,
  { owner, settings }: Deps,
): { readonly fleet: Fleet; readonly claimed: readonly FleetEntry[] } => {
  const until = new Date(Date.parse(now) + settings.leaseMs).toISOString();
  const claimed = fleet.outbox.filter((entry) => isFree(entry, now));
  const outbox = fleet.outbox.map((entry) => (isFree(entry, now) ? { ...entry, lease: { owner, until } } : entry));
  return { fleet: { ...fleet, outbox }, claimed };
};

const link = async ({ fleet, unlinked }: Judged, members: readonly Membership[], { records }: Deps): Promise<void> => {
  for (const { id } of unlinked) {
    const membership = members.find(({ caseId }) => caseId === id);
    if (membership !== undefined) await records.putMembership({ ...membership, fleet: idOf(fleet) });
  }
};

const project = async ({ fleet, members }: Judged, analysis: Analysis | null, now: string, { records }: Deps): Promise<void> => {
  if (!fleet.isListed) return;
  const [stored] = await records.analysesOf([idOf(fleet)]);
  const isOvertaken = members.length === 0 && stored?.status === 'open';
  const next = isOvertaken ? overtaken(stored, now) : analysis;
  if (next !== null && !isDeepStrictEqual(next, stored)) await records.putAnalysis(next, fleet.version + 1);
};

const updateFleet = async (key: string, change: (fleet: Fleet) => Fleet, { records }: Deps): Promise<void> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const fleet = await records.readFleet(key);
    if (fleet === null || (await records.writeFleet(change(fleet))) === 'written') return;
  }
  throw new ContentionError(`The fleet ${key} changed ${MAX_ROUNDS} times while it was being written.`);
};

/** What was said leaves the outbox, the rest of what was claimed is released. */
const settleEntries = (fleet: Fleet, done: readonly string[], owner: string, claimed: readonly FleetEntry[]): Fleet => ({
  ...fleet,
  outbox: fleet.outbox
    .filter(({ id }) => !done.includes(id))
    .map((entry) => (entry.lease?.owner === owner && claimed.some(({ id }) => id === entry.id) ? { ...entry, lease: null } : entry)),
});

const parcelOf = (key: string, entries: readonly FleetEntry[], deps: Deps): Parcel => ({
  host: key,
  entries,
  silent: [],
  settle: (done) =>
    entries.length === 0 ? Promise.resolve() : updateFleet(key, (fleet) => settleEntries(fleet, done, deps.owner, entries), deps),
});

/**
 * Brings a fleet up to date with its members, and claims what people must be told of it. Run by the sweep alone, but safe by several at
 * once: the write is on condition of the version.
 *
 * @throws ContentionError where other writers were always first
 */
export const settleFleet = async (key: string, deps: Deps): Promise<Parcel> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const fleet = await deps.records.readFleet(key);
    if (fleet === null) return parcelOf(key, [], deps);
    const members = await deps.records.members(key);
    const facts = await readFacts(members, deps);
    const now = deps.clock.now();
    const unsilenced = judgeFleet(fleet, facts, now, deps.settings.fleet);
    const judged =
      unsilenced.due === null ? unsilenced : judgeFleet(fleet, facts, now, deps.settings.fleet, (await deps.records.readSilences()).list);
    const analysis = await readAnalysis(judged, deps);
    // Without an analysis nothing can be told yet, and so nothing was.
    const told = judged.due !== null && analysis === null ? fleet : withEntry(judged, analysis, now);
    const next = claimAll(told, now, deps);
    await link(judged, members, deps);
    if (!isDeepStrictEqual(next.fleet, fleet) && (await deps.records.writeFleet(next.fleet)) === 'conflict') continue;
    await project(judged, analysis, now, deps);
    return parcelOf(key, next.claimed, deps);
  }
  throw new ContentionError(`The fleet ${key} changed ${MAX_ROUNDS} times while it was being judged.`);
};
