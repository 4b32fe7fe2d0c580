import type { Analysis } from '../model/analysis.ts';
import { byOnset, factsOf, onePerHost } from './facts.ts';
import { defaultFleetSettings } from './fleet.ts';
import { fleetId, fleetKey } from './key.ts';
import { fleetAnalysis } from './merge.ts';

/** As in the service: what was over for longer than that comes back as another trouble. */
const episodesOf = (members: readonly Analysis[]): readonly (readonly Analysis[])[] => {
  const episodes: Analysis[][] = [];
  let end: number | null = null;
  for (const member of members.toSorted(byOnset)) {
    const begins = Date.parse(member.openedAt);
    if (end === null || begins - end > defaultFleetSettings.reopenMs) episodes.push([]);
    episodes.at(-1)?.push(member);
    const over = member.resolvedAt === null ? Number.POSITIVE_INFINITY : Date.parse(member.resolvedAt);
    end = end === null ? over : Math.max(end, over);
  }
  return episodes;
};

const fleetOf = (key: string, episode: number, members: readonly Analysis[]): readonly Analysis[] => {
  const facts = members.map(factsOf);
  if (onePerHost(facts).length < 2) return members;
  const fleet = fleetAnalysis(fleetId(key, episode), facts, members);
  return fleet === null ? members : [fleet];
};

/** All hosts are known at once: one cause on several of them is one analysis, in which they are members. */
export const groupAnalyses = (analyses: readonly Analysis[]): readonly Analysis[] => {
  const groups = new Map<string, readonly Analysis[]>();
  for (const analysis of analyses) {
    // What never alarms is no fleet's trouble.
    const key = (analysis.severity === 'info' ? null : fleetKey(analysis)) ?? analysis.id;
    groups.set(key, [...(groups.get(key) ?? []), analysis]);
  }
  return [...groups].flatMap(([key, members]) => episodesOf(members).flatMap((episode, i) => fleetOf(key, i + 1, episode)));
};
