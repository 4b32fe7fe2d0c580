const WIDTH = 76;

/** Words of a text, commands in backquotes kept whole: a command that is broken over lines cannot be copied. */
const words = (text: string): readonly string[] =>
  text.split(/(`[^`]{0,400}`\S{0,3})|\s+/).filter((word): word is string => word !== undefined && word !== '');

/** Wraps at 76 columns or another width, continuation lines indented. */
export const wrap = (text: string, first = '', indent = first.replaceAll(/./gsu, ' '), width = WIDTH): string => {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words(text)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join('\n');
};
