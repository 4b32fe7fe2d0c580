import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { apiAt } from '../../lib/adapters/api-client.ts';
import { systemClock } from '../../lib/adapters/clock.ts';
import type { WholeStack } from '../../lib/adapters/whole-stack.ts';
import { plain } from '../../lib/text/plain.ts';
import { makeDrill } from '../../lib/use-cases/drill.ts';
import { DrillRun } from '../drilling.ts';
import { readDuration } from '../duration.ts';
import { lineOf, type StepResult, trySteps } from '../steps.ts';
import { usageError } from '../terminal.ts';
import { STACK_HELP, STACK_OPTIONS, withWhole } from '../whole.ts';

const HELP = `closewatch doctor – try a stack from end to end, by a drill

Usage: closewatch doctor [--announce]

Uploads a synthetic incident of a host called closewatch-drill-…, waits for its
analysis and for its end, and removes all of it again: objects, items of the
table, the token and the silence. People are told nothing, unless with --announce:
then every subscriber gets a message of its beginning and one of its end, in which
host and programs are called drill. The sweep is not run: that it does is seen.

  --announce      tell people
  --timeout TIME  how long to wait for each step (default 2m)
  --json          print the results as JSON
${STACK_HELP}

For a deployed stack, AWS credentials that may read the stack, read and write its
bucket and table, and invoke its API are needed.
Exit codes: 0 all is well, 1 something is not, 2 could not run.
`;

const COULD_NOT_RUN = 2;
const SOMETHING_IS_WRONG = 1;
const DRILL_ID_BYTES = 4;

const options = {
  ...STACK_OPTIONS,
  announce: { type: 'boolean' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const readArgs = (argv: readonly string[]) => parseArgs({ args: [...argv], options });
type Values = ReturnType<typeof readArgs>['values'];

const verdict = (results: readonly StepResult[]): string => {
  const wrong = results.filter(({ kind }) => kind !== 'ok').length;
  return wrong === 0 ? 'All is well.\n' : `${wrong} of ${results.length} steps did not succeed.\n`;
};

const run = async (stack: WholeStack, values: Values, timeoutMs: number): Promise<number> => {
  if (stack.api === null) {
    process.stderr.write('closewatch doctor: the stack does not say where its API is: deploy it first.\n');
    return COULD_NOT_RUN;
  }
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop);
  const drill = makeDrill(randomBytes(DRILL_ID_BYTES).toString('hex'), systemClock.now());
  const api = apiAt(stack.api, values.region);
  const run = new DrillRun({ stack, api, drill, announces: values.announce === true, timeoutMs, signal: stopping.signal });
  const tell = (result: StepResult): void => void (values.json === true || process.stdout.write(lineOf(result)));
  const results = [...(await trySteps(run.steps(), tell)), ...(await trySteps([run.cleanUp()], tell))];
  process.removeListener('SIGINT', stop);
  process.stdout.write(values.json === true ? `${JSON.stringify({ host: drill.host, steps: results })}\n` : verdict(results));
  return results.every(({ kind }) => kind === 'ok') ? 0 : SOMETHING_IS_WRONG;
};

export const doctor = async (argv: readonly string[]): Promise<number> => {
  let values: Values;
  try {
    values = readArgs(argv).values;
  } catch (error) {
    return usageError('doctor', plain(error instanceof Error ? error.message : String(error)));
  }
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const timeoutMs = readDuration(values.timeout ?? '2m');
  if (timeoutMs === null) return usageError('doctor', `--timeout takes a time as 30s or 2m, not "${plain(values.timeout ?? '')}".`);
  return withWhole('doctor', values, (stack) => run(stack, values, timeoutMs));
};
