import { quotable } from '../account.ts';
import { isTraceback } from './continuation.ts';
import { remembered } from './remembered.ts';

/** A frame of a stack trace, whatever the runtime that printed it. */
export interface Frame {
  /** As printed, without its indentation, `at ` and the JAR it came from. */
  readonly text: string;
  /** Python prints the line of source; elsewhere empty. */
  readonly source: string;
}

const MAX_FRAME_CHARS = 200;
const MAX_FRAMES = 60;

/** ` ~[netty-transport-4.1.34.Final.jar:4.1.34.Final]`, ` [rt.jar:1.8]` (Logback, Log4j) */
const JAR = / ~?\[[^[\]]{1,160}\]$/;

const PYTHON_FRAME = /^File "[^"]{1,400}", line \d{1,7}/;
const RUBY_FRAME = /^(?:from )?([\w/.@+-]{1,300}:\d{1,6}:in [`'][^'`]{1,200}')/;
const GO_SOURCE = /^\t[/\w.@+-]{1,300}\.(?:go|s):\d{1,6}/;
const PHP_FRAME = /^#\d{1,3} {1,7}/;

/** No frame is longer; what is looked at stays short, whatever is uploaded. */
const MAX_LOOK = 600;

const bare = (line: string): string => (line.startsWith('! ') ? line.slice(2, MAX_LOOK) : line.slice(0, MAX_LOOK)).trim();

/** The line as a frame; `null` where it is none. */
const frameText = (line: string, text: string): string | null => {
  if (text.startsWith('at ')) return text.slice(3).replace(JAR, '');
  if (PYTHON_FRAME.test(text) || PHP_FRAME.test(text) || GO_SOURCE.test(line)) return text;
  return RUBY_FRAME.exec(text)?.[1] ?? null;
};

/** Java's causes and Node's: what stands below one happened first. */
const CAUSE = /^(?:Caused by: |\[cause\]: |Wrapped by: )/;
const SUPPRESSED = /^Suppressed: /;

/** What a line is in a trace. */
type TraceLine =
  | { readonly kind: 'frame'; readonly text: string; readonly isPython: boolean }
  | { readonly kind: 'traceback' | 'cause' | 'suppressed' | 'other' };

const frameLine = (frame: string): TraceLine => ({
  kind: 'frame',
  text: quotable(frame, MAX_FRAME_CHARS),
  isPython: PYTHON_FRAME.test(frame),
});

const traceLine = remembered((line): TraceLine => {
  const text = bare(line);
  if (isTraceback(text)) return { kind: 'traceback' };
  if (CAUSE.test(text)) return { kind: 'cause' };
  if (SUPPRESSED.test(text)) return { kind: 'suppressed' };
  const frame = frameText(line, text);
  return frame === null ? { kind: 'other' } : frameLine(frame);
});

export const isFrame = (line: string): boolean => traceLine(line).kind === 'frame';

interface Section {
  readonly isPython: boolean;
  readonly frames: Frame[];
}

/** Python's source stands below its frame, before the carets. */
const sourceBelow = (lines: readonly string[], index: number): string => {
  const below = lines[index + 1] ?? '';
  const text = below.trim();
  return /^\s/.test(below) && !PYTHON_FRAME.test(text) && !/^[~^ ]+$/.test(text) ? quotable(text) : '';
};

/** What a trace is made of: causes newest first as Java prints them, tracebacks oldest first as Python does. */
const sectionsOf = (lines: readonly string[]): readonly Section[] => {
  let frames: Frame[] = [];
  const sections: Section[] = [{ isPython: false, frames }];
  let isSuppressed = false;
  for (const [index, line] of lines.entries()) {
    const told = traceLine(line);
    if (told.kind === 'frame') {
      if (!isSuppressed) frames.push({ text: told.text, source: told.isPython ? sourceBelow(lines, index) : '' });
      continue;
    }
    if (told.kind === 'other') continue;
    if (told.kind !== 'traceback') isSuppressed = told.kind === 'suppressed';
    if (told.kind === 'suppressed') continue;
    frames = [];
    sections.push({ isPython: told.kind === 'traceback', frames });
  }
  return sections;
};

/** A traceback that lost its beginning shows by its frames. */
const isPythonic = ({ isPython, frames }: Section): boolean => isPython || frames[0]?.text.startsWith('File "') === true;

/** Innermost first: where it failed, before who called. */
export const framesOf = (lines: readonly string[]): readonly Frame[] => {
  const sections = sectionsOf(lines);
  const isPython = sections.some(isPythonic);
  const ordered = isPython ? sections.map(({ frames }) => frames.toReversed()) : sections.toReversed().map(({ frames }) => frames);
  return ordered.flat().slice(0, MAX_FRAMES);
};

/** Frames of the runtime say how it failed, not whose call it was. */
const RUNTIME =
  /^(?:java\.|javax\.|jdk\.|sun\.|com\.sun\.|kotlin\.|kotlinx\.|scala\.|node:|internal\/|System\.|Microsoft\.Extensions\.|async |runtime\.|net\.\(|syscall\.|<anonymous>|process\.processTicks|new Promise|Promise |#\d+ \[internal|File "<frozen )|\(node:|\/usr\/(?:local\/)?(?:lib|go)\/(?:ruby\/\d|go\/src|src\/)|\/lib\/ruby\/\d[\d.]*\/(?!gems)/;

const isStandardPython = (text: string): boolean =>
  /\/lib\d{0,2}\/python[\d.]{1,5}\//.test(text) && !/\/(?:site|dist)-packages\//.test(text);

/** The first frame that is the application's or its client library's rather than the runtime's; `null` where none is. */
export const ownFrame = (frames: readonly Frame[]): string | null =>
  frames.find(({ text }) => !RUNTIME.test(text) && !isStandardPython(text))?.text ?? null;

/** `GeneratedMethodAccessor3`, `NativeMethodAccessorImpl`: the JVM changes from one to the other after some calls. */
const REFLECTION = /\breflect\.(?:GeneratedMethodAccessor|NativeMethodAccessor|DelegatingMethodAccessor|Generated|DirectMethodHandle)/;

/** So many frames tell a failure from others; a trace that is cut short, as at a file's end, still has them. */
const TELLING_FRAMES = 8;

const withoutNumbers = remembered((text) => text.replaceAll(/0x[0-9a-f]+|\d+/gi, '#'));

/** The frames without what varies from run to run: lines, lambdas' and proxies' numbers. */
export const shapeOf = (frames: readonly Frame[]): readonly string[] =>
  frames
    .filter(({ text }) => !REFLECTION.test(text))
    .slice(0, TELLING_FRAMES)
    .map(({ text }) => withoutNumbers(text));
