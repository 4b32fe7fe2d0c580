import type { Owner, Ownership } from '../model/socket.ts';

/** Alone a PID, or a PID and what stands behind the first space; several as JSON, which begins with no digit. */
const keyOf = (owners: readonly Owner[]): string => {
  const [first, second] = owners;
  if (first === undefined || second !== undefined) return JSON.stringify(owners);
  return first.command === null ? `${first.pid}` : `${first.pid} ${first.command}`;
};

/** Numbers the ownerships of one listing: equal ones have one number, as `SocketColumns` says. */
export class Ownerships {
  readonly all: Ownership[] = [{ kind: 'unknown' }, { kind: 'unowned' }];
  readonly #numbers = new Map<string, number>();

  of(ownership: Ownership): number {
    if (ownership.kind !== 'owned') return this.all.findIndex(({ kind }) => kind === ownership.kind);
    const key = keyOf(ownership.owners);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.all.length);
    return this.all.push(ownership) - 1;
  }
}
