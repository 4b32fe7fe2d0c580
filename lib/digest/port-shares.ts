import type { PortShare } from '../model/digest.ts';
import type { Socket } from '../model/socket.ts';
import type { Census } from './census.ts';
import { holderOf } from './holder.ts';
import { DistinctCounts, PairNumbering, tally } from './numbering.ts';
import { peerText } from './peer-text.ts';

const MAX_SHARES = 8;
const MAX_SHARED_WITH = 8;
const PORTS = 65_536;

interface Draft {
  /** Of its first socket. */
  readonly holder: PortShare['holder'];
  readonly sharedWith: Set<number>;
  exclusivePorts: number;
  /** A socket to the commonest peer, and how many go there. */
  peer: { readonly socket: Socket; readonly sockets: number } | null;
}

const newDraft = (socket: Socket): Draft => ({ holder: holderOf(socket), sharedWith: new Set(), exclusivePorts: 0, peer: null });

const addOwners = ({ holder, sharedWith }: Draft, { ownership }: Socket): void => {
  if (ownership.kind !== 'owned' || ownership.owners.length === 1) return;
  for (const { pid } of ownership.owners) if (holder.kind === 'process' && pid !== holder.pid) sharedWith.add(pid);
};

/** Of equals the peer whose text is less. */
const offerPeer = (draft: Draft, socket: Socket, sockets: number): void => {
  const best = draft.peer;
  const isBetter = best === null || sockets > best.sockets || (sockets === best.sockets && peerText(socket) < peerText(best.socket));
  if (isBetter) draft.peer = { socket, sockets };
};

/** Nobody's sockets (TIME_WAIT, or a listing without PIDs) are told apart by their peer; a process is one holder, whatever its peers. */
const ANY_PEER = -1;

const FREE = -1;
const SHARED = -2;

/** Whose each port is: a share's number, or that nobody or several have it. */
class PortHolders {
  readonly #holder = new Int32Array(PORTS).fill(FREE);

  take(port: number, share: number): void {
    const holder = this.#holder[port];
    this.#holder[port] = holder === FREE || holder === share ? share : SHARED;
  }

  get used(): number {
    let used = 0;
    for (let port = 0; port < PORTS; port += 1) if (this.#holder[port] !== FREE) used += 1;
    return used;
  }

  countExclusive(drafts: readonly Draft[]): void {
    for (const [share, ports] of tally(this.#holder, drafts.length).entries()) {
      const draft = drafts[share];
      if (draft !== undefined) draft.exclusivePorts = ports;
    }
  }
}

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
  /** Of a share, to an end: and how many go that way. */
  readonly #ways: PairNumbering;
  readonly #peers: { readonly draft: Draft; readonly socket: Socket; sockets: number }[] = [];
  readonly #ports: DistinctCounts;
  readonly #holders = new PortHolders();

  constructor(census: Census, expected: number) {
    this.#census = census;
    this.#numbers = new PairNumbering(census.seed);
    this.#ways = new PairNumbering(census.seed);
    this.#ports = new DistinctCounts(census.seed, expected);
  }

  /** @param i index of a socket */
  add(i: number, isClient: boolean): void {
    const { sockets, holder: holderOfSocket, holders, peer } = this.#census;
    const socket = sockets[i];
    if (socket === undefined || socket.local.port === null) return;
    const holder = holderOfSocket[i] ?? 0;
    const end = peer[i] ?? 0;
    const share = this.#numbers.of(holder, holders[holder]?.kind === 'process' ? ANY_PEER : end);
    const draft = this.#drafts[share] ?? newDraft(socket);
    this.#drafts[share] = draft;
    this.#ports.add(share, socket.local.port);
    this.#holders.take(socket.local.port, share);
    addOwners(draft, socket);
    if (isClient) this.#addPeer(draft, socket, this.#ways.of(share, end));
  }

  finish(): PortShares {
    for (const { draft, socket, sockets } of this.#peers) offerPeer(draft, socket, sockets);
    this.#holders.countExclusive(this.#drafts);
    const shares = this.#drafts.map((draft, share) => toShare(draft, this.#ports.counts[share] ?? 0));
    return {
      used: this.#holders.used,
      shares: shares.sort((a, b) => b.exclusivePorts - a.exclusivePorts || b.ports - a.ports).slice(0, MAX_SHARES),
    };
  }

  #addPeer(draft: Draft, socket: Socket, way: number): void {
    const known = this.#peers[way];
    if (known === undefined) this.#peers[way] = { draft, socket, sockets: 1 };
    else known.sockets += 1;
  }
}

/** @param scope sockets with a port, by their indexes */
export const portShares = (census: Census, scope: readonly number[], isClient: Uint8Array): PortShares => {
  const shares = new Shares(census, scope.length);
  for (const i of scope) shares.add(i, isClient[i] === 1);
  return shares.finish();
};

const toShare = ({ holder, peer, exclusivePorts, sharedWith }: Draft, ports: number): PortShare => ({
  holder,
  peer: peer === null ? null : peerText(peer.socket),
  ports,
  exclusivePorts,
  sharedWith: [...sharedWith].sort((a, b) => a - b).slice(0, MAX_SHARED_WITH),
});
