import type { Holder } from '../model/digest.ts';
import type { Owner, Socket } from '../model/socket.ts';

const NOBODY: Holder = { kind: 'nobody' };
const UNKNOWN: Holder = { kind: 'unknown' };

/** The one that stands for all of a socket's owners (fork): the lowest PID is the parent, or outlived it. */
export const ownerOf = ({ ownership }: Socket): Owner | null => {
  if (ownership.kind !== 'owned') return null;
  const { owners } = ownership;
  return owners.length === 1 ? owners[0] : owners.reduce((lowest, other) => (other.pid < lowest.pid ? other : lowest));
};

/** Whose a socket is. */
export const holderOf = (socket: Socket): Holder => {
  const owner = ownerOf(socket);
  if (owner !== null) return { kind: 'process', pid: owner.pid, command: owner.command };
  return socket.ownership.kind === 'unowned' ? NOBODY : UNKNOWN;
};
