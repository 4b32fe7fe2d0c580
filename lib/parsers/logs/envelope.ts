import { type Stamp, StampReader, type Written } from './time.ts';

/** A line as a transport framed it: what was inside, and what the frame knows. */
export interface Unwrapped {
  /** The lines inside; a transport may carry several in one (syslog's #012, JSON's \n). */
  readonly lines: readonly string[];
  /** Lines with different keys are interleaved streams. */
  readonly stream: string;
  readonly written: Written | null;
  readonly pid: number | null;
  readonly thread: string | null;
  /** The frame holds a whole record (JSON, RFC 5424): what follows is another. */
  readonly isWhole: boolean;
  /** Its line goes on in the next frame of the same stream. */
  readonly isPartial: boolean;
}

const PLAIN = { stream: '', written: null, pid: null, thread: null, isWhole: false, isPartial: false } as const;

const stamps = new StampReader();

const stampOf = (text: string): Stamp | null => stamps.read(text, 0);

/** 2026-11-23T11:12:00.123456789+00:00 stdout F the line (Kubernetes CRI) */
const CRI = /^(\S{20,40}) (stdout|stderr) ([PF])(?: |$)/;

const unwrapCri = (text: string): Unwrapped | null => {
  const match = CRI.exec(text);
  if (match === null) return null;
  const [whole, time = '', stream = '', tag] = match;
  return { ...PLAIN, lines: [text.slice(whole.length)], stream, written: stampOf(time)?.written ?? null, isPartial: tag === 'P' };
};

/** <131>1 2026-11-23T11:20:50.377Z vm inventory 27151 - - message (RFC 5424 §6) */
const RFC5424 = /^<\d{1,3}>1 (\S{1,40}) (\S{1,255}) (\S{1,48}) (\S{1,128}) \S{1,32} (?:-|\[[^\]]{0,400}\]) ?/;

/** 2026-11-23T11:20:11.829799+00:00 vm inventory[26903]: message (rsyslog's file format, journald's short-iso) */
const ISO_SYSLOG = /^(\d{4}-\d{2}-\d{2}T\S{8,30}) (\S{1,255}) ([^\s[\]:]{1,64})(?:\[(\d{1,7})\])?: ?/;

/** Nov 23 11:20:11 vm inventory[26905]: message (RFC 3164 §4.1); HAProxy leaves the host out */
const BSD_SYSLOG = /^(?:<\d{1,3}>)?([A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}) (?:(\S{1,255}) )?([^\s[\]:]{1,64})(?:\[(\d{1,7})\])?: ?/;

/** rsyslog writes a newline as #012, log4j2's Rfc5424Layout as \\n. */
const unescapeLines = (message: string): readonly string[] => {
  if (message.includes('#012')) return message.split('#012').map((line) => line.replaceAll('#011', '\t'));
  return message.includes('\\n') ? message.split(/\\{1,2}n/) : [message];
};

const pidOf = (text: string | undefined): number | null => (text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : null);

const unwrapSyslog = (text: string): Unwrapped | null => {
  const modern = RFC5424.exec(text);
  if (modern !== null) {
    const [whole, time = '', , app = '', procId] = modern;
    return {
      ...PLAIN,
      lines: unescapeLines(text.slice(whole.length)),
      stream: `${app} ${procId}`,
      written: stampOf(time)?.written ?? null,
      pid: pidOf(procId),
      isWhole: true,
    };
  }
  const match = ISO_SYSLOG.exec(text) ?? BSD_SYSLOG.exec(text);
  if (match === null) return null;
  const [whole, time = '', , tag = '', pid] = match;
  const stamp = stampOf(time);
  return stamp === null
    ? null
    : { ...PLAIN, lines: unescapeLines(text.slice(whole.length)), stream: `${tag} ${pid}`, written: stamp.written, pid: pidOf(pid) };
};

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const parseJson = (text: string): Json | null => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    // A line that begins like JSON and is none is an ordinary line.
    return null;
  }
};

