import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { LOCAL_JUDGING, NAMES, topicArn } from './emulators.ts';

/** Where other commands find a stack that runs: a file beside its state. */
const running = z.object({ pid: z.int().check(z.positive()), aws: z.url(), table: z.url(), api: z.url() });
export type Running = z.infer<typeof running>;

const fileIn = (stateDir: string): string => join(stateDir, 'running.json');

export const announceStack = (stateDir: string, stack: Running): Promise<void> =>
  writeFile(fileIn(stateDir), `${JSON.stringify(stack)}\n`, { mode: 0o600 });

export const withdrawStack = (stateDir: string): Promise<void> => rm(fileIn(stateDir), { force: true });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** The stack that `closewatch start` runs with this state; `null` where none does. */
export const runningStack = async (stateDir: string): Promise<Running | null> => {
  try {
    const stack = running.parse(JSON.parse(await readFile(fileIn(stateDir), 'utf8')));
    return isAlive(stack.pid) ? stack : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    if (error instanceof SyntaxError || error instanceof z.core.$ZodError) return null;
    throw error;
  }
};

export const LOCAL_TABLE = NAMES.table;

/** What a command needs to reach all of it. */
export const placesOf = ({ aws, table, api }: Running) => ({
  aws,
  tableAddress: table,
  api,
  bucket: NAMES.bucket,
  table: NAMES.table,
  topicArn,
  judging: JSON.stringify(LOCAL_JUDGING),
});
