import { CAUSES } from '../../lib/model/analysis.ts';

/** What the matrix calls the absence of a finding, and of an answer. */
export const NOTHING = 'nothing';
export const NO_ANSWER = 'no answer';

/** What truly was, and what was told first. */
export interface Telling {
  readonly truth: string;
  readonly told: string;
}

const ORDER: readonly string[] = [...CAUSES, NOTHING, NO_ANSWER];

/** A row for each truth, a column for each answer that was given; the diagonal is what was right. */
export const confusionTable = (tellings: readonly Telling[]): string => {
  const rows = ORDER.filter((truth) => tellings.some((telling) => telling.truth === truth));
  const columns = ORDER.filter((told) => tellings.some((telling) => telling.told === told));
  const cell = (truth: string, told: string): string => {
    const count = tellings.filter((telling) => telling.truth === truth && telling.told === told).length;
    if (count === 0) return '';
    return truth === told ? `**${count}**` : String(count);
  };
  return [
    `| truth ↓ told → | ${columns.join(' | ')} |`,
    `| --- |${' --- |'.repeat(columns.length)}`,
    ...rows.map((truth) => `| ${truth} | ${columns.map((told) => cell(truth, told)).join(' | ')} |`),
  ].join('\n');
};
