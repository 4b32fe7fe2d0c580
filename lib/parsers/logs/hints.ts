import { NEWLINE } from '../blocks.ts';
import { TRANSLATIONS } from './translations.ts';
import { SearchedText, Words } from './word-search.ts';

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

let words: Words | null = null;
/** Prepared for the first long log: short ones are read line by line. */
const wordsOnce = (): Words => {
  words ??= new Words(ALL.map((word) => Buffer.from(word, 'utf8')));
  return words;
};

/** Bytes of a log, in which hints are sought without looking at each line. */
export class HintedText extends SearchedText {
  constructor(capacity: number) {
    super(wordsOnce(), capacity);
  }

  /** Places in the whole lines of `[from, to)` that have a hint, at most two a line, ascending. */
  hints(from: number, to: number): readonly number[] {
    const escapes = this.#escapes(from, to);
    const places = this.linesWithWords(from, to);
    return escapes.length === 0 ? places : [...places, ...escapes].sort((a, b) => a - b);
  }

  #escapes(from: number, to: number): readonly number[] {
    const text = this.bytes.subarray(0, to);
    const places: number[] = [];
    for (let at = text.indexOf(ESCAPE, from); at >= 0; ) {
      places.push(at);
      const end = text.indexOf(NEWLINE, at);
      at = end < 0 ? -1 : text.indexOf(ESCAPE, end);
    }
    return places;
  }
}
