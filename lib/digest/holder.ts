import type { Holder } from '../model/digest.ts';
import type { Socket } from '../model/socket.ts';

const NOBODY: Holder = { kind: 'nobody' };
const UNKNOWN: Holder = { kind: 'unknown' };

/** Whose a socket is. Of several owners (fork) the lowest PID stands for all: it is the parent, or outlived it. */
export const holderOf = (socket: Socket): Holder => {
  if (socket.ownership.kind === 'unowned') return NOBODY;
  if (socket.ownership.kind === 'unknown') return UNKNOWN;
  const [first, ...others] = socket.ownership.owners;
  const owner = others.reduce((lowest, other) => (other.pid < lowest.pid ? other : lowest), first);
  return { kind: 'process', pid: owner.pid, command: owner.command };
};
