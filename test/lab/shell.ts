import { execFileSync } from 'node:child_process';

/** What a command printed. Its warnings (`Failed to find cgroup2 mount`) are dropped, as cron's shell redirections do. */
export const output = (argv: readonly string[]): string => {
  const [command, ...args] = argv;
  if (command === undefined) throw new Error('no command');
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
};

/** For cleaning up: whether it worked does not matter. */
export const attempt = (argv: readonly string[]): void => {
  try {
    output(argv);
  } catch {
    // Nothing is left to clean up.
  }
};

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

export const succeeds = (argv: readonly string[]): boolean => {
  try {
    output(argv);
    return true;
  } catch {
    return false;
  }
};
