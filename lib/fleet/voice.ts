import type { OutboxEntry } from '../cases/board.ts';
import type { Analysis } from '../model/analysis.ts';
import { appsOf, isSoon } from './facts.ts';
import { type Fleet, type FleetSettings, type FleetTold, idOf } from './fleet.ts';
import { shortId } from './key.ts';

/** Retries of a lead's own messages are told by the ids of the last few. */
const MAX_SPOKEN = 20;
const MAX_PAST = 20;

const toldBy = (analysis: Analysis, at: string, former: FleetTold | null): FleetTold => {
  const id = shortId(analysis.id);
  const others = { open: (former?.open ?? []).filter((one) => one !== id), over: (former?.over ?? []).filter((one) => one !== id) };
  return {
    status: analysis.status,
    severity: analysis.severity,
    apps: appsOf(analysis),
    isSoon: isSoon(analysis),
    at,
    open: analysis.status === 'open' ? [...others.open, id] : others.open,
    over: analysis.status === 'resolved' ? [...others.over, id] : others.over,
  };
};

const stateBy = (entry: OutboxEntry, now: string): Pick<Fleet, 'status' | 'resolvedAt' | 'closedAt' | 'isWatched'> => ({
  status: entry.analysis.status,
  resolvedAt: entry.analysis.resolvedAt,
  closedAt: entry.analysis.status === 'resolved' ? now : null,
  isWatched: true,
});

const found = (key: string, entry: OutboxEntry, now: string): Fleet => ({
  key,
  version: 0,
  episode: 1,
  past: [],
  ...stateBy(entry, now),
  lead: { caseId: entry.caseId, spoke: [entry.id] },
  isShared: false,
  isListed: false,
  told: toldBy(entry.analysis, now, null),
  pendingSince: null,
  updatedAt: null,
  linked: [],
  announced: 0,
  acknowledged: null,
  silenced: null,
  outbox: [],
});

const speakOn = (fleet: Fleet, entry: OutboxEntry, now: string): Fleet => ({
  ...fleet,
  ...stateBy(entry, now),
  lead: { caseId: entry.caseId, spoke: [...fleet.lead.spoke, entry.id].slice(-MAX_SPOKEN) },
  told: toldBy(entry.analysis, now, fleet.told),
});

const isNewEpisode = (fleet: Fleet, { analysis }: OutboxEntry, { reopenMs }: FleetSettings): boolean =>
  fleet.resolvedAt !== null && Date.parse(analysis.openedAt) - Date.parse(fleet.resolvedAt) > reopenMs;

/**
 * A fleet that is over: whoever has the trouble next is its lead, and alone again, unless people still take another host's for open: then
 * the sweep has to tell them when it is all over.
 */
const takeOver = (fleet: Fleet, entry: OutboxEntry, now: string, settings: FleetSettings): Fleet => {
  const isShared = fleet.told.open.some((id) => id !== shortId(entry.caseId));
  const taken = { ...speakOn(fleet, entry, now), isShared };
  if (!isNewEpisode(fleet, entry, settings)) return taken;
  const past = fleet.resolvedAt === null ? fleet.past : [...fleet.past, { id: idOf(fleet), to: fleet.resolvedAt }].slice(-MAX_PAST);
  const told = toldBy(entry.analysis, now, null);
  return {
    ...taken,
    episode: fleet.episode + 1,
    past,
    told,
    isShared: false,
    isListed: false,
    linked: [],
    pendingSince: null,
    updatedAt: null,
  };
};

export interface Claim {
  readonly speaks: boolean;
  /** To be written before anything is published; `null` where nothing changes. */
  readonly next: Fleet | null;
}

const SILENT: Claim = { speaks: false, next: null };

/**
 * Whether a host publishes a transition itself. The first host that has a trouble does, at once; one that has it too while it is open does
 * not: the sweep tells of it. The same answer for the same transition however often it is asked, so that a death between asking and
 * publishing loses nothing.
 */
export const claimVoice = (fleet: Fleet | null, key: string, entry: OutboxEntry, now: string, settings: FleetSettings): Claim => {
  if (fleet === null) return { speaks: true, next: found(key, entry, now) };
  if (fleet.lead.spoke.includes(entry.id)) return { speaks: true, next: null };
  if (fleet.lead.caseId === entry.caseId && !fleet.isShared) return { speaks: true, next: speakOn(fleet, entry, now) };
  if (fleet.status === 'open') return SILENT;
  const isToldOver = entry.analysis.status === 'resolved' && [...fleet.told.open, ...fleet.told.over].includes(shortId(entry.caseId));
  return isToldOver ? SILENT : { speaks: true, next: takeOver(fleet, entry, now, settings) };
};
