import type { Analysis } from '../model/analysis.ts';
import { cutTexts, firstThatFits } from './fit.ts';

const publicVictims = (analysis: Analysis): readonly object[] => analysis.victims.map(({ minutes: _, ...victim }) => victim);

/** The analysis as DESIGN.md's contract has it. */
export const renderJson = (analysis: Analysis): string => JSON.stringify({ ...analysis, victims: publicVictims(analysis) });

/** How much of an analysis is told; `texts`: cut. */
interface Measure {
  readonly evidence: number;
  readonly victims: number;
  readonly hosts: number;
  readonly texts?: typeof cutTexts;
}

/** From a little less than the whole down. */
const MEASURES: readonly Measure[] = [
  { evidence: 2, victims: Number.POSITIVE_INFINITY, hosts: Number.POSITIVE_INFINITY },
  { evidence: 2, victims: 100, hosts: 200 },
  { evidence: 2, victims: 10, hosts: 50 },
  { evidence: 2, victims: 10, hosts: 50, texts: cutTexts },
  { evidence: 1, victims: 2, hosts: 5, texts: cutTexts },
];

const measured = (analysis: Analysis, { evidence, victims, hosts, texts }: Measure): string =>
  JSON.stringify(
    {
      ...analysis,
      evidence: analysis.evidence.slice(0, evidence),
      setAside: [],
      contributors: analysis.contributors.slice(0, 4),
      victims: publicVictims(analysis).slice(0, victims),
      members: analysis.members.slice(0, victims),
      hosts: analysis.hosts.slice(0, hosts),
      caveats: analysis.caveats.slice(0, victims),
    },
    texts,
  );

/** The same within so many bytes, as it stands quoted in a message or an answer: where it is too large, evidence is left out first, then all but the first of each list. */
export const renderJsonToFit = (analysis: Analysis, bytes: number): string =>
  firstThatFits(bytes, [() => renderJson(analysis), ...MEASURES.map((measure) => () => measured(analysis, measure))]);
