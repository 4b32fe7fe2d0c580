/** Which lines go on with the record above them, by their form alone. */

const startsWithAny = (text: string, starts: readonly string[]): boolean => starts.some((start) => text.startsWith(start));

/** By the first character, so that most lines are told at a glance. */
const STARTS: Readonly<Record<string, readonly string[]>> = {
  '!': ['! '], // Dropwizard's frames
  '.': ['... '], // ... 12 more
  '#': ['#0 ', '#1 ', '#2 ', '#3 ', '#4 ', '#5 ', '#6 ', '#7 ', '#8 ', '#9 '], // PHP, Dart
  '<': ['<asynchronous suspension>'],
  '-': ['--- End of ', '-> '],
  C: ['Caused by: '],
  E: ["Emitted 'error' event"], // Node, below the trace of an error that nobody handled
  S: ['Suppressed: ', 'Stack trace:'],
  W: ['Wrapped by: '],
  a: ['at '],
  c: ['created by '],
  f: ['from '],
};

/** `/usr/lib/ruby/3.1.0/net/http.rb:1018:in 'open'`, and nothing behind it */
const RUBY_FRAME = /^[\w/.@+-]{1,300}:\d{1,6}:in [`'][^'`]{1,200}'$/;

const TWO_DIGIT_FRAME = /^#\d{2,4} {1,6}/;

/** Frames, causes, elisions, carets, closing brackets of an object, blank lines. */
export const isContinuation = (text: string): boolean => {
  const first = text.charCodeAt(0);
  if (Number.isNaN(first) || first === 9 || first === 32) return true;
  const starts = STARTS[text.charAt(0)];
  if (starts !== undefined && startsWithAny(text, starts)) return true;
  if (first === 125 || first === 93) return text.length <= 3;
  if (first === 35) return TWO_DIGIT_FRAME.test(text);
  return text.endsWith("'") && RUBY_FRAME.test(text);
};

/** A goroutine's state, or how the program ended. */
const GO_LINE = /^(?:goroutine \d|\[signal |exit status \d)/;

/** `main.lookup(0xc000012345, 0x12)`, and nothing behind it */
const GO_FUNCTION = /^[\w./*()[\]{}·-]{1,200}\(/;

/** What a record is in the midst of: it decides about lines that no form tells. */
export type Trace = 'none' | 'python' | 'chained' | 'go' | 'nested';

/** Lines at the margin that begin a trace or link two of one failure, by their first character. */
const BEGINNINGS: Readonly<Record<string, readonly (readonly [start: string, trace: Trace])[]>> = {
  T: [
    ['Traceback (most recent call last)', 'python'],
    ['The above exception was the direct cause', 'chained'],
  ],
  D: [['During handling of the above exception', 'chained']],
  p: [['panic: ', 'go']],
  f: [['fatal error: ', 'go']],
  g: [['goroutine ', 'go']],
};

/** What the line begins; `null` for most. */
const begunBy = (text: string): Trace | null => BEGINNINGS[text.charAt(0)]?.find(([start]) => text.startsWith(start))?.[1] ?? null;

export const isTraceback = (text: string): boolean => begunBy(text) === 'python';

/** Tells a traceback that lost its beginning, too. */
const PYTHON_FRAME = /^\s{1,8}File "/;

/** JavaMail and others print the cause of a cause at the margin, below this. */
const announcesNested = (text: string): boolean => text.trimEnd().endsWith('nested exception is:');

/** The state behind a line. */
export const traceAfter = (trace: Trace, text: string): Trace => {
  const begun = PYTHON_FRAME.test(text) ? 'python' : begunBy(text);
  if (begun !== null) return begun;
  if (announcesNested(text)) return 'nested';
  if (trace === 'nested') return 'none';
  // The first line at the margin ends a traceback: it names the exception.
  return trace === 'python' && !isContinuation(text) ? 'none' : trace;
};

/** Whether a line at the margin, in a log without prefixes, goes on with what is above it. */
export const goesOn = (trace: Trace, text: string): boolean => {
  if (begunBy(text) === 'chained') return true;
  if (trace === 'go') return GO_LINE.test(text) || (text.endsWith(')') && GO_FUNCTION.test(text));
  return trace === 'python' || trace === 'chained' || trace === 'nested';
};
