import type { Analysis } from '../model/analysis.ts';
import { cutTexts, firstThatFits } from './fit.ts';

const publicVictims = (analysis: Analysis): readonly object[] => analysis.victims.map(({ minutes: _, ...victim }) => victim);

/** The analysis as DESIGN.md's contract has it. */
export const renderJson = (analysis: Analysis): string => JSON.stringify({ ...analysis, victims: publicVictims(analysis) });

/** The same, where it must fit into a message: if it is too large, evidence is left out first, then all but the first of each list. */
export const renderJsonToFit = (analysis: Analysis): string => {
  const victims = publicVictims(analysis);
  const less = {
    ...analysis,
    victims,
    evidence: analysis.evidence.slice(0, 2),
    setAside: [],
    contributors: analysis.contributors.slice(0, 4),
  };
  const least = {
    ...less,
    victims: victims.slice(0, 10),
    members: analysis.members.slice(0, 10),
    hosts: analysis.hosts.slice(0, 50),
    caveats: analysis.caveats.slice(0, 2),
  };
  return firstThatFits([
    () => renderJson(analysis),
    () => JSON.stringify(less),
    () => JSON.stringify(least),
    () => JSON.stringify(least, cutTexts),
  ]);
};
