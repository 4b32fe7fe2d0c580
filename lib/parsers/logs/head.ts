import { StampReader, type Written } from './time.ts';

/** What begins a record: a line with a time, or in a form that programs without times begin their records with. */
export interface Head {
  readonly written: Written | null;
  readonly pid: number | null;
  readonly thread: string | null;
  /** The line behind its prefix, to be quoted. */
  readonly message: string;
  /** All behind the time: what to look for words in. */
  readonly rest: string;
}

/** What may stand before the time: brackets, a syslog priority, a level, redis' `21230:M`, Ruby's `E, `, a collector's `[web-0] `. */
const LEADS: readonly RegExp[] = [
  /\[/y, // [2026-11-23T10:52:27,283][ERROR]
  /[A-Z]{4,8} {1,2}\[/y, // ERROR [2026-11-23 01:31:44,766] (Dropwizard)
  /[A-Z], \[/y, // E, [2026-11-23T11:12:52.297260 #24979] (Ruby)
  /\d{1,7}:[A-Z] /y, // 21230:M 23 Nov 2026 (redis)
  /<\d{1,3}>(?:1 )?/y, // <128>Nov 23
];

/** Programs that print no time: uvicorn, HAProxy, .NET's console, PHP. */
const TIMELESS =
  /^(?:(?:INFO|WARNING|ERROR|CRITICAL): {4,}|\[(?:NOTICE|ALERT|WARNING)\] +\((\d{1,7})\) : |(?:info|warn|fail|crit|dbug|trce): [\w.]+\[\d+\]$|PHP (?:Warning|Fatal error|Notice): )/;

const LEVEL =
  '(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|FTL|INF|WRN|DBG|emerg|alert|crit|critical|error|warn|warning|notice|info|debug|trace|config)';

/** Where a PID stands behind the time, one entry a family of formats. */
const PIDS: readonly RegExp[] = [
  new RegExp(`^ {1,2}\\[?${LEVEL}\\]? {1,2}(\\d{1,7}) (?:---|\\[|[A-Za-z])`), // ERROR 22821 --- [main] · ERROR 26970 [main] · ERROR 20951 Error:
  new RegExp(`^ {1,2}${LEVEL} {1,2}\\[(\\d{1,7})\\]`), // ERROR [4903] api.server:
  new RegExp(`^\\]? \\[(\\d{1,7})\\] \\[${LEVEL}\\]`), // ] [21174] [ERROR] (gunicorn) · [25746] [ERROR]
  /^ \[[a-z]+\] (\d{1,7})#\d+:/, // [crit] 21271#21271: (nginx)
  /^ #(\d{1,7})\] /, // #24979] (Ruby)
  /^\] \[[\w:]+\] \[pid (\d{1,7})[\]:]/, // [core:emerg] [pid 2313:tid 139811] (Apache)
  /^ (\d{1,7})-\d{1,7}\//, // 4411-4460/com.acme.app (logcat)
  /^ \S{1,64} [^\s[\]:]{1,64}\[(\d{1,7})\]: /, // vm inventory[26905]: (syslog)
];

/** Brackets that hold no thread: levels, PIDs, empty diagnostic contexts. */
const NO_THREAD = new RegExp(`^(?:${LEVEL}|\\d+|myid:.*|pid .*|core:.*|)$`);

const firstMatch = (patterns: readonly RegExp[], text: string): number | null => {
  for (const pattern of patterns) {
    const pid = pattern.exec(text)?.[1];
    if (pid !== undefined) return Number(pid);
  }
  return null;
};

const MAX_PREFIX = 160;

/** What may stand between the time and the thread: levels, PIDs, dashes. Words end the prefix, and a bracket in them is no thread. */
const BEFORE_THREAD = new RegExp(`^(?:[\\] :-]|\\d{1,7}(?![\\w.])|${LEVEL}(?!\\w)){1,24}`);
/** Envoy's `[source/server.cc:81]` */
const SOURCE_LOCATION = /\.\w{1,4}:\d+$/;

const threadIn = (prefix: string): string | null => {
  let rest = prefix;
  for (let i = 0; i < 8; i += 1) {
    rest = rest.slice(BEFORE_THREAD.exec(rest)?.[0].length ?? 0);
    const close = rest.startsWith('[') ? rest.indexOf(']') : -1;
    if (close < 0) return null;
    const name = rest.slice(1, close).trim();
    if (!NO_THREAD.test(name) && !SOURCE_LOCATION.test(name)) return name;
    rest = rest.slice(close + 1);
  }
  return null;
};

/** The parts of a prefix behind the time, each anchored: brackets, levels, PIDs, separators, then a logger's name and its mark. */
const PREFIX_PARTS: readonly RegExp[] = [
  /^[\] ]{1,8}/,
  /^\[[^\]]{0,80}\] ?/,
  new RegExp(`^${LEVEL}[: ]{1,3}`),
  /^#?\d{1,7}(?:#\d{1,7}:)? (?=\S)/,
  /^(?:---|--|-) /,
];
const LOGGER = /^[\w$.]{1,120}(?: \([^)]{1,80}\))? {0,40}(?::|-) /;

/** The line without what the logging framework put before it. */
const messageOf = (rest: string): string => {
  let message = rest.trimStart();
  for (let i = 0; i < 12; i += 1) {
    const part = PREFIX_PARTS.map((pattern) => pattern.exec(message)?.[0] ?? '').find((text) => text !== '');
    if (part === undefined) break;
    message = message.slice(part.length).trimStart();
  }
  const logger = LOGGER.exec(message.slice(0, MAX_PREFIX))?.[0] ?? '';
  return logger.includes('.') || logger.includes(' - ') ? message.slice(logger.length) : message;
};

export class HeadReader {
  readonly #stamps = new StampReader();

  /** Reads a line as the beginning of a record; `null` where it is none. */
  read(text: string): Head | null {
    const start = this.#timeAt(text);
    if (start === null) return this.#timeless(text);
    const stamp = this.#stamps.read(text, start);
    if (stamp === null) return this.#timeless(text);
    const rest = text.slice(stamp.end);
    const lead = start > 0 ? /^(\d{1,7}):[A-Z] /.exec(text)?.[1] : undefined;
    const window = rest.slice(0, MAX_PREFIX);
    return {
      written: stamp.written,
      pid: lead === undefined ? firstMatch(PIDS, window) : Number(lead),
      thread: threadIn(window),
      message: messageOf(rest),
      rest: rest.trimStart(),
    };
  }

  #timeAt(text: string): number | null {
    const first = text.charCodeAt(0);
    if (first >= 48 && first <= 57) {
      if (this.#stamps.read(text, 0) !== null) return 0;
    } else if (first !== 91 && first !== 60 && !(first >= 65 && first <= 90)) return null;
    for (const lead of LEADS) {
      lead.lastIndex = 0;
      if (lead.test(text) && this.#stamps.read(text, lead.lastIndex) !== null) return lead.lastIndex;
    }
    return this.#stamps.read(text, 0) === null ? null : 0;
  }

  #timeless(text: string): Head | null {
    const match = TIMELESS.exec(text);
    if (match === null) return null;
    return {
      written: null,
      pid: match[1] === undefined ? null : Number(match[1]),
      thread: null,
      message: text.slice(match[0].length),
      rest: text,
    };
  }
}
