import type { ProcessRow, Snapshot } from '../model/snapshot.ts';
import type { Owner, Socket } from '../model/socket.ts';

/** The program's base name from a command line: `/usr/bin/java -jar x` is `java`. */
export const baseName = (args: string): string => {
  const [program = ''] = args.trimStart().split(' ', 1);
  return program.slice(program.lastIndexOf('/') + 1);
};

const nameOf = (owner: Owner, ps: ReadonlyMap<number, ProcessRow>): Owner => {
  const args = owner.command === null ? ps.get(owner.pid)?.args : null;
  return args == null ? owner : { ...owner, command: baseName(args) };
};

/** The sockets of a snapshot, their owners named by `ps` where the listing has PIDs only. */
export const socketsWithNames = ({ sockets, processes }: Snapshot): readonly Socket[] => {
  if (processes === null) return sockets;
  const ps = new Map(processes.map((row) => [row.pid, row]));
  return sockets.map((socket) => {
    if (socket.ownership.kind !== 'owned' || socket.ownership.owners.every(({ command }) => command !== null)) return socket;
    const [first, ...others] = socket.ownership.owners;
    return { ...socket, ownership: { kind: 'owned', owners: [nameOf(first, ps), ...others.map((owner) => nameOf(owner, ps))] } };
  });
};
