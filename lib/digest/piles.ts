import type { Pile, Side } from '../model/digest.ts';
import { TCP_STATES, type TcpState } from '../model/socket.ts';
import { socketAt, stateNamed } from '../model/socket-columns.ts';
import { type Census, LISTEN } from './census.ts';
import { holderOf } from './holder.ts';
import { PairNumbering } from './numbering.ts';
import { peerText } from './peer-text.ts';
import { PileSums } from './pile-sums.ts';
import { EndHashes } from './sketch.ts';

/** 24 piles of some 300 bytes keep a digest near 4 KB while the sketches (350 bytes) go to those that matter. */
const MAX_PILES = 24;
const MAX_SKETCHES = 12;
/** Below this many sockets nothing is a pile worth following, however steadily it grows. */
const SKETCH_MIN_SOCKETS = 4;
/** A client with more peers than this in one state is described by its total, not by a pile for each. */
const MAX_PEERS_APART = 6;

/** Numbers what piles are apart by: holder, state and local address. */
const ownersOf = ({ state, holder, address, seed }: Census): { readonly owner: Int32Array; readonly owners: number } => {
  const owners = new PairNumbering(seed);
  const owner = new Int32Array(holder.length);
  for (let i = 0; i < owner.length; i += 1) {
    owner[i] = owners.of((holder[i] ?? 0) * TCP_STATES.length + (state[i] ?? 0), address[i] ?? 0);
  }
  return { owner, owners: owners.size };
};

/** Clients of many peers, whose piles are merged: 1 for each such owner. */
const clientsOfMany = ({ state, peer, seed }: Census, isClient: Uint8Array, owner: Int32Array, owners: number): Uint8Array => {
  const pairs = new PairNumbering(seed);
  const peers = new Int32Array(owners);
  for (let i = 0; i < owner.length; i += 1) {
    const one = owner[i] ?? 0;
    if (state[i] === LISTEN || isClient[i] === 0 || (peers[one] ?? 0) > MAX_PEERS_APART) continue;
    const known = pairs.size;
    if (pairs.of(one, peer[i] ?? 0) === known) peers[one] = (peers[one] ?? 0) + 1;
  }
  return Uint8Array.from(peers, (count) => Number(count > MAX_PEERS_APART));
};

/** What a pile is apart by beside its owner: the peer's number, none of them, or the own end's number below that. */
const ANY_PEER = -1;
const ownEnd = (end: number): number => -2 - end;

interface Draft {
  readonly number: number;
  /** Index of its first socket. */
  readonly first: number;
  readonly state: TcpState;
  readonly side: Side;
  /** By its peer; not where many peers are merged, nor on the server side. */
  readonly isApart: boolean;
  last: number;
  sockets: number;
}

interface Drafts {
  readonly all: Draft[];
  /** The number of each socket's, by its index; `NO_PILE` for listeners. */
  readonly pile: Int32Array;
}

const NO_PILE = -1;

const draftPiles = (census: Census, isClient: Uint8Array): Drafts => {
  const { state, local, peer } = census;
  const { owner, owners } = ownersOf(census);
  const many = clientsOfMany(census, isClient, owner, owners);
  const piles = new PairNumbering(census.seed);
  const pile = new Int32Array(owner.length).fill(NO_PILE);
  const all: Draft[] = [];
  for (let i = 0; i < pile.length; i += 1) {
    if (state[i] === LISTEN) continue;
    const one = owner[i] ?? 0;
    const isServer = isClient[i] === 0;
    const isApart = !isServer && many[one] === 0;
    const number = piles.of(one, isServer ? ownEnd(local[i] ?? 0) : isApart ? (peer[i] ?? 0) : ANY_PEER);
    pile[i] = number;
    const draft = all[number];
    if (draft === undefined) {
      const side = isServer ? 'server' : 'client';
      all.push({ number, first: i, last: i, state: stateNamed(state[i]), side, isApart, sockets: 1 });
    } else {
      draft.last = i;
      draft.sockets += 1;
    }
  }
  return { all, pile };
};

const toPile = ({ first, last, side, isApart, sockets }: Draft, census: Census, sums: PileSums): Pile => {
  const socket = socketAt(census.sockets, first);
  return {
    holder: holderOf(socket.ownership),
    side,
    state: socket.state,
    localAddress: socket.local.address,
    localPort: side === 'server' ? socket.local.port : null,
    peer: isApart ? peerText(socket) : null,
    sockets,
    ...sums.finish(socket),
    cgroup: socket.cgroup,
    lines: [socket.line, census.sockets.line[last] ?? 0],
    ...sums.sketches(),
  };
};

/**
 * Where staying or going tells something: a leak stays, traffic goes, and a client's connections become CLOSE_WAIT when the other end's patience
 * is over. Nobody asks it of what a server has open, which is most of what a calm host has.
 */
const isFollowed = ({ sockets, state, side }: Draft): boolean =>
  sockets >= SKETCH_MIN_SOCKETS && (state === 'close_wait' || (state === 'established' && side === 'client'));

/** States that tell whose end closed first, seen from the other host (RFC 9293 §3.6): it waits, is waited for, or neither. */
const TELLING = new Set<TcpState>(['established', 'close_wait', 'fin_wait1', 'fin_wait2']);
const isMatched = ({ sockets, state }: Draft): boolean => sockets >= SKETCH_MIN_SOCKETS && TELLING.has(state);

const addUp = (pile: Int32Array, sums: readonly (PileSums | undefined)[]): void => {
  for (let i = 0; i < pile.length; i += 1) {
    const number = pile[i] ?? NO_PILE;
    if (number >= 0) sums[number]?.add(i);
  }
};

/** Sockets grouped by holder, state, address and contested end; the largest groups. */
export const pilesOf = (census: Census, isClient: Uint8Array): readonly Pile[] => {
  const { all, pile } = draftPiles(census, isClient);
  const sums = new Array<PileSums | undefined>(all.length).fill(undefined);
  const kept = all.sort((a, b) => b.sockets - a.sockets || a.first - b.first).slice(0, MAX_PILES);
  const followed = new Set(kept.filter(isFollowed).slice(0, MAX_SKETCHES));
  const matched = new Set(kept.filter(isMatched).slice(0, MAX_SKETCHES));
  const ends = new EndHashes(census.addresses);
  const piles = kept.map((draft) => {
    const own = new PileSums(census, ends, { withSockets: followed.has(draft), withEnds: matched.has(draft) });
    sums[draft.number] = own;
    return [draft, own] as const;
  });
  addUp(pile, sums);
  return piles.map(([draft, own]) => toPile(draft, census, own));
};
