import { CATALOGUE } from './catalogue.ts';
import type { Clues, LogClues } from './clues.ts';
import { languageOfLog, languageOfProgram, programNames } from './language.ts';
import type { Entry, Language } from './schema.ts';

/** Finds what is known about a program: which library it uses, and which mistake with it is the likely one. */

/**
 * How it was told, strongest first: the library's own leak warning, a frame of the stack, the wording of a failing line, the command
 * line, the program's name, and, weakest, nothing but the language.
 */
export const MEANS = ['warning', 'frame', 'message', 'command-line', 'program', 'language'] as const;
type Means = (typeof MEANS)[number];

export interface Match {
  readonly entry: Entry;
  readonly by: Means;
  /** What was found in the evidence, as the entry has it (never the uploaded text); for `language` the language's id. */
  readonly clue: string;
}

export const MAX_MATCHES = 3;

/** Whether a log tells it, rather than a name. */
const isTold = ({ by }: Match): boolean => by === 'warning' || by === 'frame' || by === 'message';

const ownLog = ({ own, victim, isVictimCulprit }: Clues): LogClues =>
  isVictimCulprit ? { frames: [...own.frames, ...victim.frames], errors: [...own.errors, ...victim.errors] } : own;

const firstIn = (texts: readonly string[], parts: readonly string[] | undefined): string | null =>
  parts?.find((part) => texts.some((text) => text.includes(part))) ?? null;

/** How far out in the stack: the outermost library is the one that the program itself calls. */
const depthOf = (frames: readonly string[], parts: readonly string[] | undefined): number =>
  frames.findLastIndex((frame) => parts?.some((part) => frame.includes(part)) === true);

interface Found extends Match {
  readonly depth: number;
}

interface Evidence extends LogClues {
  readonly args: string | null;
  readonly names: readonly string[];
  readonly language: Language | null;
}

const find = (entry: Entry, { frames, errors, args, names, language }: Evidence): Found | null => {
  const depth = depthOf(frames, entry.frames);
  const warning = firstIn(errors, entry.warnings);
  if (warning !== null) return { entry, by: 'warning', clue: warning, depth };
  const frame = firstIn(frames, entry.frames);
  if (frame !== null) return { entry, by: 'frame', clue: frame, depth };
  // A program may word a failure, or call itself, like one in another language: what runs it rules that out.
  if (language !== null && language !== entry.language) return null;
  const message = firstIn(errors, entry.messages);
  if (message !== null) return { entry, by: 'message', clue: message, depth };
  const inArgs = args === null ? null : firstIn([args], entry.commandLine);
  if (inArgs !== null) return { entry, by: 'command-line', clue: inArgs, depth };
  const name = entry.programs?.find((one) => names.includes(one));
  return name === undefined ? null : { entry, by: 'program', clue: name, depth };
};

/** What the program's own log says weighs more than its name, and of two libraries the one that the other is built on weighs less. */
const byStrength = (a: Found, b: Found): number =>
  Number(isTold(b)) - Number(isTold(a)) ||
  Number(a.entry.isSubstrate === true) - Number(b.entry.isSubstrate === true) ||
  MEANS.indexOf(a.by) - MEANS.indexOf(b.by) ||
  b.depth - a.depth ||
  CATALOGUE.indexOf(a.entry) - CATALOGUE.indexOf(b.entry);

const onePerLibrary = <T extends Match>(matches: readonly T[]): readonly T[] =>
  matches.filter(({ entry }, i) => matches.findIndex((other) => other.entry.library === entry.library) === i);

const evidenceOf = (log: LogClues, command: string | null, args: string | null): Evidence => ({
  ...log,
  args,
  names: programNames(command, args),
  language: languageOfProgram(command, args) ?? languageOfLog(log.frames, log.errors),
});

const fits =
  ({ cause, side, queues }: Clues) =>
  (entry: Entry): boolean =>
    entry.causes.some((one) => one === cause) &&
    (side === null || entry.side === 'both' || entry.side === side) &&
    (queues === null || entry.queues === undefined || entry.queues.includes(queues));

const bare = ({ entry, by, clue }: Found): Match => ({ entry, by, clue });

/** Every library that the evidence names, whatever went wrong: one entry each, strongest first. */
export const recognize = (log: LogClues, command: string | null = null, args: string | null = null): readonly Match[] => {
  const evidence = evidenceOf(log, command, args);
  const found = CATALOGUE.flatMap((entry) => find(entry, evidence) ?? []).sort(byStrength);
  return onePerLibrary(found).slice(0, MAX_MATCHES).map(bare);
};

/** The library is known, though nothing that is known of it fits: then it is not one of its neighbours' mistakes either. */
const isLibraryTold = (evidence: Evidence): boolean =>
  CATALOGUE.some((entry) => {
    const found = entry.isSubstrate === true ? null : find(entry, evidence);
    return found !== null && isTold(found);
  });

/** The likely mistakes, best first, at most {@link MAX_MATCHES}, one for each library. A function of the clues alone. */
export const explain = (clues: Clues): readonly Match[] => {
  const log = ownLog(clues);
  const evidence = evidenceOf(log, clues.command, clues.args);
  const candidates = CATALOGUE.filter(fits(clues));
  const found = candidates.flatMap((entry) => find(entry, evidence) ?? []).sort(byStrength);
  if (found.length > 0) return onePerLibrary(found).slice(0, MAX_MATCHES).map(bare);
  const { language } = evidence;
  if (language === null || language === 'proxy' || isLibraryTold(evidence)) return [];
  const usual = candidates
    .filter((entry) => entry.language === language)
    .map((entry): Match => ({ entry, by: 'language', clue: language }));
  return onePerLibrary(usual).slice(0, MAX_MATCHES);
};
