import type { Holder, ProcessFact } from '../model/digest.ts';
import type { DescriptorRow, ProcessRow, Snapshot } from '../model/snapshot.ts';
import { redact } from '../text/redact.ts';
import { baseName } from './named-owners.ts';

const MAX_PROCESSES = 32;
const MAX_ARGS = 120;
/** A process this near its soft limit is kept although it holds no pile: it may be the one that fails. */
const NEAR_LIMIT = 0.8;
/** Sockets that have vanished from the listing still show in the descriptors of their process. */
const MAX_FULLEST = 6;
/** `ps` rows kept for matching a log's program by PID or name where no socket leads to it. */
const MAX_BYSTANDERS = 16;

const startedAt = (row: ProcessRow | undefined, takenAt: string): string | null =>
  row === undefined || row.elapsedSeconds === null ? null : new Date(Date.parse(takenAt) - row.elapsedSeconds * 1000).toISOString();

const nearLimit = (row: DescriptorRow): boolean => row.soft !== null && row.open >= NEAR_LIMIT * row.soft;

const toFact = (
  pid: number,
  command: string | null,
  ps: ProcessRow | undefined,
  fds: DescriptorRow | undefined,
  takenAt: string,
): ProcessFact => ({
  pid,
  command: command ?? (ps?.args == null ? null : baseName(ps.args)),
  ppid: ps?.ppid ?? null,
  args: ps?.args == null ? null : redact(ps.args).slice(0, MAX_ARGS),
  startedAt: startedAt(ps, takenAt),
  descriptors: fds === undefined ? null : { open: fds.open, soft: fds.soft },
});

/** What `ps` and the descriptor table say of the holders of sockets, of those near their limit, of those with most descriptors, and of the youngest others. */
export const processesOf = (snapshot: Snapshot, holders: readonly Holder[], takenAt: string): readonly ProcessFact[] => {
  const ps = new Map(snapshot.processes?.map((row) => [row.pid, row]));
  const fds = new Map(snapshot.descriptors?.map((row) => [row.pid, row]));
  const commands = new Map<number, string | null>();
  for (const holder of holders) if (holder.kind === 'process') commands.set(holder.pid, holder.command);
  const full = [...fds.values()].filter(nearLimit).map(({ pid }) => pid);
  const youngest = [...ps.values()]
    .sort((a, b) => (a.elapsedSeconds ?? 0) - (b.elapsedSeconds ?? 0))
    .slice(0, MAX_BYSTANDERS)
    .map(({ pid }) => pid);
  const fullest = [...fds.values()]
    .sort((a, b) => b.open - a.open)
    .slice(0, MAX_FULLEST)
    .map(({ pid }) => pid);
  const pids = [...new Set([...full, ...fullest, ...commands.keys(), ...youngest])].slice(0, MAX_PROCESSES);
  return pids.map((pid) => toFact(pid, commands.get(pid) ?? null, ps.get(pid), fds.get(pid), takenAt));
};
