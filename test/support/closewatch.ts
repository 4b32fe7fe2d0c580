import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** `null` where a signal ended it. */
  readonly status: number | null;
}

/** Runs a program without a terminal, while the test's own servers go on answering it. */
export const run = async (program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> => {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, status: typeof status === 'number' ? status : null };
};

/** Runs the command line as people do. */
export const closewatch = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran> =>
  run(process.execPath, ['bin/closewatch.js', ...args], env);
