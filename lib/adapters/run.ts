import { execFile } from 'node:child_process';

/** A command that hangs (a netlink dump on a host in trouble) must not stop the watch. */
const TIMEOUT_MS = 15_000;
/** As much as an upload may have (`digest/limits.ts`). */
const MAX_OUTPUT = 128 * 1024 * 1024;

export type RunOutcome =
  | { readonly kind: 'ran'; readonly output: Buffer }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly detail: string };

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name);

/** Runs a command without a shell. What it says on stderr (`Failed to find cgroup2 mount`, once a socket) is dropped where it succeeds. */
export const run = (argv: readonly string[]): Promise<RunOutcome> =>
  new Promise((resolve) => {
    const [command = '', ...args] = argv;
    const done = (error: Error | null, output: Buffer, complaint: Buffer): void => {
      if (error === null) resolve({ kind: 'ran', output });
      else if (codeOf(error) === 'ENOENT') resolve({ kind: 'missing' });
      else resolve({ kind: 'failed', detail: complaint.toString('utf8').split('\n')[0] || codeOf(error) });
    };
    const env = { ...process.env, LC_ALL: 'C' };
    try {
      execFile(command, args, { encoding: 'buffer', timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT, env }, done);
    } catch (error) {
      // Where no process can be started at all (EAGAIN, ENOMEM), Node may throw rather than call back.
      resolve({ kind: 'failed', detail: error instanceof Error ? codeOf(error) : String(error) });
    }
  });
