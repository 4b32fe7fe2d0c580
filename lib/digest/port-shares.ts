import type { PortShare } from '../model/digest.ts';
import type { Ownership } from '../model/socket.ts';
import { UNKNOWN } from '../model/socket-columns.ts';
import type { Census } from './census.ts';
import { PairNumbering, type PortTakers } from './numbering.ts';

const MAX_SHARES = 8;
const MAX_SHARED_WITH = 8;

interface Draft {
  /** Of its first socket. */
  readonly holder: PortShare['holder'];
  readonly sharedWith: Set<number>;
  /** The commonest peer's end, and how many go there. */
  peer: Way | null;
}

/** From a share to an end. */
interface Way {
  readonly share: number;
  readonly end: number;
  sockets: number;
}

const addOwners = ({ holder, sharedWith }: Draft, ownership: Ownership): void => {
  if (ownership.kind !== 'owned') return;
  for (const { pid } of ownership.owners) if (holder.kind === 'process' && pid !== holder.pid) sharedWith.add(pid);
};

const hasSeveral = (ownership: Ownership): boolean => ownership.kind === 'owned' && ownership.owners.length > 1;

/** Of equals the peer whose text is less. */
const isBetter = (a: Way, b: Way | null, { textOf }: Census): boolean =>
  b === null || a.sockets > b.sockets || (a.sockets === b.sockets && textOf(a.end) < textOf(b.end));

/** Nobody's sockets (TIME_WAIT, or a listing without PIDs) are told apart by their peer; a process is one holder, whatever its peers. */
const ANY_PEER = -1;

export interface PortShares {
  /** Distinct ports, of all together. */
  readonly used: number;
  /** Those with most exclusive ports first. */
  readonly shares: readonly PortShare[];
}

/** Adds sockets up to shares. */
class Shares {
  readonly #census: Census;
  readonly #numbers: PairNumbering;
  readonly #drafts: Draft[] = [];
  readonly #wayNumbers: PairNumbering;
  readonly #ways: Way[] = [];
  readonly #ports: PortTakers;
  /** Of ownerships, by their numbers. */
  readonly #hasSeveral: readonly boolean[];

  constructor(census: Census, ports: PortTakers) {
    this.#census = census;
    this.#numbers = new PairNumbering(census.seed);
    this.#wayNumbers = new PairNumbering(census.seed);
    this.#ports = ports;
    this.#hasSeveral = census.sockets.ownerships.map(hasSeveral);
  }

  /** @param i index of a socket with a port */
  add(i: number, isClient: boolean): void {
    const { holder: holderOfSocket, holders, peer, port, sockets } = this.#census;
    const ownership = sockets.ownership[i] ?? UNKNOWN;
    const holder = holderOfSocket[i] ?? 0;
    const end = peer[i] ?? 0;
    const share = this.#numbers.of(holder, holders[holder]?.kind === 'process' ? ANY_PEER : end);
    if (share === this.#drafts.length) this.#drafts.push({ holder: this.#census.holderAt(i), sharedWith: new Set(), peer: null });
    if (this.#hasSeveral[ownership] === true) this.#addOwners(share, ownership);
    this.#ports.take(port[i] ?? 0, share);
    if (isClient) this.#addWay(share, end);
  }

  finish(): PortShares {
    for (const way of this.#ways) {
      const draft = this.#drafts[way.share];
      if (draft !== undefined && isBetter(way, draft.peer, this.#census)) draft.peer = way;
    }
    const exclusive = this.#ports.exclusive();
    const shares = this.#drafts.map(({ holder, peer, sharedWith }, share) => ({
      holder,
      peer: peer === null ? null : this.#census.textOf(peer.end),
      ports: this.#ports.counts[share] ?? 0,
      exclusivePorts: exclusive[share] ?? 0,
      sharedWith: [...sharedWith].sort((a, b) => a - b).slice(0, MAX_SHARED_WITH),
    }));
    shares.sort((a, b) => b.exclusivePorts - a.exclusivePorts || b.ports - a.ports);
    return { used: this.#ports.used, shares: shares.slice(0, MAX_SHARES) };
  }

  #addOwners(share: number, ownership: number): void {
    const draft = this.#drafts[share];
    const owners = this.#census.sockets.ownerships[ownership];
    if (draft !== undefined && owners !== undefined) addOwners(draft, owners);
  }

  #addWay(share: number, end: number): void {
    const number = this.#wayNumbers.of(share, end);
    const way = this.#ways[number];
    if (way === undefined) this.#ways.push({ share, end, sockets: 1 });
    else way.sockets += 1;
  }
}

/** @param scope sockets with a port, by their indexes @param ports where they are counted */
export const portShares = (census: Census, scope: Int32Array, isClient: Uint8Array, ports: PortTakers): PortShares => {
  ports.clear();
  const shares = new Shares(census, ports);
  for (let n = 0; n < scope.length; n += 1) {
    const i = scope[n] ?? 0;
    shares.add(i, isClient[i] === 1);
  }
  return shares.finish();
};
