import type { Advice, Advise } from './clues.ts';
import { explain, type Match } from './match.ts';
import type { Entry, Language } from './schema.ts';

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  java: 'a Java',
  python: 'a Python',
  go: 'a Go',
  node: 'a Node.js',
  dotnet: 'a .NET',
  php: 'a PHP',
  ruby: 'a Ruby',
  proxy: 'a proxy',
};

const whatTells = ({ entry: { library }, by }: Match, isVictimCulprit: boolean): string => {
  const log = isVictimCulprit ? 'the log that fails' : 'its own log';
  switch (by) {
    case 'warning':
      return `There is a leak warning by ${library} in ${log}.`;
    case 'frame':
      return `The stack in ${log} shows ${library}.`;
    case 'message':
      return `The failing line in ${log} is worded as ${library} words it.`;
    case 'command-line':
      return `Its command line names ${library}.`;
    default:
      return `It is ${library}.`;
  }
};

const code = ({ fix, fixNote }: Entry): string => `\`${fix}\`${fixNote === undefined ? '' : `, ${fixNote}`}`;

const place = ({ language, library }: Entry): string => (language === 'proxy' ? `In the configuration of ${library}` : `With ${library}`);

/** The library is not known: candidates, and no more than that. */
const guess = (matches: readonly Match[], language: Language, generalFix: string): Advice => ({
  likely: `It is ${LANGUAGE_NAMES[language]} program; which library it uses is not known. The usual mistakes are: ${matches.map(({ entry }) => `with ${entry.library}, ${entry.mistake}`).join('; ')}.`,
  fix: `${generalFix} ${matches.map(({ entry }) => `With ${entry.library}, if that is what it uses: \`${entry.fix}\`.`).join(' ')}`,
  source: null,
});

/**
 * What is likely wrong in the culprit's code, and the line that mends it.
 *
 * @example
 * const advice = adviceFor(
 *   {
 *     cause: 'close-wait-leak',
 *     side: 'client',
 *     command: 'java',
 *     args: null,
 *     own: { frames: ['okhttp3.internal.connection.RealConnection.connect(RealConnection.java:167)'], errors: [] },
 *     victim: noLog,
 *     isVictimCulprit: false,
 *     queues: 'fin-unread',
 *   },
 *   'Close every response and connection to 10.20.8.21:8080 on every path.',
 * );
 * advice.likely; // 'The stack in its own log shows OkHttp. The likely mistake: a response body is not closed on every path.'
 * advice.fix; // 'With OkHttp: `try (Response response = client.newCall(request).execute()) { … }`.'
 */
export const adviceFor: Advise = (clues, generalFix) => {
  const matches = explain(clues);
  const [best] = matches;
  if (best === undefined) return { likely: '', fix: generalFix, source: null };
  if (best.by === 'language') return guess(matches, best.entry.language, generalFix);
  return {
    likely: `${whatTells(best, clues.isVictimCulprit)} The likely mistake: ${best.entry.mistake}.`,
    fix: `${place(best.entry)}: ${code(best.entry)}.`,
    source: best.entry.source,
  };
};
