/** Words of a line, told apart by white space; a line may be hostile and long, so nothing here splits all of it. */

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

/** 32 bits where they are longest (Windows). */
const MAX_PID = 0xffff_ffff;

/** Not 0 and not -1, which `kill` takes for many processes: it may come to stand in a command. */
export const isPid = (pid: number): boolean => pid > 0 && pid <= MAX_PID;

export const pidOr = (text: string | undefined): number | null => {
  const pid = countOr(text);
  return pid !== null && isPid(pid) ? pid : null;
};
