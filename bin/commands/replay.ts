import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { systemClock } from '../../lib/adapters/clock.ts';
import { settingsOf } from '../../lib/adapters/config.ts';
import { dynamoRecords } from '../../lib/adapters/dynamodb.ts';
import { forgetHost } from '../../lib/adapters/dynamodb-forget.ts';
import { silentJournal } from '../../lib/adapters/journal.ts';
import { silentMeter } from '../../lib/adapters/meter.ts';
import { s3Uploads } from '../../lib/adapters/s3.ts';
import { listObjects } from '../../lib/adapters/s3-listing.ts';
import type { WholeStack } from '../../lib/adapters/whole-stack.ts';
import { plain } from '../../lib/text/plain.ts';
import {
  hostsOf,
  inOrder,
  type Listed,
  type ReplayProgress,
  type ReplayWindow,
  replay as replayAll,
  TooMuchError,
} from '../../lib/use-cases/replay.ts';
import { endProgress, progress, usageError } from '../terminal.ts';
import { STACK_HELP, STACK_OPTIONS, withWhole } from '../whole.ts';

const HELP = `closewatch replay – restore the table by reading the raw uploads again

Usage: closewatch replay [--from TIME] [--to TIME] [--host HOST]

Takes in again what was uploaded in that time, in the order in which it came, with
the same analyses as the first time, and tells nobody. Of each host, what was
uploaded before the table last heard of it is skipped: the same call again goes on
where it was interrupted, and changes nothing where nothing is missing. What people said is in
no upload: acknowledgements, silences and tokens of hosts come back from a backup
of the table only (point-in-time recovery).

  --from TIME     uploaded at or after: 2026-11-20, or RFC 3339 (default: all)
  --to TIME       uploaded before (default: now)
  --host HOST     of this host only; fleets are left as they are
  --anew          first forget what the table has of these hosts: where it lost its
                  past, and has heard of them since. Analyses that were opened
                  before the first of these uploads stay; acknowledgements do not
  --paused        said of a deployed stack: its functions ingest and sweep do not run
                  meanwhile (infra/RUNBOOK.md, "Restoring the table"). Else they
                  would find hosts that were heard of days ago, and announce it
${STACK_HELP}

Exit codes: 0 done, 1 done but some hosts could not be settled, 2 could not run.
`;

const COULD_NOT_RUN = 2;
const NOT_ALL = 1;

const options = {
  ...STACK_OPTIONS,
  from: { type: 'string' },
  to: { type: 'string' },
  host: { type: 'string' },
  anew: { type: 'boolean' },
  paused: { type: 'boolean' },
} as const;

const readArgs = (argv: readonly string[]) => parseArgs({ args: [...argv], options });
type Values = ReturnType<typeof readArgs>['values'];

const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const HOST = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** @throws TypeError naming the option */
const timeOf = (text: string | undefined, fallback: string, name: string): string => {
  if (text === undefined) return fallback;
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new TypeError(`--${name} takes a day (2026-11-20) or a time with its zone (2026-11-20T08:00:00Z), not "${text}".`);
  return new Date(ms).toISOString();
};

/** @throws TypeError naming what is wrong */
const windowOf = (values: Values): ReplayWindow => {
  const now = systemClock.now();
  const to = timeOf(values.to, now, 'to');
  const window = { from: timeOf(values.from, new Date(0).toISOString(), 'from'), to: to < now ? to : now };
  if (window.from >= window.to) throw new TypeError('--from must be before --to, and before now.');
  if (values.host !== undefined && !HOST.test(values.host)) throw new TypeError(`"${values.host}" is no host's name.`);
  if (values.local !== true && values.paused !== true)
    throw new TypeError('ingest and sweep must be paused first (infra/RUNBOOK.md, "Restoring the table"); --paused says that they are.');
  return window;
};

class Interrupted extends Error {}

const say = (text: string): void => void process.stderr.write(text);

const few = (count: number, noun: string): string => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

const replayOn = async (stack: WholeStack, objects: readonly Listed[], window: ReplayWindow, values: Values): Promise<number> => {
  let reached = window.from;
  const stopping = new AbortController();
  const interrupt = (): void => stopping.abort();
  process.once('SIGINT', interrupt);
  const onProgress = (at: ReplayProgress): void => {
    reached = at.reached;
    progress(`${at.done.toLocaleString('en')} of ${few(at.of, 'upload')}, as of ${at.reached.slice(0, 19)}Z`);
    if (stopping.signal.aborted) throw new Interrupted('interrupted');
  };
  const deps = {
    uploads: s3Uploads(stack.s3),
    recordsAt: (clock: { now(): string }) => dynamoRecords(stack.dynamo, stack.table, clock, stack.retention),
    journal: silentJournal,
    meter: silentMeter,
    settings: settingsOf(stack.config),
    owner: randomUUID(),
  };
  try {
    const outcome = await replayAll(objects, { ...window, hasFleets: values.host === undefined }, deps, onProgress);
    endProgress();
    process.stdout.write(
      `${few(objects.length, 'upload')}: ${outcome.ingested} taken in, ${outcome.rejected} refused, ${outcome.gone} deleted meanwhile, ${outcome.known} known already. Nobody was told anything.\n`,
    );
    for (const name of outcome.failed) say(`closewatch replay: ${plain(name)} could not be settled; replay again, or let the sweep try.\n`);
    return outcome.failed.length === 0 ? 0 : NOT_ALL;
  } catch (error) {
    endProgress();
    say(
      `closewatch replay: stopped (${plain(error instanceof Error ? error.message : String(error))}). It had come to ${reached}. The same call, without --anew, goes on from there.\n`,
    );
    return COULD_NOT_RUN;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
};

const run = async (stack: WholeStack, window: ReplayWindow, values: Values): Promise<number> => {
  progress('Listing uploads …');
  const prefix = values.host === undefined ? '' : `hosts/${values.host}/`;
  let objects: readonly Listed[];
  try {
    objects = await inOrder(listObjects(stack.s3, stack.bucket, prefix), window);
  } catch (error) {
    endProgress();
    const detail = error instanceof Error ? error.message : String(error);
    say(`closewatch replay: ${plain(error instanceof TooMuchError ? detail : `The bucket could not be listed (${detail}).`)}\n`);
    return COULD_NOT_RUN;
  }
  endProgress();
  if (objects.length > 0) {
    if (values.anew === true) for (const host of hostsOf(objects)) await forgetHost(stack.dynamo, stack.table, host, objects[0]?.at);
    return replayOn(stack, objects, window, values);
  }
  say('Nothing was uploaded in that time, or it has been deleted since.\n');
  return 0;
};

export const replay = async (argv: readonly string[]): Promise<number> => {
  let values: Values;
  let window: ReplayWindow;
  try {
    values = readArgs(argv).values;
    if (values.help === true) {
      process.stdout.write(HELP);
      return 0;
    }
    window = windowOf(values);
  } catch (error) {
    if (error instanceof TypeError) return usageError('replay', plain(error.message));
    throw error;
  }
  return withWhole('replay', values, (stack) => run(stack, window, values));
};