/** The first of these fields that is there; `a.b` is a field of that name or `b` within `a` (ECS writes both). */
const field = (json: Json, names: readonly string[]): unknown => {
  for (const name of names) {
    if (json[name] !== undefined) return json[name];
    const [outer = '', inner = ''] = name.split('.', 2);
    const nested = json[outer];
    if (isObject(nested) && nested[inner] !== undefined) return nested[inner];
  }
  return undefined;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const fromEpochMs = (epoch: number): Written | null => {
  const date = new Date(epoch);
  return Number.isNaN(date.getTime()) ? null : (stampOf(date.toISOString())?.written ?? null);
};

/** Epoch numbers come in seconds, milliseconds, microseconds or nanoseconds; their size tells. */
const fromEpoch = (value: number): Written | null => {
  if (value > 1e17) return fromEpochMs(value / 1e6);
  if (value > 1e14) return fromEpochMs(value / 1e3);
  return fromEpochMs(value > 1e11 ? value : value * 1e3);
};

const timeOf = (json: Json): Written | null => {
  const value = field(json, ['@timestamp', 'time', 'timestamp', 'ts', 'asctime', 'datetime', '__REALTIME_TIMESTAMP', '@t', 'date']);
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value === 'string') return /^\d{10,19}$/.test(value) ? fromEpoch(Number(value)) : (stampOf(value)?.written ?? null);
  const { instant } = json;
  if (!isObject(instant) || typeof instant.epochSecond !== 'number') return null;
  return fromEpochMs(instant.epochSecond * 1000 + (typeof instant.nanoOfSecond === 'number' ? instant.nanoOfSecond / 1e6 : 0));
};

const MESSAGES = ['message', 'msg', 'MESSAGE', '@m', 'event', 'textPayload'];
const ERRORS = ['error.type', 'error.message', 'error', 'err', 'exception', 'exception_message', 'errmsg', 'reason'];
const STACKS = [
  'error.stack_trace',
  'stack_trace',
  'stackTrace',
  'stacktrace',
  'stack',
  'err.stack',
  'error.stack',
  'exc_info',
  '@x',
  'thrown',
  'traceback',
];

/** Error fields and stacks come as text or as objects of text; both end as lines. */
const flatten = (value: unknown, depth = 0): readonly string[] => {
  if (typeof value === 'string') return value.split('\n');
  if (Array.isArray(value)) return value.slice(0, 100).flatMap((item) => flatten(item, depth + 1));
  if (!isObject(value) || depth > 3) return [];
  return Object.entries(value)
    .slice(0, 40)
    .flatMap(([key, item]) =>
      typeof item === 'string' || isObject(item) || Array.isArray(item) ? flatten(item, depth + 1) : [`${key}: ${String(item)}`],
    );
};

/** MESSAGE of journald is an array of bytes where it is not UTF-8. */
const messageOf = (json: Json): readonly string[] => {
  const value = field(json, MESSAGES);
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return Buffer.from(value).toString('utf8').split('\n');
  return typeof value === 'string' ? value.split('\n') : flatten(value);
};

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : pidOf(text(value)));

const unwrapDocker = (json: Json): Unwrapped | null => {
  const log = json.log;
  if (typeof log !== 'string' || (json.stream === undefined && json.time === undefined)) return null;
  const isPartial = !log.endsWith('\n');
  return {
    ...PLAIN,
    lines: [isPartial ? log : log.slice(0, -1)],
    stream: text(json.stream),
    written: stampOf(text(json.time))?.written ?? null,
    isPartial,
  };
};

const unwrapJson = (line: string): Unwrapped | null => {
  const json = parseJson(line);
  if (json === null) return null;
  const docker = unwrapDocker(json);
  if (docker !== null) return docker;
  const stack = flatten(field(json, STACKS));
  const lines = [...messageOf(json), ...ERRORS.flatMap((name) => flatten(field(json, [name]))), ...stack];
  const pid = numberOf(field(json, ['process.pid', 'pid', '_PID', 'processId', 'process_id']));
  const thread = text(field(json, ['process.thread.name', 'thread_name', 'thread', 'threadName'])) || null;
  return { ...PLAIN, lines: lines.length === 0 ? [''] : lines, written: timeOf(json), pid, thread, isWhole: true };
};

/** Takes the transport's frame off a line; `null` for a plain line. */
export const unwrap = (line: string): Unwrapped | null => {
  const first = line.charCodeAt(0);
  if (first === 123) return unwrapJson(line);
  if (first >= 48 && first <= 57) return unwrapCri(line) ?? (line.charCodeAt(10) === 84 ? unwrapSyslog(line) : null);
  return first === 60 || (first >= 65 && first <= 90) ? unwrapSyslog(line) : null;
};
