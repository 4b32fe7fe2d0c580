import type { Ownership } from '../model/socket.ts';

type Owned = Extract<Ownership, { kind: 'owned' }>;

/** Processes by PID whose name recurs: a host has fewer at once. */
const MAX_PROCESSES = 65_536;

/** One object for all sockets of one process, by which they can be grouped. */
export class Owners {
  readonly #byPid = new Map<number, Owned>();

  one(command: string | null, pid: number): Owned {
    const known = this.#byPid.get(pid);
    if (known !== undefined && known.owners[0].command === command) return known;
    const made: Owned = { kind: 'owned', owners: [{ command, pid }] };
    if (this.#byPid.size < MAX_PROCESSES) this.#byPid.set(pid, made);
    return made;
  }
}

export const UNOWNED: Ownership = { kind: 'unowned' };
export const OWNER_UNKNOWN: Ownership = { kind: 'unknown' };
