import type { Line } from './line.ts';

/** Beyond this many columns no listing goes. */
const MAX_WORDS = 40;

/** The first words of a line; a line may be hostile and long, so nothing here takes all of it. The line stands behind the last. */
export const takeWords = (line: Line, count: number): readonly string[] => {
  const words: string[] = [];
  // Slices of a text that is there cost less than a decoder call each.
  if (line.text === '') return words;
  line.rewind();
  while (words.length < count && line.next()) words.push(line.word);
  return words;
};

/** The words of a header or of a row whose last column is no free text. */
export const wordsOf = (line: Line): readonly string[] => takeWords(line, MAX_WORDS);

/** Decimal digits only. */
export const isCount = (text: string | undefined): text is string => text !== undefined && /^\d{1,15}$/.test(text);

export const countOr = (text: string | undefined): number | null => (isCount(text) ? Number(text) : null);

/** 32 bits where they are longest (Windows). */
const MAX_PID = 0xffff_ffff;

/** Not 0 and not -1, which `kill` takes for many processes: it may come to stand in a command. */
export const isPid = (pid: number): boolean => pid > 0 && pid <= MAX_PID;

export const pidOr = (text: string | undefined): number | null => {
  const pid = countOr(text);
  return pid !== null && isPid(pid) ? pid : null;
};
