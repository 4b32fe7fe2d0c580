import { hash } from 'node:crypto';
import type { FailingCall, Failure } from '../../model/failure.ts';
import { quotable } from '../account.ts';
import { callOf, kindByFrames, type Told } from './call.ts';
import type { Event } from './event.ts';
import { framesOf, isFrame, ownFrame, shapeOf } from './frames.ts';
import type { LogRecord } from './group.ts';
import type { Details } from './head.ts';
import { kindOf } from './kind.ts';
import { anyAddressPortIn, peerIn, portIn } from './ports.ts';

const MAX_ERROR = 300;
const MAX_THREAD = 80;
const MAX_FRAME = 200;

/** Wrapped messages looked at for a port or peer; the rest of a record repeats them. */
const MAX_AROUND = 16;
const MAX_AROUND_CHARS = 4000;

/** `INFO: ` of java.util.logging's second line */
const LEVEL = /^(?:SEVERE|WARNING|INFO|CONFIG|FINE): /;

/** What varies between repeats of one failure: numbers, addresses of objects, identifiers. */
export const stable = (text: string): string => text.replaceAll(/0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+(?:ms|s|m)?\b|\d+/gi, '#');

/** Of a line without a trace: what leads up to its signature tells it from others, what follows varies. */
const TELLING_CHARS = 48;

const CLASS = /(?<![\w$.])(?:[a-zA-Z_$][\w$]{0,80}\.){0,12}[A-Z][\w$]{0,80}(?<=Exception|Error)\b/;

const fingerprintOf = (parts: readonly (string | number | null)[]): string => hash('sha256', parts.join('\n')).slice(0, 16);

/** The port is named by the failing line, else by what wraps it (the head, outer exceptions), never by a frame. */
const portOf = (told: Told): number | null => {
  for (const text of [told.error, ...told.around.split('\n'), ...told.frames.map(({ source }) => source)]) {
    const port = portIn(text);
    if (port !== null) return port;
  }
  return null;
};

const peerOf = ({ error, around }: Told): string | null => peerIn(error) ?? peerIn(around);

const TOWARD_PEER: readonly FailingCall[] = ['connect', 'bind-any', 'bind-fixed'];

/** `dial tcp 10.0.0.5:4000->10.77.0.1:80`, where the port before the arrow is the fixed one */
const sourcePort = (told: Told): number | null => {
  const arrow = told.error.indexOf('->');
  if (arrow >= 0) return portIn(told.error.slice(0, arrow));
  for (const { source } of told.frames)
    if (source.includes('source_address')) return portIn(source.slice(source.indexOf('source_address')));
  return null;
};

const localPortOf = (call: FailingCall, told: Told): number | null => {
  if (call === 'listen') return portOf(told);
  return call === 'bind-fixed' ? sourcePort(told) : null;
};

const toldIn = (lines: readonly string[], signed: NonNullable<ReturnType<typeof kindOf>>): Told => {
  const frames = framesOf(lines);
  const error = lines[signed.index] ?? '';
  const around = lines
    .filter((line, index) => index !== signed.index && !isFrame(line))
    .slice(0, MAX_AROUND)
    .join('\n')
    .slice(0, MAX_AROUND_CHARS);
  return { kind: signed.isByClass ? kindByFrames(frames) : signed.kind, error: error.slice(0, MAX_AROUND_CHARS), around, frames };
};

/** Where the event stands in the upload: a record's own lines, unless a frame held several. */
const linesOf = (event: Event, record: LogRecord): readonly [number, number] => {
  if (record.to - record.from + 1 !== record.lines.length) return [record.from, record.to];
  const from = record.from + event.offset;
  return [from, from + event.lines.length - 1];
};

/** The failure that an event tells, without its time; `null` for an ordinary one. */
export const failureIn = (event: Event, record: LogRecord, { pid, thread }: Details): Omit<Failure, 'at' | 'timeBasis'> | null => {
  const signed = kindOf(event.lines, event.suspects);
  if (signed === null) return null;
  const told = toldIn(event.lines, signed);
  const named = callOf(told);
  // `0.0.0.0:8080`, `*:8080`, `:::8080`: nobody connects to any-address, and no client's bind is reported with its port.
  const call = named === 'unknown' && anyAddressPortIn(told.error) !== null ? 'listen' : named;
  const localPort = localPortOf(call, told);
  const peer = TOWARD_PEER.includes(call) ? peerOf(told) : null;
  const telling = stable(told.error.slice(0, signed.end)).slice(-TELLING_CHARS);
  const shape = told.frames.length === 0 ? [telling] : [CLASS.exec(told.error)?.[0] ?? telling, ...shapeOf(told.frames)];
  return {
    kind: told.kind,
    call,
    localPort,
    peer: peer === null ? null : quotable(peer, MAX_FRAME),
    pid,
    thread: thread === null ? null : quotable(thread, MAX_THREAD),
    error: quotable(told.error.trim().replace(LEVEL, ''), MAX_ERROR),
    frame: ownFrame(told.frames),
    frames: told.frames.map(({ text }) => text),
    fingerprint: fingerprintOf([told.kind, call, localPort, peer, ...shape]),
    lines: linesOf(event, record),
  };
};
