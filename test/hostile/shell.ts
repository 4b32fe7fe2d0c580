import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs that our commands name, and those that an injected one would. */
const OURS =
  'ss ps kill systemctl sysctl prlimit ls wc grep awk sort uniq head cat jstack top docker podman crictl kubectl lxc-stop tail'.split(' ');
const THEIRS = 'touch curl evil rm sh nc wget id reboot'.split(' ');

export interface Ran {
  /** [program, …arguments] of each that was called. */
  readonly calls: readonly (readonly string[])[];
  /** What it left in its folder. */
  readonly files: readonly string[];
  readonly stderr: string;
}

export interface Sandbox {
  run(command: string): Ran;
  close(): void;
}

const STUB = `#!/bin/sh
{ printf '%s\\0' "$(/usr/bin/basename "$0")" "$@"; printf '\\n\\0'; } >> "$CALLS"
`;
/** The shell's own `kill` would not look at PATH. */
const BUILTIN = 'kill() { env kill "$@"; }';
const END = '\n';

const callsIn = (text: string): readonly (readonly string[])[] => {
  const calls: string[][] = [[]];
  for (const word of text.split('\0').slice(0, -1)) {
    if (word === END) calls.push([]);
    else calls.at(-1)?.push(word);
  }
  return calls.filter((call) => call.length > 0);
};

/** A folder in which a true shell runs commands, whose programs only write down how they were called. */
export const openSandbox = (): Sandbox => {
  const root = mkdtempSync(join(tmpdir(), 'hostile-'));
  const [bin, home, calls] = [join(root, 'bin'), join(root, 'home'), join(root, 'calls')];
  mkdirSync(bin);
  mkdirSync(home);
  writeFileSync(join(bin, 'ss'), STUB);
  chmodSync(join(bin, 'ss'), 0o755);
  symlinkSync('/usr/bin/env', join(bin, 'env'));
  for (const name of [...OURS, ...THEIRS]) if (name !== 'ss') symlinkSync('ss', join(bin, name));
  return {
    run: (command) => {
      writeFileSync(calls, '');
      const { stderr } = spawnSync('/bin/sh', ['-c', `${BUILTIN}\n${command}`], {
        cwd: home,
        env: { PATH: bin, CALLS: calls },
        encoding: 'utf8',
        timeout: 10_000,
      });
      return { calls: callsIn(readFileSync(calls, 'utf8')), files: readdirSync(home), stderr };
    },
    close: () => rmSync(root, { recursive: true }),
  };
};

export const isTheirs = (call: readonly string[]): boolean => THEIRS.includes(call[0] ?? '');
