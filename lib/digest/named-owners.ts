import type { ProcessRow, Snapshot } from '../model/snapshot.ts';
import type { Owner, Ownership } from '../model/socket.ts';
import type { SocketColumns } from '../model/socket-columns.ts';

/** The program's base name from a command line: `/usr/bin/java -jar x` is `java`. */
export const baseName = (args: string): string => {
  const [program = ''] = args.trimStart().split(' ', 1);
  return program.slice(program.lastIndexOf('/') + 1);
};

const nameOf = (owner: Owner, ps: ReadonlyMap<number, ProcessRow>): Owner => {
  const args = owner.command === null ? ps.get(owner.pid)?.args : null;
  return args == null ? owner : { ...owner, command: baseName(args) };
};

const named = (ownership: Ownership, ps: ReadonlyMap<number, ProcessRow>): Ownership => {
  if (ownership.kind !== 'owned' || ownership.owners.every(({ command }) => command !== null)) return ownership;
  const [first, ...others] = ownership.owners;
  return { kind: 'owned', owners: [nameOf(first, ps), ...others.map((owner) => nameOf(owner, ps))] };
};

/** The sockets of a snapshot, their owners named by `ps` where the listing has PIDs only. */
export const socketsWithNames = ({ sockets, processes }: Snapshot): SocketColumns => {
  if (processes === null) return sockets;
  const ps = new Map(processes.map((row) => [row.pid, row]));
  return { ...sockets, ownerships: sockets.ownerships.map((ownership) => named(ownership, ps)) };
};
