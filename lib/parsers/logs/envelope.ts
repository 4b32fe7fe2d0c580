import { type Frame, PLAIN_FRAME } from './envelope-frame.ts';
import { unwrapJson } from './envelope-json.ts';
import { SyslogReader } from './envelope-syslog.ts';
import { StampReader } from './time.ts';

const stamps = new StampReader();

/** `2026-11-23T11:12:00.123456789+00:00 stdout F the line` (Kubernetes CRI; P is a part of a line, F its end) */
const CRI = /^(\S{20,40}) (stdout|stderr) ([PF])(?: |$)/;

const unwrapCri = (text: string): Frame | null => {
  const match = CRI.exec(text);
  if (match === null) return null;
  const [whole, time = '', stream = '', tag] = match;
  return {
    ...PLAIN_FRAME,
    lines: [text.slice(whole.length)],
    stream,
    written: stamps.read(time, 0)?.written ?? null,
    isPartial: tag === 'P',
  };
};

/** `<Event …><System><Provider Name="Tcpip"/><EventID>4227</EventID><TimeCreated SystemTime="2026-11-23T11:12:00.1234567Z"/>…` */
const unwrapEvent = (text: string): Frame | null => {
  if (!text.startsWith('<Event ') && !text.startsWith('<Event>')) return null;
  const time = /SystemTime=["']([^"']{10,40})["']/.exec(text)?.[1] ?? '';
  const pid = /ProcessID=["'](\d{1,7})["']/.exec(text)?.[1];
  const thread = /ThreadID=["'](\d{1,7})["']/.exec(text)?.[1] ?? null;
  return {
    ...PLAIN_FRAME,
    lines: [text],
    written: stamps.read(time, 0)?.written ?? null,
    pid: pid === undefined ? null : Number(pid),
    thread,
    isWhole: true,
  };
};

const BRACE = 123;
const LESS_THAN = 60;
const LETTER_T = 84;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Takes the transport's frame off a line. */
export class EnvelopeReader {
  readonly #syslog = new SyslogReader();

  /** `null` for a plain line, after no more than a look at a character or two. */
  unwrap(text: string): Frame | null {
    const first = text.charCodeAt(0);
    if (first === BRACE) return unwrapJson(text);
    if (isDigit(first)) return text.charCodeAt(10) === LETTER_T ? (unwrapCri(text) ?? this.#syslog.unwrapIso(text)) : null;
    if (first === LESS_THAN) return unwrapEvent(text) ?? this.#syslog.unwrapModern(text) ?? this.#syslog.unwrapBsd(text);
    return text.charCodeAt(3) === 32 ? this.#syslog.unwrapBsd(text) : null;
  }
}
