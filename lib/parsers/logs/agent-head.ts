import type { LogLineSink } from './skim.ts';

/** What the host's agent says of a log's upload before its first line. */
export interface LogMeta {
  readonly host: string | null;
  /** IANA name or `±hh:mm`. */
  readonly timezone: string | null;
  /** Which bytes of which file these are; the file's id stays through its rotations. */
  readonly chunk: { readonly file: string; readonly from: number; readonly to: number } | null;
}

const META = '==> meta <==';
const LOG = '==> log <==';
/** An agent writes six lines. */
const MAX_LINES = 16;
const MAX_FILE = 128;

const bytesIn = (text: string | undefined): number | null => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null);

const metaIn = (lines: readonly string[]): LogMeta => {
  const pairs = new Map(
    lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const [from, to, file] = [bytesIn(pairs.get('from')), bytesIn(pairs.get('to')), pairs.get('file')?.split(' ', 1)[0]];
  return {
    host: pairs.get('host') ?? null,
    timezone: pairs.get('timezone') ?? null,
    chunk: file && from !== null && to !== null && from < to ? { file: file.slice(0, MAX_FILE), from, to } : null,
  };
};

export interface HeadedLog {
  readonly line: LogLineSink;
  /** Nothing more comes: a head without a log behind it was none. */
  end(): void;
  /** Known once the first line of the log itself has come. */
  meta(): LogMeta | null;
}

/**
 * Passes a log's lines on, behind the agent's head if there is one: `begin` is told what it says (`null` without) before the first. Lines
 * that only look like a head are the log's.
 */
export const afterHead = (begin: (meta: LogMeta | null) => LogLineSink): HeadedLog => {
  const head: [string, number][] = [];
  let body: LogLineSink | null = null;
  let told: LogMeta | null = null;
  const giveUp = (): LogLineSink => {
    const sink = begin(null);
    for (const [text, number] of head) sink(text, number, false);
    return sink;
  };
  const line: LogLineSink = (text, number, isCalm) => {
    if (body !== null) return body(text, number, isCalm);
    if (head.length > 0 && text === LOG) {
      told = metaIn(head.slice(1).map(([one]) => one));
      body = begin(told);
      return;
    }
    head.push([text, number]);
    if (head[0]?.[0] !== META || head.length > MAX_LINES || (head.length > 1 && text.startsWith('==> '))) body = giveUp();
  };
  const end = (): void => {
    if (body === null) body = giveUp();
  };
  return { line, end, meta: () => told };
};
