import { type Frame, PLAIN_FRAME } from './envelope-frame.ts';
import { StampReader } from './time.ts';

/** `<131>1 2026-11-23T11:20:50.377Z vm inventory 27151 - - message` (RFC 5424 §6) */
const MODERN = /^<\d{1,3}>1 (\S{1,40}) \S{1,255} (\S{1,48}) (\S{1,128}) \S{1,32} (?:-|(?:\[[^\]]{0,400}\]){1,4}) ?/;

/** `2026-11-23T11:20:11.829799+00:00 vm inventory[26903]: message` (rsyslog's file format, journald's short-iso) */
const ISO = /^(\d{4}-\d{2}-\d{2}T\S{8,30}) (\S{1,255}) ([^\s[\]:]{1,64})(?:\[(\d{1,7})\])?: ?/;

/** `Nov 23 11:20:11 vm inventory[26905]: message` (RFC 3164 §4.1); HAProxy leaves the host out. */
const BSD = /^(?:<\d{1,3}>)?([A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}) (?:(\S{1,255}) )?([^\s[\]:]{1,64})(?:\[(\d{1,7})\])?: ?/;

/** Hosts remembered; a file has one, a collector's a few. */
const MAX_HOSTS = 64;

/** rsyslog writes a newline as #012 and a tab as #011, log4j2's Rfc5424Layout a newline as \\n. */
const linesOf = (message: string): readonly string[] => {
  if (message.includes('#012')) return message.split('#012').map((line) => line.replaceAll('#011', '\t'));
  return message.includes('\\n') ? message.split(/\\{1,2}n/) : [message];
};

const pidOf = (text: string | undefined): number | null => (text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : null);

export class SyslogReader {
  readonly #stamps = new StampReader();
  readonly #hosts = new Set<string>();

  unwrapModern(text: string): Frame | null {
    const match = MODERN.exec(text);
    if (match === null) return null;
    const [whole, time = '', app = '', processId = ''] = match;
    return {
      ...PLAIN_FRAME,
      lines: linesOf(text.slice(whole.length)),
      stream: `${app} ${processId}`,
      written: this.#stamps.read(time, 0)?.written ?? null,
      pid: pidOf(processId),
    };
  }

  unwrapIso(text: string): Frame | null {
    const match = ISO.exec(text);
    if (match === null) return null;
    // `…Z ERROR Foo: message` looks alike: without a PID, the host must be one that a line with a PID named.
    const [, , host = '', , pid] = match;
    if (pid === undefined && !this.#hosts.has(host)) return null;
    if (this.#hosts.size < MAX_HOSTS) this.#hosts.add(host);
    return this.#frame(text, match);
  }

  unwrapBsd(text: string): Frame | null {
    const match = BSD.exec(text);
    return match === null ? null : this.#frame(text, match);
  }

  #frame(text: string, [whole, time = '', , tag = '', pid = '']: RegExpExecArray): Frame | null {
    const stamp = this.#stamps.read(time, 0);
    if (stamp === null) return null;
    return {
      ...PLAIN_FRAME,
      lines: linesOf(text.slice(whole.length)),
      stream: `${tag} ${pid}`,
      written: stamp.written,
      pid: pidOf(pid),
    };
  }
}
