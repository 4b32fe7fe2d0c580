import { readdir, readFile, stat } from 'node:fs/promises';
import { release } from 'node:os';
import { listFromProc, listProcesses } from './proc-sockets.ts';
import { run } from './run.ts';

/** This machine as an upload would show it: the sections of DESIGN.md, read anew at each look. */

export interface HostLook {
  readonly snapshot: Buffer;
  /** What could not be seen, whole sentences. */
  readonly notes: readonly string[];
}

/** Nothing shows sockets here: what is missing, as a whole sentence. */
export class NoSocketsError extends Error {
  override readonly name = 'NoSocketsError';
}

/**
 * Newest first; old iproute2 has no `-O`. `-i` shows how long ago a peer closed, which one look alone cannot tell otherwise; it makes rows
 * three times as long.
 */
const LISTINGS: readonly (readonly string[])[] = [
  ['ss', '-tanpeoiO'],
  ['ss', '-tanpe'],
  ['netstat', '-natp'],
];
const LIGHT_LISTINGS = LISTINGS.slice(1);
const SYSCTLS = ['ip_local_port_range', 'ip_local_reserved_ports', 'tcp_tw_reuse', 'tcp_fin_timeout'].map(
  (name) => `/proc/sys/net/ipv4/${name}`,
);
/** Programs with sockets whose arguments and descriptors are read: those that come first in the listing, which none with a pile escapes for long. */
const MAX_PROGRAMS = 256;

const section = (name: string, text: string): string => `==> ${name} <==\n${text.endsWith('\n') ? text : `${text}\n`}`;

const textOf = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Not on this kernel, not allowed, or the process has ended: unknown, which an absent section says.
    return null;
  }
};

const files = async (paths: readonly string[]): Promise<string> =>
  (await Promise.all(paths.map(async (path) => [path, await textOf(path)] as const)))
    .map(([path, text]) => (text === null ? '' : section(path, text)))
    .join('');

const isPid = (text: string): boolean => /^\d{1,10}$/.test(text);

const insideOf = (netns: string | null): readonly string[] =>
  netns === null ? [] : ['nsenter', `--net=${isPid(netns) ? `/proc/${netns}/ns/net` : `/run/netns/${netns}`}`, '--'];

/** `tail -vn +1` prints the sections itself. */
const filesIn = async (netns: string | null, paths: readonly string[]): Promise<string> => {
  if (netns === null) return files(paths);
  const read = await run([...insideOf(netns), 'tail', '-vn', '+1', ...paths]);
  return read.kind === 'ran' ? read.output.toString('utf8') : '';
};

/** Nothing but its header: the command ran, and there is no socket. */
const isEmpty = (listing: Buffer): boolean => listing.subarray(0, -1).indexOf(10) < 0;

interface Listing {
  readonly text: string;
  readonly hasSockets: boolean;
  readonly note: string | null;
}

interface Failure {
  readonly command: string;
  readonly why: string;
}

/** What failed alike is said once: `ss and netstat failed (EMFILE)`. */
const reasonsOf = (failures: readonly Failure[]): string =>
  [...new Set(failures.map(({ why }) => why))]
    .map((why) => {
      const commands = new Set(failures.filter((failure) => failure.why === why).map(({ command }) => command));
      const verb = commands.size > 1 ? why.replace(/^is /, 'are ') : why;
      return `${[...commands].join(' and ')} ${verb}`;
    })
    .join('; ');

/** @throws NoSocketsError */
const listSockets = async (netns: string | null, isLight: boolean): Promise<Listing> => {
  const failures: Failure[] = [];
  for (const argv of isLight ? LIGHT_LISTINGS : LISTINGS) {
    const outcome = await run([...insideOf(netns), ...argv]);
    if (outcome.kind === 'ran') {
      const { output } = outcome;
      return { text: section(argv.join(' '), output.toString('utf8')), hasSockets: !isEmpty(output), note: null };
    }
    failures.push({ command: argv[0] ?? '', why: outcome.kind === 'missing' ? 'is not installed' : `failed (${outcome.detail})` });
  }
  const reasons = reasonsOf(failures);
  const pid = netns ?? 'self';
  const rows = pid === 'self' || isPid(pid) ? listFromProc(pid) : null;
  if (rows === null) throw new NoSocketsError(`Nothing lists the sockets: ${reasons}.`);
  return { text: section('netstat -natpee', rows), hasSockets: true, note: `The sockets are read from /proc: ${reasons}.` };
};

