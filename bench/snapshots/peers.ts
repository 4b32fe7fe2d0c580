import { spawnSync } from 'node:child_process';
import type { Dialect } from './listing.ts';

/** "CLOSE_WAIT per PID", as one writes it at three in the morning. */
const MAWK: Readonly<Record<Dialect, string>> = {
  ss: '$1 == "CLOSE-WAIT" && match($0, /pid=[0-9]+/) { n[substr($0, RSTART + 4, RLENGTH - 4)]++ } END { for (pid in n) print pid, n[pid] }',
  netstat: '$6 == "CLOSE_WAIT" { split($7, program, "/"); n[program[1]]++ } END { for (pid in n) print pid, n[pid] }',
};

export interface Run {
  readonly milliseconds: number;
  readonly output: string;
}

/** One whole process, its start included; `null` where the program is not installed. */
export const runProcess = (command: string, args: readonly string[], input?: Buffer): Run | null => {
  const start = performance.now();
  const done = spawnSync(command, args, { maxBuffer: 1 << 28, ...(input === undefined ? {} : { input }) });
  const milliseconds = performance.now() - start;
  if (done.error !== undefined && 'code' in done.error && done.error.code === 'ENOENT') return null;
  if (done.status !== 0) throw new Error(`${command} ended with ${done.status}: ${done.stderr.toString().slice(0, 300)}`);
  return { milliseconds, output: done.stdout.toString() };
};

export const runMawk = (dialect: Dialect, path: string): Run | null => runProcess('mawk', [MAWK[dialect], path]);

export const runJc = (dialect: Dialect, listing: Buffer): Run | null => runProcess('jc', [`--${dialect}`], listing);

/** mawk's answer: PID to number of sockets. */
export const countsOf = (output: string): ReadonlyMap<number, number> =>
  new Map(
    output
      .trim()
      .split('\n')
      .map((line): [number, number] => {
        const [pid = '', sockets = ''] = line.split(' ');
        return [Number(pid), Number(sockets)];
      }),
  );
