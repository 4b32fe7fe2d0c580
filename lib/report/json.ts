import type { Analysis } from '../model/analysis.ts';

/** SNS takes 256 KB in all for the forms of one message; this leaves room for the email. */
const MAX_BYTES = 180 * 1024;

const publicVictims = (analysis: Analysis): unknown => analysis.victims.map(({ minutes: _, ...victim }) => victim);

/** The analysis as DESIGN.md's contract has it. Should it ever be too large, evidence is left out first. */
export const renderJson = (analysis: Analysis): string => {
  const whole = JSON.stringify({ ...analysis, victims: publicVictims(analysis) });
  if (Buffer.byteLength(whole) <= MAX_BYTES) return whole;
  return JSON.stringify({
    ...analysis,
    victims: publicVictims(analysis),
    evidence: analysis.evidence.slice(0, 2),
    setAside: [],
    contributors: analysis.contributors.slice(0, 4),
  });
};
