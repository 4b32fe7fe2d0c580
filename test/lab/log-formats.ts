import { wordsOf } from './failure-words.ts';
import type { LogRecord } from './reports.ts';

/** Whose log it is. */
export interface Writer {
  readonly app: string;
  readonly module: string;
  readonly host: string;
  readonly pid: number;
}

const iso = (r: LogRecord): string => new Date(r.t * 1000).toISOString();
/** `2026-11-23 10:40:35,751` with the given separator before the milliseconds. */
const spaced = (r: LogRecord, separator: string): string => iso(r).replace('T', ' ').replace('Z', '').replace('.', separator);
const slashed = (r: LogRecord): string => iso(r).slice(0, 19).replaceAll('-', '/').replace('T', ' ');
const block = (first: string, r: LogRecord): string => [first, ...r.trace].join('\n');

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const bsdTime = (r: LogRecord): string => {
  const d = new Date(r.t * 1000);
  return `${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2)} ${iso(r).slice(11, 19)}`;
};

const python = (r: LogRecord, w: Writer): string => block(`${spaced(r, ',')} ${r.level} [${w.pid}] ${w.module}: ${r.text}`, r);
const spring = (r: LogRecord, w: Writer): string =>
  block(`${iso(r)} ${r.level.padStart(5)} ${w.pid} --- [${w.app}] [nio-8080-exec-3] ${w.module.padEnd(40)} : ${r.text}`, r);
/** Each line an object of its own, as Docker's json-file driver writes them. */
const docker = (r: LogRecord, w: Writer): string =>
  python(r, w)
    .split('\n')
    .map((line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: iso(r).replace('Z', '123456Z') }))
    .join('\n');
/** Kubernetes: time, stream, `F` (a full line). */
const cri = (r: LogRecord, w: Writer): string =>
  spring(r, w)
    .split('\n')
    .map((line) => `${iso(r).replace('Z', '123456Z')} stdout F ${line}`)
    .join('\n');

/** How applications write a record; FORMATS.tsv of the log corpus and the formats' own documentation are the source. */
export const LOG_FORMATS = {
  python,
  spring,
  docker,
  cri,
  logback: (r: LogRecord, w: Writer) => block(`${spaced(r, ',')} [pool-2-thread-1] ${r.level.padEnd(5)} ${w.module} - ${r.text}`, r),
  logstash: (r: LogRecord, w: Writer) =>
    JSON.stringify({
      '@timestamp': iso(r),
      '@version': '1',
      message: r.text,
      logger_name: w.module,
      thread_name: 'main',
      level: r.level,
      ...(r.trace.length > 0 ? { stack_trace: r.trace.join('\n') } : {}),
    }),
  zap: (r: LogRecord, w: Writer) =>
    JSON.stringify({
      level: r.level.toLowerCase(),
      ts: r.t,
      caller: `${w.app}/client.go:41`,
      msg: r.text,
      ...(r.failure ? { error: wordsOf(r.failure).go } : {}),
    }),
  go: (r: LogRecord) => `${slashed(r)} ${r.text}${r.failure ? `: ${wordsOf(r.failure).go}` : ''}`,
  nginx: (r: LogRecord, w: Writer) =>
    r.failure
      ? `${slashed(r)} [${r.failure.call === 'listen' ? 'emerg' : 'crit'}] ${w.pid}#${w.pid}: ${wordsOf(r.failure).nginx}`
      : `${slashed(r)} [notice] ${w.pid}#${w.pid}: ${r.text}`,
  /** rsyslog writes a newline inside a message as `#012`. */
  syslog: (r: LogRecord, w: Writer) => `${bsdTime(r)} ${w.host} ${w.app}[${w.pid}]: ${[r.text, ...r.trace].join('#012')}`,
  rfc3339: (r: LogRecord, w: Writer) =>
    `${iso(r).replace('Z', '+00:00')} ${w.host} ${w.app}[${w.pid}]: ${[r.text, ...r.trace].join('#012')}`,
  node: (r: LogRecord, w: Writer) => `${iso(r)} ${r.level} ${w.pid} ${r.failure ? r.trace.join('\n') : r.text}`,
} as const satisfies Readonly<Record<string, (r: LogRecord, w: Writer) => string>>;

export type LogFormat = keyof typeof LOG_FORMATS;

/** A whole log, oldest record first. */
export const renderLog = (format: LogFormat, records: readonly LogRecord[], writer: Writer): string =>
  [...records]
    .sort((a, b) => a.t - b.t)
    .map((r) => `${LOG_FORMATS[format](r, writer)}\n`)
    .join('');
