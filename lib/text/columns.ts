/** Text in columns of a terminal. */

/** Two columns each: East Asian scripts and pictographs. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\uff01-\uff60]/u;
const MARK = /\p{M}/u;

const widthOf = (char: string): number => (MARK.test(char) ? 0 : WIDE.test(char) ? 2 : 1);

/** How many columns a text without controls takes. */
export const columns = (text: string): number => {
  let sum = 0;
  for (const char of text) sum += widthOf(char);
  return sum;
};

const cut = (text: string, width: number): string => {
  let sum = 0;
  let kept = '';
  for (const char of text) {
    if (sum + widthOf(char) > width) break;
    sum += widthOf(char);
    kept += char;
  }
  return kept;
};

/** Exactly `width` columns: padded, or cut with an ellipsis. */
export const fit = (text: string, width: number, align: 'left' | 'right' = 'left'): string => {
  if (width <= 0) return '';
  const whole = columns(text) <= width ? text : `${cut(text, width - 1)}…`;
  const space = ' '.repeat(Math.max(0, width - columns(whole)));
  return align === 'left' ? `${whole}${space}` : `${space}${whole}`;
};

/** As `fit`, but what is cut is the beginning: an address ends with its port. */
export const fitEnd = (text: string, width: number): string => {
  if (width <= 0 || columns(text) <= width) return fit(text, width);
  const backward = [...text].reverse().join('');
  return fit(`…${[...cut(backward, width - 1)].reverse().join('')}`, width);
};

/** A line in pieces of at most `width` columns. */
export const pieces = (text: string, width: number): readonly string[] => {
  const all: string[] = [];
  let rest = text;
  while (columns(rest) > width) {
    const piece = cut(rest, width);
    // A character that is wider than the screen: nothing is to be done.
    if (piece === '') break;
    all.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...all, rest];
};
