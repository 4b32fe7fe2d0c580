import { createHash } from 'node:crypto';
import type { Failure } from '../../model/failure.ts';
import { quotable } from '../account.ts';
import { callOf, kindByFrames } from './call.ts';
import type { LogRecord } from './group.ts';
import { isContinuation } from './group.ts';
import { kindOf } from './kind.ts';
import { peerIn, portIn } from './ports.ts';

const MAX_ERROR = 300;
const MAX_FRAME = 200;
const MAX_FRAMES = 60;

/** Frames of the runtime say how it failed, not whose call it was. */
const RUNTIME_FRAME =
  /^(?:at )?(?:java\.|javax\.|jdk\.|sun\.|com\.sun\.|java\.base\/|java\.net\.http\/|kotlin\.|scala\.|node:|internal\/|System\.|async |goroutine|runtime\.|net\.|syscall\.|<anonymous>|process\.processTicks)/;

const FRAME = /^\s*(?:at |File "|from |\.\.\.)|^[\w/.@-]{1,200}:\d{1,6}:in |^\t[/\w.-]{1,200}\.go:\d/;

const framesOf = (lines: readonly string[]): readonly string[] =>
  lines
    .filter((line) => FRAME.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => quotable(line, MAX_FRAME));

/** The innermost frame that is the application's or its library's. Python prints the innermost last. */
const ownFrame = (frames: readonly string[]): string | null => {
  const isPython = frames.some((frame) => frame.startsWith('File "'));
  const inner = isPython ? frames.toReversed() : frames;
  const own = inner.find((frame) => !RUNTIME_FRAME.test(frame) && !/\/lib\/python|site-packages|^\.\.\./.test(frame));
  return own === undefined ? null : own.replace(/^at /, '');
};

/** What varies between repeats of one failure: numbers, object addresses, generated names. */
const stable = (text: string): string => text.replaceAll(/0x[0-9a-f]+/gi, '#').replaceAll(/\d+/g, '#');

const fingerprint = (parts: readonly (string | number | null)[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);

/** `GeneratedMethodAccessor3`, `NativeMethodAccessorImpl` (the JVM changes from one to the other after some calls) are one frame. */
const REFLECTION = /reflect\.(?:GeneratedMethodAccessor|NativeMethodAccessor|DelegatingMethodAccessor|Generated|DirectMethodHandle)/;

export interface Neighbour {
  readonly port: number;
}

/** An event of a record: its first line and those that follow, where a record holds more than one. */
export type Event = readonly string[];

const EXCEPTION_START = /^(?:[a-zA-Z_$][\w$]{0,80}\.){1,12}[A-Z][\w$]{0,80}(?:Exception|Error)\b/;
const CHAINS = /^(?:During handling of the above|The above exception was)/;

/**
 * A record usually tells one event, however often it repeats the signature. Where a second trace begins below the frames of the
 * first, and is not its cause, it is another.
 */
export const eventsOf = (lines: readonly string[]): readonly Event[] => {
  const starts = [0];
  let hasFrames = false;
  for (const [i, line] of lines.entries()) {
    if (i > 0 && hasFrames && EXCEPTION_START.test(line) && !isPythonEnd(lines, i) && !isNested(lines, i)) starts.push(i);
    if (starts.at(-1) === i) hasFrames = false;
    if (/^\s+at |^at /.test(line)) hasFrames = true;
  }
  return starts.map((start, i) => lines.slice(start, starts[i + 1]));
};

/** JavaMail and others print the cause of a cause at the margin. */
const isNested = (lines: readonly string[], index: number): boolean => (lines[index - 1] ?? '').endsWith('nested exception is:');

const isPythonEnd = (lines: readonly string[], index: number): boolean => {
  for (let i = index - 1; i >= 0 && index - i < 80; i -= 1) {
    if (CHAINS.test(lines[i] ?? '')) return true;
    if (!isContinuation(lines[i] ?? '')) return (lines[i] ?? '').startsWith('Traceback');
  }
  return false;
};

/** The port is named by the failing line, else by what wraps it (the head, outer exceptions), never by a frame. */
const portOf = (event: Event, index: number): number | null => {
  const candidates = [event[index] ?? '', ...event.filter((line, i) => i !== index && !FRAME.test(line)).slice(0, 12)];
  for (const line of candidates) {
    const port = portIn(line);
    if (port !== null) return port;
  }
  return null;
};

const peerOf = (event: Event, index: number): string | null => {
  const around = [
    event[index] ?? '',
    event.slice(index + 1, index + 12).join('\n'),
    ...event.slice(0, index).filter((line) => !FRAME.test(line)),
  ];
  for (const text of around) {
    const peer = peerIn(text.slice(0, 4000));
    if (peer !== null) return peer;
  }
  return null;
};

export interface Told extends Omit<Failure, 'at' | 'timeBasis'> {
  readonly exception: string;
}

/** The failure that an event tells, without its time; `null` for an ordinary one. */
export const failureIn = (event: Event, record: LogRecord): Told | null => {
  const signed = kindOf(event);
  if (signed === null) return null;
  const kind = signed.isByClass ? kindByFrames(event) : signed.kind;
  const errorLine = event[signed.index] ?? '';
  const call = callOf(kind, event, errorLine);
  const frames = framesOf(event);
  const localPort = call === 'listen' || call === 'bind-fixed' || call === 'unknown' ? portOf(event, signed.index) : null;
  const peer = call === 'connect' || call === 'bind-any' ? peerOf(event, signed.index) : null;
  const isHead = event === record.lines || (signed.index === 0 && event[0] === record.lines[0]);
  const exception = quotable((isHead && signed.index === 0 ? record.message : errorLine).trim(), MAX_ERROR);
  const shape = frames
    .filter((frame) => !REFLECTION.test(frame))
    .slice(0, 12)
    .map(stable);
  return {
    kind,
    call,
    localPort,
    peer,
    pid: record.pid,
    thread: record.thread === null ? null : quotable(record.thread, 80),
    error: exception,
    frame: ownFrame(frames),
    frames,
    fingerprint: fingerprint([kind, call, localPort, peer, stable(exception).slice(0, 120), ...shape]),
    lines: [record.from, record.to],
    exception: stable(exception),
  };
};