/** As `ss` and netstat name them. A program may call itself `pid=7`: then the arguments of one more process are read. */
const programsIn = (listing: string): readonly number[] => {
  const pids = new Set<number>();
  for (const match of listing.matchAll(/\bpid=(\d{1,10})\b|\s(\d{1,10})\/\S/g)) {
    if (pids.size >= MAX_PROGRAMS) break;
    pids.add(Number(match[1] ?? match[2]));
  }
  return [...pids];
};

const LIMIT = /^Max open files +(\d+|unlimited) +(\d+|unlimited)/m;

/** Since Linux 6.2 the folder's size is the number of descriptors; before, it is 0. */
const openDescriptors = async (pid: number): Promise<number> => {
  const { size } = await stat(`/proc/${pid}/fd`);
  return size > 0 ? size : (await readdir(`/proc/${pid}/fd`)).length;
};

/** `pid open soft hard`, or what kept it from us. */
const descriptorRow = async (pid: number): Promise<string | 'hidden' | 'gone'> => {
  try {
    const [open, limits] = await Promise.all([openDescriptors(pid), readFile(`/proc/${pid}/limits`, 'utf8')]);
    const [, soft = '-', hard = '-'] = LIMIT.exec(limits) ?? [];
    return `${pid} ${open} ${soft} ${hard}`;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'hidden' : 'gone';
  }
};

const descriptors = async (pids: readonly number[]): Promise<Omit<Listing, 'hasSockets'>> => {
  const rows = await Promise.all(pids.map(descriptorRow));
  const seen = rows.filter((row) => row !== 'hidden' && row !== 'gone');
  const hidden = rows.filter((row) => row === 'hidden').length;
  return {
    text: seen.length === 0 ? '' : section('fds', ['pid open soft hard', ...seen].join('\n')),
    note: hidden === 0 ? null : `The descriptors of ${hidden} programs of other users are hidden: run it as root.`,
  };
};

const PS = ['ps', '-o', 'pid,ppid,user:32,etimes,args'];

const processes = async (pids: readonly number[]): Promise<string> => {
  if (pids.length === 0) return '';
  const outcome = await run([...PS, '-p', pids.join(',')]);
  return section(PS.join(' '), outcome.kind === 'ran' ? outcome.output.toString('utf8') : listProcesses(pids));
};

const meta = async (host: string, at: string): Promise<string> => {
  const bootId = await textOf('/proc/sys/kernel/random/boot_id');
  const boot = bootId === null ? '' : `boot_id: ${bootId.trim()}\n`;
  return section('meta', `host: ${host}\ntaken_at: ${at}\nkernel: ${release()}\n${boot}`);
};

/**
 * One look.
 *
 * @param netns a name under /run/netns, or the PID of a process that is in it; `null`: where this process is
 * @param isLight without what makes rows long: for hosts with very many sockets
 * @throws NoSocketsError
 */
export const lookAtHost = async (host: string, at: string, netns: string | null, isLight: boolean): Promise<HostLook> => {
  const sockets = await listSockets(netns, isLight);
  // An empty table among full sections reads as that of a command that failed (`cases/sight.ts`); alone it says that all is gone.
  if (!sockets.hasSockets) return { snapshot: Buffer.from(sockets.text), notes: [] };
  const pids = programsIn(sockets.text);
  const [about, sysctl, ps, fds] = await Promise.all([meta(host, at), filesIn(netns, SYSCTLS), processes(pids), descriptors(pids)]);
  const isRoot = process.getuid?.() === 0;
  const notRoot = isRoot ? [] : ['Not run as root: whose the sockets of other users are is hidden, and so may be who is to blame.'];
  return {
    snapshot: Buffer.from([about, sockets.text, sysctl, ps, fds.text].join('')),
    notes: [...notRoot, sockets.note, isRoot ? fds.note : null].filter((note) => note !== null),
  };
};
