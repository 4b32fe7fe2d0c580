import type { Silence } from '../cases/silence.ts';
import { appsOf, byOnset, type Facts, isMoreSevere, isOpen, isSoon, worstSeverity } from './facts.ts';
import type { Fleet, FleetKind, FleetSettings, FleetTold } from './fleet.ts';
import { hush } from './hush.ts';
import { shortId } from './key.ts';

export interface Judged {
  readonly fleet: Fleet;
  /** Of this episode, in the order of onset. */
  readonly members: readonly Facts[];
  readonly due: FleetKind | null;
  /** Hosts that nobody was told of. */
  readonly news: readonly string[];
  /** Members that do not point to the fleet's analysis yet. */
  readonly unlinked: readonly Facts[];
}

const isPassed = (since: string | null, now: string, ms: number): boolean => since !== null && Date.parse(now) - Date.parse(since) >= ms;

const ofEpisode = (fleet: Fleet, all: readonly Facts[]): readonly Facts[] => {
  const last = fleet.past.at(-1)?.to ?? '';
  return all.filter((member) => isOpen(member) || (member.resolvedAt ?? '') > last).sort(byOnset);
};

const isUntold = (fleet: Fleet, member: Facts): boolean => {
  const id = shortId(member.id);
  // A lead that is alone tells of itself: what it has to say is in its own outbox.
  if (!fleet.isShared && member.id === fleet.lead.caseId) return false;
  return !fleet.told.open.includes(id) && (isOpen(member) || !fleet.told.over.includes(id));
};

/** Hosts that join with the same trouble are no worse trouble; a higher severity is, and another program that fails where all was told. */
const isWorse = ({ told }: Fleet, members: readonly Facts[]): boolean => {
  const open = members.filter(isOpen);
  const known = open.filter(({ id, severity }) => severity === 'critical' && told.open.includes(shortId(id)));
  return (
    isMoreSevere(worstSeverity(open), told.severity) ||
    known.some((member) => appsOf(member).some((app) => !told.apps.includes(app))) ||
    (!told.isSoon && open.some(isSoon))
  );
};

const dueFor = (fleet: Fleet, members: readonly Facts[], hasNews: boolean, now: string, settings: FleetSettings): FleetKind | null => {
  // One message at a time: what comes while it waits is in the next one.
  if (!fleet.isShared || members.length === 0 || fleet.outbox.length > 0) return null;
  const isSettled = hasNews && isPassed(fleet.pendingSince, now, settings.settlingMs);
  if (!members.some(isOpen)) return fleet.told.status === 'open' || isSettled ? 'resolved' : null;
  if (fleet.told.status === 'resolved') return isSettled ? 'reopened' : null;
  if (isWorse(fleet, members)) return 'worse';
  const isKnown = members.some(({ id }) => fleet.told.open.includes(shortId(id)));
  if (isSettled && !isKnown) return 'opened';
  if (isSettled && (fleet.updatedAt === null || isPassed(fleet.updatedAt, now, settings.updateEveryMs))) return 'joined';
  return isPassed(fleet.told.at, now, settings.remindMs) ? 'still-open' : null;
};

/** The worst that was told stays told while the trouble lasts, so that what swings between two states is told of once. */
const toldAs = (former: FleetTold, members: readonly Facts[], kind: FleetKind, now: string): FleetTold => {
  const isFresh = kind === 'reopened' || kind === 'opened';
  const severity = worstSeverity(members);
  const short = (status: Facts['status']): readonly string[] =>
    members.filter((member) => member.status === status).map(({ id }) => shortId(id));
  return {
    status: kind === 'resolved' ? 'resolved' : 'open',
    severity: isFresh || isMoreSevere(severity, former.severity) ? severity : former.severity,
    apps: [...new Set([...(isFresh ? [] : former.apps), ...members.flatMap(appsOf)])].sort(),
    isSoon: members.some((member) => isOpen(member) && isSoon(member)) || (!isFresh && former.isSoon),
    at: now,
    open: short('open'),
    over: short('resolved'),
  };
};

/** A fleet without members was overtaken: each of them was told of under another cause. It ends without a word. */
const stateOf = (
  fleet: Fleet,
  members: readonly Facts[],
  now: string,
  { watchMs }: FleetSettings,
): Pick<Fleet, 'status' | 'resolvedAt' | 'closedAt' | 'isWatched'> => {
  if (members.some(isOpen)) return { status: 'open', resolvedAt: null, closedAt: null, isWatched: true };
  const last = members.reduce((latest, { resolvedAt }) => ((resolvedAt ?? '') > latest ? (resolvedAt ?? '') : latest), '');
  const closedAt = fleet.closedAt ?? now;
  const isWatched = fleet.outbox.length > 0 || !isPassed(closedAt, now, watchMs);
  return { status: 'resolved', resolvedAt: last === '' ? (fleet.resolvedAt ?? now) : last, closedAt, isWatched };
};

/**
 * What the sweep makes of a fleet and all its members: whether they are several, and what people must be told. Pure, and the same however
 * often it is asked.
 *
 * @param all the cases that have joined and still have the fleet's cause
 */
export const judgeFleet = (
  former: Fleet,
  all: readonly Facts[],
  now: string,
  settings: FleetSettings,
  silences: readonly Silence[] = [],
): Judged => {
  const members = ofEpisode(former, all);
  const untold = members.filter((member) => isUntold(former, member));
  const judged: Fleet = {
    ...former,
    ...stateOf(former, members, now, settings),
    isShared: former.isShared || untold.length > 0,
    isListed: former.isListed || untold.length > 0 || new Set(members.map(({ host }) => host)).size > 1,
    pendingSince: untold.length === 0 ? null : (former.pendingSince ?? now),
  };
  const { due, attention } = hush(judged, members, dueFor(judged, members, untold.length > 0, now, settings), silences, now);
  const fleet: Fleet = { ...judged, ...attention };
  const unlinked = fleet.isListed ? members.filter(({ id }) => !fleet.linked.includes(shortId(id))) : [];
  const linked = unlinked.length === 0 ? fleet.linked : [...fleet.linked, ...unlinked.map(({ id }) => shortId(id))];
  const news = [...new Set(untold.map(({ host }) => host))];
  if (due === null) return { fleet: { ...fleet, linked }, members, due, news, unlinked };
  const told = toldAs(fleet.told, members, due, now);
  const announced = fleet.announced + 1;
  return { fleet: { ...fleet, linked, told, announced, pendingSince: null, updatedAt: now }, members, due, news, unlinked };
};
