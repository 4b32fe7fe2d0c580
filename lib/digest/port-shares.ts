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

/** @param scope sockets with a port, by their indexes */
export const portShares = (census: Census, scope: readonly number[], isClient: Uint8Array): PortShares => {
  const numbers = new PairNumbering(census.seed);
  const toward = new PairNumbering(census.seed);
  const drafts: Draft[] = [];
  const ports = new DistinctCounts(census.seed, scope.length);
  const holders = new PortHolders();
  const peers: { readonly draft: Draft; readonly socket: Socket; sockets: number }[] = [];
  for (const i of scope) {
    const socket = census.sockets[i];
    const holder = census.holder[i] ?? 0;
    const peer = census.peer[i] ?? 0;
    if (socket === undefined || socket.local.port === null) continue;
    const share = numbers.of(holder, census.holders[holder]?.kind === 'process' ? ANY_PEER : peer);
    const draft = drafts[share] ?? newDraft(socket);
    drafts[share] = draft;
    ports.add(share, socket.local.port);
    holders.take(socket.local.port, share);
    addOwners(draft, socket);
    if (isClient[i] === 0) continue;
    const way = toward.of(share, peer);
    const known = peers[way] ?? { draft, socket, sockets: 0 };
    peers[way] = known;
    known.sockets += 1;
  }
  for (const { draft, socket, sockets } of peers) offerPeer(draft, socket, sockets);
  holders.countExclusive(drafts);
  const shares = drafts.map((draft, share) => toShare(draft, ports.counts[share] ?? 0));
  return {
    used: holders.used,
    shares: shares.sort((a, b) => b.exclusivePorts - a.exclusivePorts || b.ports - a.ports).slice(0, MAX_SHARES),
  };
};

const toShare = ({ holder, peer, exclusivePorts, sharedWith }: Draft, ports: number): PortShare => ({
  holder,
  peer: peer === null ? null : peerText(peer.socket),
  ports,
  exclusivePorts,
  sharedWith: [...sharedWith].sort((a, b) => a - b).slice(0, MAX_SHARED_WITH),
});
