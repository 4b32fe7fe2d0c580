import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { silenceAnswer } from '../../lib/api/lists.ts';
import { safe } from '../../lib/report/view.ts';
import { API_HELP, API_OPTIONS, apiOf, ask, readAs, withApi } from '../api.ts';
import { usageError } from '../terminal.ts';

const HELP = `closewatch silence – announce nothing of a host, program or cause for a time

Usage: closewatch silence [--host H] [--program P] [--cause C] --for TIME --why TEXT
       closewatch silence --end ID

All that are given must match. What is found meanwhile is recorded; what is still
so at the end is announced then. closewatch query silences lists them.

  --for TIME        90m, 2h, 7d; 30 days at most
  --until TIME      or its end, RFC 3339
  --why TEXT        for the others
  --by NAME         who (else the name of this user)
  --end ID          end one before its time
${API_HELP}
`;

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

const readArgs = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    options: {
      ...API_OPTIONS,
      host: { type: 'string' },
      program: { type: 'string' },
      cause: { type: 'string' },
      for: { type: 'string' },
      until: { type: 'string' },
      why: { type: 'string' },
      by: { type: 'string' },
      end: { type: 'string' },
    },
  });

type Values = ReturnType<typeof readArgs>['values'];

const untilOf = (values: Values): string | null => {
  if (values.until !== undefined) return values.until;
  const [, figure, unit] = /^(\d{1,5})([mhd])$/.exec(values.for ?? '') ?? [];
  const ms = Number(figure) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
  return Number.isNaN(ms) ? null : new Date(Date.now() + ms).toISOString();
};

const end = async (id: string, values: Values): Promise<number> => {
  await ask(apiOf(values), { method: 'DELETE', path: `/v1/silences/${encodeURIComponent(id)}` });
  process.stdout.write(`${id} has ended: what is still so is announced within a minute.\n`);
  return 0;
};

const begin = async (until: string, { host, program, cause, why, by, ...values }: Values): Promise<number> => {
  const body = JSON.stringify({ host, program, cause, until, why, by: by ?? userInfo().username });
  const made = readAs(silenceAnswer, await ask(apiOf(values), { method: 'POST', path: '/v1/silences', body }));
  const { match } = made;
  const what = [match.host, match.program, match.cause].flatMap((one) => (one === null ? [] : [safe(one)])).join(', ');
  process.stdout.write(`${made.id}: nothing is announced of ${what} until ${made.until}.\n`);
  return 0;
};

export const silence = async (argv: readonly string[]): Promise<number> => {
  let values: Values;
  try {
    ({ values } = readArgs(argv));
  } catch (error) {
    return usageError('silence', error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const id = values.end;
  if (id !== undefined) return withApi('silence', () => end(id, values));
  const until = untilOf(values);
  if (until === null) return usageError('silence', '--for takes a time like 90m, 2h or 7d (or give --until).');
  if (values.why === undefined) return usageError('silence', '--why is missing: others will ask.');
  return withApi('silence', () => begin(until, values));
};
