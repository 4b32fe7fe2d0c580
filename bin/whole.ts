import { DeploymentError } from '../lib/adapters/deployment.ts';
import { type WholeStack, wholeDeployed, wholeLocal } from '../lib/adapters/whole-stack.ts';
import { placesOf, runningStack } from '../lib/local/running.ts';
import { plain } from '../lib/text/plain.ts';

/** What the commands that work on a whole stack have in common. */

export const STACK_OPTIONS = {
  stack: { type: 'string' },
  region: { type: 'string' },
  local: { type: 'boolean' },
  state: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const STACK_HELP = `  --stack NAME    the deployed stack (default closewatch-production)
  --region NAME   where it is (else as the AWS CLI finds it)
  --local         the stack that "closewatch start" runs on this machine
  --state DIR     where that one keeps its state (default .closewatch)
  --help          show this`;

export interface StackValues {
  readonly stack?: string | undefined;
  readonly region?: string | undefined;
  readonly local?: boolean | undefined;
  readonly state?: string | undefined;
}

const COULD_NOT_RUN = 2;

/** @throws DeploymentError where there is none, or it cannot be asked */
const reachWhole = async (values: StackValues): Promise<WholeStack> => {
  if (values.local !== true) return wholeDeployed(values.stack ?? 'closewatch-production', values.region);
  const stateDir = values.state ?? '.closewatch';
  const stack = await runningStack(stateDir);
  if (stack === null) throw new DeploymentError(`No stack runs with the state in ${stateDir}: start one with "closewatch start".`);
  return wholeLocal(placesOf(stack));
};

/** Runs a command on a stack; returns the exit code. */
export const withWhole = async (command: string, values: StackValues, run: (stack: WholeStack) => Promise<number>): Promise<number> => {
  let stack: WholeStack;
  try {
    stack = await reachWhole(values);
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    process.stderr.write(`closewatch ${command}: ${plain(error.message)}\n`);
    if (values.local !== true) process.stderr.write('A stack on this machine is meant with --local.\n');
    return COULD_NOT_RUN;
  }
  try {
    return await run(stack);
  } finally {
    stack.close();
  }
};
