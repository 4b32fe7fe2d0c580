import { type Frame, PLAIN_FRAME } from './envelope-frame.ts';
import { StampReader, type Written } from './time.ts';

type Json = Readonly<Record<string, unknown>>;

const stamps = new StampReader();

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const parse = (text: string): Json | null => {
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
    if (json[name] !== undefined && json[name] !== null) return json[name];
    const dot = name.indexOf('.');
    const outer = dot < 0 ? undefined : json[name.slice(0, dot)];
    if (isObject(outer) && outer[name.slice(dot + 1)] !== undefined) return outer[name.slice(dot + 1)];
  }
  return undefined;
};

const TIMES = [
  '@timestamp',
  'time',
  'timestamp',
  'ts',
  'asctime',
  'datetime',
  '__REALTIME_TIMESTAMP',
  '@t',
  'Timestamp',
  't.$date',
  'date',
];
const MESSAGES = ['message', 'msg', 'MESSAGE', '@m', 'event', 'textPayload', 'jsonPayload.message', 'RenderedMessage', 'log'];
const ERRORS = ['error.message', 'error', 'err', 'exception', 'attr', 'exception_message', 'errmsg', 'reason', 'attr.error'];
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
  'Exception',
  'thrown',
  'traceback',
];
const PIDS = ['process.pid', 'pid', '_PID', 'processId', 'process_id', 'process'];
const THREADS = ['process.thread.name', 'thread_name', 'thread', 'threadName', 'ctx'];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const fromEpochMs = (epoch: number): Written | null => {
  const date = new Date(epoch);
  return Number.isNaN(date.getTime()) ? null : (stamps.read(date.toISOString(), 0)?.written ?? null);
};

/** Epoch numbers come in seconds, milliseconds, microseconds or nanoseconds; their size tells. */
const fromEpoch = (value: number): Written | null => {
  if (value > 1e17) return fromEpochMs(value / 1e6);
  if (value > 1e14) return fromEpochMs(value / 1e3);
  return fromEpochMs(value > 1e11 ? value : value * 1e3);
};

const timeOf = (json: Json): Written | null => {
  const value = field(json, TIMES);
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value === 'string') return /^\d{10,19}$/.test(value) ? fromEpoch(Number(value)) : (stamps.read(value, 0)?.written ?? null);
  // log4j2's JsonLayout
  const { instant } = json;
  if (!isObject(instant) || typeof instant.epochSecond !== 'number') return null;
  return fromEpochMs(instant.epochSecond * 1000 + (typeof instant.nanoOfSecond === 'number' ? instant.nanoOfSecond / 1e6 : 0));
};

/** What is looked at of a structured error: deeper or longer ones say nothing new. */
const MAX_DEPTH = 4;
const MAX_ITEMS = 100;

/** A frame of log4j2's `extendedStackTrace`, as Java prints it. */
const frameOf = (value: Json): string | null =>
  typeof value.class === 'string' && typeof value.method === 'string'
    ? `\tat ${value.class}.${value.method}(${text(value.file)}:${String(value.line)})`
    : null;

/** Error fields and stacks come as text or as objects of text; both end as lines. */
const flatten = (value: unknown, depth = 0): readonly string[] => {
  if (typeof value === 'string') return value.split('\n');
  if (Array.isArray(value)) return depth > MAX_DEPTH ? [] : value.slice(0, MAX_ITEMS).flatMap((item) => flatten(item, depth + 1));
  if (!isObject(value) || depth > MAX_DEPTH) return [];
  const frame = frameOf(value);
  if (frame !== null) return [frame];
  const [name, message] = [text(value.name ?? value.type), text(value.message)];
  const head = name !== '' && message !== '' ? [`${name}: ${message}`] : [];
  return head.concat(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .flatMap(([key, item]) => (isScalar(item) ? [`${key}: ${String(item)}`] : flatten(item, depth + 1))),
  );
};

const isScalar = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean' || value === null;

/** MESSAGE of journald is an array of bytes where it is not UTF-8. */
const messageOf = (json: Json): readonly string[] => {
  const value = field(json, MESSAGES);
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return Buffer.from(value).toString('utf8').split('\n');
  return flatten(value);
};

/** ECS keeps class and message apart. */
const typedError = (json: Json): readonly string[] => {
  const [type, message] = [text(field(json, ['error.type'])), text(field(json, ['error.message']))];
  return type === '' ? [] : [`${type}: ${message}`];
};

const numberOf = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  return /^\d{1,7}$/.test(text(value)) ? Number(value) : null;
};

/** docker's json-file and fluent-bit: the line as the program wrote it, in `log`. */
const unwrapLine = (json: Json): Frame | null => {
  const { log } = json;
  if (typeof log !== 'string' || json.level !== undefined || json.message !== undefined) return null;
  // Only docker's own driver keeps the newline, and leaves it out of parts of a long line.
  const isPartial = typeof json.stream === 'string' && typeof json.time === 'string' && !log.endsWith('\n');
  const line = log.endsWith('\n') ? log.slice(0, -1) : log;
  return { ...PLAIN_FRAME, lines: line.split('\n'), stream: text(json.stream), written: timeOf(json), isPartial };
};

/** journald stores each line of a program's output as an entry of its own. */
const unwrapJournal = (json: Json): Frame | null => {
  if (json.__REALTIME_TIMESTAMP === undefined || json.MESSAGE === undefined) return null;
  const pid = numberOf(json._PID);
  return { ...PLAIN_FRAME, lines: messageOf(json), stream: `${text(json.SYSLOG_IDENTIFIER)} ${pid ?? ''}`, written: timeOf(json), pid };
};

/** `null` where the line is no JSON object. */
export const unwrapJson = (line: string): Frame | null => {
  const json = parse(line);
  if (json === null) return null;
  const framed = unwrapLine(json) ?? unwrapJournal(json);
  if (framed !== null) return framed;
  const errors = ERRORS.flatMap((name) => flatten(field(json, [name])));
  const lines = [...messageOf(json), ...typedError(json), ...errors, ...STACKS.flatMap((name) => flatten(field(json, [name])))];
  return {
    ...PLAIN_FRAME,
    lines: lines.length === 0 ? [''] : [...new Set(lines)],
    written: timeOf(json),
    pid: numberOf(field(json, PIDS)),
    thread: text(field(json, THREADS)) || null,
    isWhole: true,
  };
};
