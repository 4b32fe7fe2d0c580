/** Words of a line, told apart by white space; a line may be hostile and long, so nothing here splits all of it. */

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/**
 * Takes words off a line from the left, in place. Numbers are read without a text being made of them, which for a listing's tens of thousands of
 * rows is most of the work; what is behind the last word taken is left as it is.
 */
export class Cursor {
  readonly text: string;
  /** Behind the last word taken. */
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  /** The next word; empty at the end. */
  next(): string {
    const start = this.#start();
    const end = this.#end(start);
    this.at = end;
    return this.text.slice(start, end);
  }

  /** The next word where it is of decimal digits only; else -1, and it is not taken. */
  count(): number {
    return this.#countAt(this.#start());
  }

  /** The number behind `prefix`, where the next word is the two; else -1, and it is not taken. */
  countBehind(prefix: string): number {
    const start = this.#start();
    return this.text.startsWith(prefix, start) ? this.#countAt(start + prefix.length) : -1;
  }

  #countAt(start: number): number {
    const { text } = this;
    let end = start;
    let value = 0;
    for (let code = text.charCodeAt(end); isDigit(code); code = text.charCodeAt(end)) {
      value = value * 10 + code - 48;
      end += 1;
    }
    if (end === start || text.charCodeAt(end) > 32) return -1;
    this.at = end;
    return value;
  }

  #start(): number {
    const { text } = this;
    let start = this.at;
    while (start < text.length && text.charCodeAt(start) <= 32) start += 1;
    return start;
  }

  #end(start: number): number {
    const { text } = this;
    let end = start;
    while (end < text.length && text.charCodeAt(end) > 32) end += 1;
    return end;
  }
}

/** Splits the first `count` tokens off; the rest keeps its spaces. */
export const takeTokens = (text: string, count: number): { readonly tokens: readonly string[]; readonly rest: string } => {
  const tokens: string[] = [];
  let at = 0;
  while (tokens.length < count) {
    while (at < text.length && text.charCodeAt(at) <= 32) at += 1;
    let end = at;
    while (end < text.length && text.charCodeAt(end) > 32) end += 1;
    if (end === at) break;
    tokens.push(text.slice(at, end));
    at = end;
  }
  return { tokens, rest: text.slice(at).trim() };
};

/** Beyond this many columns no listing goes. */
const MAX_WORDS = 40;

/** The words of a header or of a row whose last column is no free text. */
export const wordsOf = (text: string): readonly string[] => takeTokens(text, MAX_WORDS).tokens;

/** Decimal digits only. */
export const isCount = (text: string | undefined): text is string => text !== undefined && /^\d{1,15}$/.test(text);

export const countOr = (text: string | undefined): number | null => (isCount(text) ? Number(text) : null);
