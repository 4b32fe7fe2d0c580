import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The host's agent under a shell, with a configuration, a state and a destination of its own. */

export const AGENT = resolve('infra/host/closewatch-agent');

export const has = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

/** The shells that a host may have as its `sh`. */
export const SHELLS: readonly (readonly string[])[] = [['dash'], ['busybox', 'ash']].filter(([command = '']) => has(command));

/** Puts what is uploaded into a folder, and fails as a network does; `FAIL` is the words it fails with. */
const FAKE_AWS = `#!/bin/sh
for word; do case $word in s3://*) to=\${word#s3://*/} ;; esac; done
while [ "$1" != cp ]; do shift; done
[ ! -s "$OUTBOX/.fail" ] || { cat "$OUTBOX/.fail" >&2; exit 1; }
mkdir -p "$OUTBOX/\${to%/*}" && cp "$2" "$OUTBOX/.part" && mv "$OUTBOX/.part" "$OUTBOX/$to"
`;

export class AgentHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'closewatch-agent-'));
  readonly outbox = join(this.folder, 'outbox');
  readonly config = join(this.folder, 'closewatch.conf');
  readonly state = join(this.folder, 'state');
  readonly #shell: readonly string[];

  constructor(shell: readonly string[], settings: readonly string[]) {
    this.#shell = shell;
    mkdirSync(join(this.folder, 'bin'));
    mkdirSync(this.outbox);
    writeFileSync(join(this.folder, 'bin/aws'), FAKE_AWS);
    chmodSync(join(this.folder, 'bin/aws'), 0o755);
    this.configure(settings);
  }

  configure(settings: readonly string[]): void {
    writeFileSync(
      this.config,
      ['# made by a test', 'DESTINATION=s3://bucket', 'HOST=web-1', 'JITTER=0', 'NETNS=no', ...settings, ''].join('\n'),
    );
  }

  /** `null` lets uploads work again. */
  failWith(words: string | null): void {
    writeFileSync(join(this.outbox, '.fail'), words ?? '');
  }

  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`,
      OUTBOX: this.outbox,
      CLOSEWATCH_CONFIG: this.config,
      CLOSEWATCH_STATE: this.state,
      CLOSEWATCH_PREFIX: this.folder,
    };
  }

  run(...args: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
    const [command = 'sh', ...rest] = this.#shell;
    const { status, stdout, stderr } = spawnSync(command, [...rest, AGENT, ...args], { env: this.env, cwd: this.folder, encoding: 'utf8' });
    return { status, out: stdout, err: stderr };
  }

  /** In a process group of its own, so that it dies with all that it has started. */
  start(...args: readonly string[]): ChildProcess {
    const [command = 'sh', ...rest] = this.#shell;
    return spawn(command, [...rest, AGENT, ...args], { env: this.env, detached: true, stdio: 'ignore' });
  }

  /** Keys of what has arrived. */
  arrived(): readonly string[] {
    return readdirSync(this.outbox, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(({ parentPath, name }) => join(parentPath, name).slice(this.outbox.length + 1))
      .sort();
  }

  spooled(): readonly string[] {
    return readdirSync(join(this.state, 'spool')).filter((name) => !name.startsWith('.'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
