import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActorSpec } from './model.ts';
import type { Network } from './network.ts';
import { attempt, output } from './shell.ts';

const PROGRAMS = join(import.meta.dirname, 'programs');
const PYTHON = '/usr/bin/python3';
// Python finds its library by argv[0], which the lab replaces.
const PYTHON_HOME = output([PYTHON, '-c', 'import sys; print(sys.base_prefix)']).trim();
const DEFAULT_DESCRIPTORS = 20_000;

export interface RunningActor {
  readonly spec: ActorSpec;
  readonly reportFile: string;
  stop(): void;
}

/** Compiles the Java program once a run: javac takes longer than a scenario's start may. */
export const compileJava = (workFolder: string): void => {
  output(['javac', '-d', join(workFolder, 'classes'), join(PROGRAMS, 'Main.java')]);
};

/** What the program is installed as: its role in the incident must not show in a process list. */
const appOf = (spec: ActorSpec): string => spec.log?.app ?? ((spec.comm ?? spec.runtime ?? 'app').replace(/[^a-z0-9]/g, '') || 'app');

/** The programs as they lie on a host: /srv/<app>/…, so that neither `ps` nor a traceback tells what an actor is for. */
const install = (spec: ActorSpec, workFolder: string): string => {
  const folder = join(workFolder, 'srv', appOf(spec));
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(PROGRAMS).filter((n) => /\.(py|ts)$/.test(n) && n !== 'as_pid.py'))
    copyFileSync(join(PROGRAMS, name), join(folder, name));
  if (spec.runtime === 'java') cpSync(join(workFolder, '..', 'classes'), join(folder, 'lib'), { recursive: true });
  return `/srv/${appOf(spec)}`;
};

const commandLine = (spec: ActorSpec, home: string): readonly string[] => {
  if (spec.runtime === 'node') return ['node', process.execPath, '--disable-warning=ExperimentalWarning', `${home}/main.ts`];
  if (spec.runtime === 'java')
    return ['java', 'java', '-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${home}/lib`, 'Main'];
  return ['python3', PYTHON, `${home}/main.py`];
};

// In a mount namespace of its own (`ip netns exec` makes one), so that /srv is the actor's and nobody else's.
const ENTER = 'mount --bind "$1" /srv && ulimit -n "$2" && title=$3 && shift 3 && exec -a "$title" "$@"';
// A user cannot be changed and argv[0] be set by one program: the shell in the middle does the second as that user.
const ENTER_AS_NOBODY =
  'mount --bind "$1" /srv && ulimit -n "$2" && shift 2 && exec setpriv --reuid=65534 --regid=65534 --clear-groups ' +
  `bash -c 'title=$1 && shift && exec -a "$title" "$@"' enter "$@"`;

/** Where systemd would keep the cgroups of units: cgroup v2, beside v1 or alone. */
const CGROUPS = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((folder) => existsSync(join(folder, 'cgroup.procs')));

/** A slice of the lab's own: a real unit of this machine may have the same name. */
const SLICE = CGROUPS === undefined ? null : join(CGROUPS, 'closewatchlab.slice');

/** Joins a unit's cgroup, then becomes the rest of its arguments. */
const inUnit = (unit: string | undefined): readonly string[] => {
  if (unit === undefined) return [];
  if (SLICE === null) throw new Error('no cgroup v2 is mounted');
  return ['bash', '-c', 'mkdir -p "$1" && echo $$ >"$1/cgroup.procs" && shift && exec "$@"', 'unit', join(SLICE, unit)];
};

/** Removes the cgroups of scenarios that have ended; one that still has a process stays. */
export const removeUnits = (): void => {
  if (SLICE === null || !existsSync(SLICE)) return;
  const units = readdirSync(SLICE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const folder of [...units.map(({ name }) => join(SLICE, name)), SLICE]) attempt(['rmdir', folder]);
};

const inContainer = ({ ownPids }: ActorSpec): readonly string[] => (ownPids ? ['unshare', '--pid', '--fork', '--kill-child'] : []);

/** Becomes its arguments as the process `pid`, by asking the kernel for the one before it until nobody else comes between. */
const asPid = (pid: number | null): readonly string[] => (pid === null ? [] : [PYTHON, join(PROGRAMS, 'as_pid.py'), String(pid)]);

const environment = (spec: ActorSpec, reportFile: string): NodeJS.ProcessEnv => {
  const calls = spec.runtime === 'java' ? spec.config : {};
  const forJava = Object.fromEntries(Object.entries(calls).map(([k, v]) => [k, String(v)]));
  return {
    PATH: process.env.PATH,
    PYTHONHOME: PYTHON_HOME,
    PYTHONDONTWRITEBYTECODE: '1',
    ACTOR: JSON.stringify({ ...spec.config, comm: spec.comm }),
    ACTOR_REPORT: reportFile,
    ...forJava,
  };
};

export const startActor = (spec: ActorSpec, network: Network, workFolder: string, pid: number | null): RunningActor => {
  const reportFile = join(workFolder, `${spec.role}.jsonl`);
  const home = install(spec, workFolder);
  const [title = '', ...command] = commandLine(spec, home);
  const limit = String(spec.descriptors ?? DEFAULT_DESCRIPTORS);
  const enter = ['bash', '-c', spec.ordinaryUser ? ENTER_AS_NOBODY : ENTER, 'enter', join(workFolder, 'srv'), limit, spec.title ?? title];
  writeFileSync(reportFile, '');
  chmodSync(reportFile, 0o666);
  // Should the lab be killed, its actors end with it.
  const argv = [
    '--pdeathsig',
    'KILL',
    ...asPid(pid),
    ...inUnit(spec.unit),
    ...inContainer(spec),
    'ip',
    'netns',
    'exec',
    network[spec.where],
    ...enter,
    ...command,
  ];
  const child = spawn('setpriv', argv, {
    env: environment(spec, reportFile),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { spec, reportFile, stop: () => stop(child) };
};

const stop = (child: ChildProcess): void => {
  child.kill('SIGKILL');
};
