import type { Holder } from '../model/digest.ts';
import type { Ownership } from '../model/socket.ts';

const NOBODY: Holder = { kind: 'nobody' };
const UNKNOWN: Holder = { kind: 'unknown' };

/** Whose a socket is. Of several owners (fork) the lowest PID stands for all: it is the parent, or outlived it. */
export const holderOf = (ownership: Ownership): Holder => {
  if (ownership.kind === 'unowned') return NOBODY;
  if (ownership.kind === 'unknown') return UNKNOWN;
  const [first, ...others] = ownership.owners;
  const owner = others.reduce((lowest, other) => (other.pid < lowest.pid ? other : lowest), first);
  return { kind: 'process', pid: owner.pid, command: owner.command };
};
