import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { systemClock } from '../../lib/adapters/clock.ts';
import { type ReachedStack, reachDeployed, reachLocal } from '../../lib/adapters/deployed.ts';
import { DeploymentError } from '../../lib/adapters/deployment.ts';
import { LOCAL_TABLE, runningStack } from '../../lib/local/running.ts';
import { plain } from '../../lib/text/plain.ts';
import { enrolHost, revokeTokens } from '../../lib/use-cases/enrol.ts';
import { type HostToken, ID_BYTES, SECRET_BYTES } from '../../lib/use-cases/host-token.ts';
import { usageError } from '../terminal.ts';

const HELP = `closewatch host – enrol hosts that upload without AWS credentials

Usage: closewatch host add HOST
       closewatch host list [--json]
       closewatch host revoke HOST|TOKEN-ID

add prints a token, once: it is stored hashed, and cannot be shown again. It may
write below hosts/HOST/ and nothing else. A host may have several, so that one
can be replaced: add another, put it on the host, revoke the old one by its id.
revoke takes effect at once; an upload that was granted before may still be made
within five minutes.

  --stack NAME    the deployed stack (default closewatch-production)
  --region NAME   where it is (else as the AWS CLI finds it)
  --local         the stack that "closewatch start" runs on this machine
  --state DIR     where that one keeps its state (default .closewatch)
  --json          of list: as JSON
  --help          show this

For a deployed stack, AWS credentials that may read the stack and write its table
are needed, as for the AWS CLI.
`;

const COULD_NOT_RUN = 2;

const options = {
  stack: { type: 'string' },
  region: { type: 'string' },
  local: { type: 'boolean' },
  state: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const readArgs = (argv: readonly string[]) => parseArgs({ args: [...argv], allowPositionals: true, options });
type Values = ReturnType<typeof readArgs>['values'];

const out = (text: string): void => void process.stdout.write(text);
const say = (text: string): void => void process.stderr.write(text);

const reach = async (values: Values): Promise<ReachedStack> => {
  if (values.local !== true) return reachDeployed(values.stack ?? 'closewatch-production', values.region);
  const stateDir = values.state ?? '.closewatch';
  const stack = await runningStack(stateDir);
  if (stack === null) throw new DeploymentError(`No stack runs with the state in ${stateDir}: start one with "closewatch start".`);
  return reachLocal(stack.table, LOCAL_TABLE, stack.api);
};

/** The token alone goes to stdout, so that it can be piped to where it belongs without being seen. */
const add = async (name: string, { tokens, api }: ReachedStack): Promise<number> => {
  const random = { id: randomBytes(ID_BYTES), secret: randomBytes(SECRET_BYTES) };
  const outcome = await enrolHost(name, random, systemClock.now(), tokens);
  if (outcome.kind === 'bad-name')
    return usageError('host', 'a host name has 1 to 64 of A-Z a-z 0-9 . _ - and starts with a letter or digit.');
  out(`${outcome.text}\n`);
  const others = outcome.others === 0 ? '' : ` It has ${outcome.others} more; "closewatch host list" shows them.`;
  say(`Enrolled ${name}.${others} Its token is shown this once; whoever has it may upload as ${name}.\n`);
  if (api !== null) say(`Uploads are asked for at ${api.replace(/\/$/, '')}/v1/uploads\n`);
  return 0;
};

const shown = ({ hash: _, ...token }: HostToken): Omit<HostToken, 'hash'> => token;

const row = ({ host, id, createdAt, lastUsedAt, revokedAt }: HostToken): string =>
  `${host.padEnd(24)} ${id}  ${createdAt.slice(0, 10)}  ${(lastUsedAt ?? 'never').slice(0, 16).padEnd(16)}  ${revokedAt === null ? 'valid' : `revoked ${revokedAt.slice(0, 10)}`}\n`;

const list = async ({ tokens }: ReachedStack, asJson: boolean): Promise<number> => {
  const all = await tokens.list(null);
  if (asJson) out(`${JSON.stringify({ tokens: all.map(shown) })}\n`);
  else if (all.length === 0) say('No host is enrolled. "closewatch host add HOST" enrols one.\n');
  else
    out(
      `${'HOST'.padEnd(24)} ${'TOKEN'.padEnd(16)}  ${'CREATED'.padEnd(10)}  ${'LAST USED (UTC)'.padEnd(16)}  STATE\n${all.map(row).join('')}`,
    );
  return 0;
};

const revoke = async (name: string, { tokens }: ReachedStack): Promise<number> => {
  const revoked = await revokeTokens(name, systemClock.now(), tokens);
  for (const { host, id } of revoked) out(`Revoked ${id} of ${host}.\n`);
  if (revoked.length > 0) return 0;
  say(`closewatch host: there is no valid token of "${plain(name)}". closewatch host list shows them.\n`);
  return COULD_NOT_RUN;
};

const run = async (action: string, name: string | undefined, values: Values): Promise<number> => {
  const stack = await reach(values);
  try {
    if (action === 'list') return await list(stack, values.json === true);
    return await (action === 'add' ? add : revoke)(name ?? '', stack);
  } finally {
    stack.close();
  }
};

/** What is wrong with the call, or `null`. */
const mistakeIn = (action: string | undefined, names: readonly string[]): string | null => {
  if (action === undefined || !['add', 'list', 'revoke'].includes(action)) return 'say add, list or revoke.';
  if (action === 'list') return names.length === 0 ? null : 'list takes no host.';
  return names.length === 1 ? null : `${action} takes one ${action === 'add' ? 'host' : "host, or a token's id"}.`;
};

export const host = async (argv: readonly string[]): Promise<number> => {
  let args: ReturnType<typeof readArgs>;
  try {
    args = readArgs(argv);
  } catch (error) {
    return usageError('host', error instanceof Error ? error.message : String(error));
  }
  if (args.values.help === true) {
    out(HELP);
    return 0;
  }
  const [action, ...names] = args.positionals;
  const mistake = mistakeIn(action, names);
  if (mistake !== null || action === undefined) return usageError('host', mistake ?? '');
  try {
    return await run(action, names[0], args.values);
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    say(`closewatch host: ${plain(error.message)}\n`);
    if (args.values.local !== true) say('A stack on this machine is meant with --local.\n');
    return COULD_NOT_RUN;
  }
};
