import type { Holder } from '../model/digest.ts';
import type { Owner, Ownership } from '../model/socket.ts';

const NOBODY: Holder = { kind: 'nobody' };
const UNKNOWN: Holder = { kind: 'unknown' };

/** The one that stands for all of a socket's owners (fork): the lowest PID is the parent, or outlived it. */
const ownerOf = (owners: readonly [Owner, ...Owner[]]): Owner =>
  owners.length === 1 ? owners[0] : owners.reduce((lowest, other) => (other.pid < lowest.pid ? other : lowest));

/** Whose a socket is. */
export const holderOf = (ownership: Ownership): Holder => {
  if (ownership.kind !== 'owned') return ownership.kind === 'unowned' ? NOBODY : UNKNOWN;
  const { pid, command } = ownerOf(ownership.owners);
  return { kind: 'process', pid, command };
};
