import { TRANSLATIONS } from './translations.ts';
import { WordSearch } from './word-search.ts';

/**
 * Fixed words of which each line that tells a failure has at least one, in five letters or more. They decide how fast an ordinary log is read:
 * each is as short as it may be without being common. A line that has one is only worth a closer look.
 */
const WORDS = [
  // "Address already in use", "requested address", "source address"; German and French: "Adresse"
  'dress',
  'BindEx',
  'ADDRI',
  'ADDRN',
  'ddrInU',
  'ddrNot',
  'addrin',
  'addrno',
  'MFILE',
  'NFILE',
  'any open',
  'descriptors av',
  // Numbers in the words of runtimes: "[Errno 98]", "(os error 98)", "Os { code: 24", "WinError 10048", "SocketException (10048)"
  'Errno',
  'os err',
  'Os { c',
  'rror 100',
  'ption (100',
  'rrorCode',
  'ENOBUFS',
  'Only one us',
  'fer space',
  '4227<',
  '4231<',
  'in use',
  'allocated',
  'free ports',
  'ephemeral p',
  // Pools
  'iting for',
  'olTimeout',
  'RequestTimeout',
  'GetConnectionT',
  'Pool::',
  'Pool#',
  'not available',
  'QueuePool',
  'get a ',
  'xhausted',
  'PoolAcq',
  'cquire ',
  'cquiring',
  'imed out',
  'not obtain',
  'Waited ',
  'prior to obt',
  'queue is full',
  // Leaks
  'leaked',
  'leak d',
  'leak w',
  'nclosed',
  'shutdown prop',
  'abandon',
  'never closed',
] as const;

const isCovered = (wording: string): boolean => WORDS.some((word) => wording.includes(word));

const ALL: readonly string[] = [
  ...WORDS,
  ...Object.values(TRANSLATIONS)
    .flat()
    .filter((wording) => !isCovered(wording)),
];

const IN_TEXT = new RegExp(ALL.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'));

/** Whether a line is worth a closer look. */
export const hasHint = (text: string): boolean => IN_TEXT.test(text);

/** What logs in JSON make of letters that are not ASCII. */
const ESCAPE = '\\u';
const NEWLINE = 10;

const escapesIn = (block: Buffer): readonly number[] => {
  const places: number[] = [];
  for (let at = block.indexOf(ESCAPE); at >= 0; ) {
    places.push(at);
    const end = block.indexOf(NEWLINE, at);
    at = end < 0 ? -1 : block.indexOf(ESCAPE, end);
  }
  return places;
};

let search: WordSearch | null = null;
/** Made for the first long log: short ones are read line by line. */
const wordSearch = (): WordSearch => {
  search ??= new WordSearch(ALL.map((word) => Buffer.from(word, 'utf8')));
  return search;
};

/** Places in whole lines of UTF-8 that have a hint, at most two a line, ascending. */
export const hintsIn = (block: Buffer): readonly number[] => {
  const escapes = escapesIn(block);
  const words = wordSearch().linesIn(block);
  return escapes.length === 0 ? words : [...words, ...escapes].sort((a, b) => a - b);
};
