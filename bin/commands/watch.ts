import { parseArgs } from 'node:util';
import { NoSocketsError } from '../../lib/adapters/this-host.ts';
import type { WatchView } from '../../lib/model/watching.ts';
import { renderTerminal } from '../../lib/report/terminal.ts';
import { renderLook } from '../../lib/report/watch/json.ts';
import { renderChanges } from '../../lib/report/watch/lines.ts';
import { renderScreen } from '../../lib/report/watch/screen.ts';
import { plain } from '../../lib/text/plain.ts';
import { readDuration } from '../duration.ts';
import { openScreen } from '../screen.ts';
import { isZone, usageError, wantsColour } from '../terminal.ts';
import { readLogOption, type WatchOptions, watching } from '../watching.ts';

const HELP = `closewatch watch – who holds the ports of this host, how that grows, and why

Usage: closewatch watch [--log APP=PATH]… [OPTION…]

Looks at the host every few seconds with ss or netstat, follows the logs named,
and shows what "analyze" would say of it all, as it forms. Nothing is uploaded,
nothing is written. As root, or the owners of other users' sockets are hidden.

  --log APP=PATH    follow a log, through its rotations; may be given often
  --every TIME      between two looks: 1s or more (default 3s)
  --for TIME        end after so long: 90s, 10m, 2h (else Ctrl-C ends it)
  --once            one look
  --netns NAME|PID  look into a network namespace: by its name, or a PID in it
  --timezone ZONE   of log times that name none: Europe/Berlin, +01:00 (else this
                    host's own)
  --plain           a line for each change, as where the output is no terminal
  --json            a line of JSON for each look
  --help            show this

Growth can be told from the third look on. Exit codes: 0 nothing reached a
warning, 1 something did, 2 it could not run.
`;

const FINDING = 1;
const COULD_NOT_RUN = 2;
const DEFAULT_EVERY_MS = 3_000;
/** A look at 30,000 sockets takes a good part of a second of one processor. */
const MIN_EVERY_MS = 1_000;

const options = {
  log: { type: 'string', multiple: true },
  every: { type: 'string' },
  for: { type: 'string' },
  once: { type: 'boolean' },
  netns: { type: 'string' },
  timezone: { type: 'string' },
  plain: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A wrong call: its message says what is wrong. */
class CallError extends Error {
  override readonly name = 'CallError';
}

const readArgs = (argv: readonly string[]) => parseArgs({ args: [...argv], options });
type Values = ReturnType<typeof readArgs>['values'];

/** @throws CallError */
const duration = (text: string | undefined, name: string): number | null => {
  if (text === undefined) return null;
  const ms = readDuration(text);
  if (ms === null) throw new CallError(`--${name} takes a time like 3, 90s, 10m or 2h, not "${text}".`);
  return ms;
};

/** @throws CallError */
const optionsOf = (values: Values): WatchOptions => {
  const everyMs = duration(values.every, 'every') ?? DEFAULT_EVERY_MS;
  if (everyMs < MIN_EVERY_MS) throw new CallError('--every takes a second at least.');
  if (!isZone(values.timezone)) throw new CallError(`--timezone takes a zone like Europe/Berlin or +01:00, not "${values.timezone}".`);
  if (values.netns !== undefined && !/^[\w.-]{1,255}$/.test(values.netns))
    throw new CallError('--netns takes the name of a namespace, or a PID.');
  return {
    everyMs,
    forMs: values.once === true ? 1 : duration(values.for, 'for'),
    netns: values.netns ?? null,
    // Programs of this host write their logs by its clock.
    timezone: values.timezone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    logs: (values.log ?? []).map(readLogOption),
  };
};

/** Where looks go: a screen that is painted, lines, or JSON. */
interface Display {
  show(view: WatchView): void;
  /** Gives the terminal back, and says what is left to say. */
  end(last: WatchView | null): void;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const epilogue = (last: WatchView | null): void => {
  if (last === null) return;
  const colour = wantsColour();
  if (last.analyses.length === 0) say(`No finding in ${last.looks} look(s) from ${last.since} to ${last.at}.`);
  else say(last.analyses.map((analysis) => renderTerminal(analysis, { colour })).join('\n\n\n'));
};

const speaksUnicode = (): boolean => /utf-?8/i.test(process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || '');

const onScreen = (stop: () => void): Display => {
  let last: WatchView | null = null;
  const paint = (): void => {
    if (last === null) return;
    const { width, height } = screen;
    screen.paint(renderScreen(last, { width, height, colour: wantsColour(), unicode: speaksUnicode() }));
  };
  const screen = openScreen(stop, paint);
  screen.paint(['closewatch looks …']);
  return {
    show(view) {
      last = view;
      paint();
    },
    end(view) {
      screen.close();
      epilogue(view);
    },
  };
};

const asLines = (): Display => {
  let before: WatchView | null = null;
  return {
    show(view) {
      for (const line of renderChanges(before, view)) say(line);
      before = view;
    },
    end(view) {
      if (view !== null) say('');
      epilogue(view);
    },
  };
};

const asJson = (): Display => ({ show: (view) => say(renderLook(view)), end: () => {} });

const displayFor = (values: Values, stop: () => void): Display => {
  if (values.json === true) return asJson();
  return values.plain === true || values.once === true || process.stdout.isTTY !== true ? asLines() : onScreen(stop);
};

const isAlarm = ({ analyses }: WatchView): boolean => analyses.some(({ severity }) => severity !== 'info');

const run = async (values: Values, watchOptions: WatchOptions): Promise<number> => {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const display = displayFor(values, stop);
  let last: WatchView | null = null;
  let hasAlarmed = false;
  try {
    for await (const view of watching(watchOptions, stopping.signal)) {
      display.show(view);
      last = view;
      hasAlarmed ||= isAlarm(view);
    }
  } finally {
    display.end(last);
  }
  return hasAlarmed ? FINDING : 0;
};

export const watch = async (argv: readonly string[]): Promise<number> => {
  let values: Values;
  try {
    ({ values } = readArgs(argv));
  } catch (error) {
    return usageError('watch', error instanceof Error ? error.message : String(error));
  }
  try {
    if (values.help === true) {
      process.stdout.write(HELP);
      return 0;
    }
    return await run(values, optionsOf(values));
  } catch (error) {
    if (error instanceof NoSocketsError) {
      process.stderr.write(`closewatch watch: ${plain(error.message)}\n`);
      return COULD_NOT_RUN;
    }
    if (error instanceof CallError) return usageError('watch', error.message);
    throw error;
  }
};
