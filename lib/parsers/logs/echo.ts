import type { Failure } from '../../model/failure.ts';
import { addressesIn } from './ports.ts';

/** A failure, and what tells whether the next one repeats it. */
export interface Heard {
  readonly failure: Failure;
  /** Its record's message without numbers: a program that says the same of two failures has failed twice. */
  readonly heading: string;
  /** Its record's place in the log. */
  readonly record: number;
  /** Of its own record's time; `null` where it bears none. */
  readonly ms: number | null;
}

/** A framework logs a line and then the trace, or each layer its own, at once. */
const AT_ONCE_MS = 2;

/** A server that cannot start says so in several layers while it winds down (Spring Boot: the context, then the report). */
const WINDING_DOWN_MS = 1000;

const agree = <T>(a: T | null, b: T | null): boolean => a === null || b === null || a === b;

const isOfOneCall = (a: Failure, b: Failure): boolean =>
  a.kind === b.kind && (a.call === b.call || a.call === 'unknown' || b.call === 'unknown');

/** The same thread, the same resource, as far as either says. */
const isAboutTheSame = (a: Failure, b: Failure): boolean =>
  isOfOneCall(a, b) && agree(a.pid, b.pid) && agree(a.thread, b.thread) && agree(a.localPort, b.localPort) && agree(a.peer, b.peer);

const hasFrames = ({ frames }: Failure): boolean => frames.length > 0;

/**
 * Whether a failure is one that was told just before, in other words. The same words again are another failure: a retry. A warning of a
 * leak is never an echo: each names an object of its own.
 */
export const isEcho = (previous: Heard, next: Heard): boolean => {
  const [a, b] = [previous.failure, next.failure];
  const isRepeated = a.fingerprint === b.fingerprint || previous.heading === next.heading;
  if (isRepeated || a.kind === 'leak-warning' || !isAboutTheSame(a, b)) return false;
  const isAdjacent = next.record - previous.record === 1;
  if (previous.ms === null || next.ms === null) return isAdjacent && isUntimedEcho(previous, next);
  const gap = next.ms - previous.ms;
  if (gap < 0) return false;
  if (isOneListener(a, b)) return gap <= WINDING_DOWN_MS;
  return isAdjacent && gap <= AT_ONCE_MS && (a.error === b.error || hasFrames(a) !== hasFrames(b) || sharesCause(a, b));
};

/** PHP's own warning and then the program's line; a line and then a bare trace; strerror() and then what it was about (Flask). */
const isUntimedEcho = (previous: Heard, next: Heard): boolean => {
  const [a, b] = [previous.failure, next.failure];
  if ((previous.ms === null) !== (next.ms === null)) return previous.ms === null;
  return hasFrames(a) !== hasFrames(b) || (!hasFrames(a) && a.call === 'unknown' && b.call === 'listen');
};

const hostIn = (text: string): string | null => addressesIn(text)[0]?.host ?? null;

/** One process about one port. nginx binds 0.0.0.0:80 and [::]:80: two listeners. */
const isOneListener = (a: Failure, b: Failure): boolean =>
  a.call === 'listen' && a.pid !== null && a.localPort !== null && a.localPort === b.localPort && agree(hostIn(a.error), hostIn(b.error));

const sharesCause = (a: Failure, b: Failure): boolean => hasFrames(a) && a.frames[0] === b.frames[0];

/** One failure of two tellings: the later one fills in what the earlier left out. */
export const merge = (a: Failure, b: Failure): Failure => ({
  ...a,
  ...(hasFrames(a) ? {} : { frame: b.frame, frames: b.frames }),
  call: a.call === 'unknown' ? b.call : a.call,
  localPort: a.localPort ?? b.localPort,
  peer: a.peer ?? b.peer,
  pid: a.pid ?? b.pid,
  thread: a.thread ?? b.thread,
  ...(a.timeBasis === 'upload' ? { at: b.at, timeBasis: b.timeBasis } : {}),
});
