import type { Pile, Side } from '../model/digest.ts';
import type { Socket, TcpState } from '../model/socket.ts';
import { type Census, LISTEN } from './census.ts';
import { holderOf } from './holder.ts';
import { PairNumbering } from './numbering.ts';
import { peerText } from './peer-text.ts';
import { pileSketches } from './sketch.ts';

/** 24 piles of some 300 bytes keep a digest near 4 KB while the sketches (350 bytes) go to those that matter. */
const MAX_PILES = 24;
const MAX_SKETCHES = 12;
/** Below this many sockets nothing is a pile worth following, however steadily it grows. */
const SKETCH_MIN_SOCKETS = 4;
/** A client with more peers than this in one state is described by its total, not by a pile for each. */
const MAX_PEERS_APART = 6;

interface Draft {
  readonly first: Socket;
  readonly side: Side;
  /** By its peer; not where many peers are merged, nor on the server side. */
  readonly isApart: boolean;
  readonly members: Socket[];
}

/** Numbers what piles are apart by: holder, state and local address. */
const ownersOf = ({ state, holder, address, seed }: Census): { readonly owner: Int32Array; readonly owners: number } => {
  const states = new PairNumbering(seed);
  const owners = new PairNumbering(seed);
  const owner = holder.map((one, i) => owners.of(states.of(one, state[i] ?? 0), address[i] ?? 0));
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

const draftPiles = (census: Census, isClient: Uint8Array): readonly Draft[] => {
  const { owner, owners } = ownersOf(census);
  const many = clientsOfMany(census, isClient, owner, owners);
  const piles = new PairNumbering(census.seed);
  const drafts: Draft[] = [];
  for (const [i, socket] of census.sockets.entries()) {
    if (census.state[i] === LISTEN) continue;
    const one = owner[i] ?? 0;
    const isServer = isClient[i] === 0;
    const isApart = !isServer && many[one] === 0;
    const pile = piles.of(one, isServer ? ownEnd(census.local[i] ?? 0) : isApart ? (census.peer[i] ?? 0) : ANY_PEER);
    const draft = drafts[pile];
    if (draft === undefined) drafts.push({ first: socket, side: isServer ? 'server' : 'client', isApart, members: [socket] });
    else draft.members.push(socket);
  }
  return drafts.sort((a, b) => b.members.length - a.members.length || a.first.line - b.first.line);
};

const median = (values: number[]): number | null => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;

/** What all members add up to, in one pass. */
const sumsOf = (members: readonly Socket[]): Pick<Pile, 'recvQ' | 'withoutInode' | 'lastAckMs'> => {
  const recvQ = { zero: 0, one: 0, more: 0 };
  const lastAcks: number[] = [];
  let withoutInode = 0;
  for (const socket of members) {
    if (socket.recvQ === 0) recvQ.zero += 1;
    else if (socket.recvQ === 1) recvQ.one += 1;
    else if (socket.recvQ !== null) recvQ.more += 1;
    if (socket.inode === 0) withoutInode += 1;
    if (socket.lastAckMs !== null) lastAcks.push(socket.lastAckMs);
  }
  return { recvQ, withoutInode: members[0]?.inode == null ? null : withoutInode, lastAckMs: median(lastAcks) };
};

const sketchesOf = (members: readonly Socket[], withSketch: boolean, withEnds: boolean): Pick<Pile, 'sketch' | 'ends'> => {
  const { sketch, ends } = pileSketches();
  for (const socket of members) {
    if (withSketch) sketch.add(socket);
    if (withEnds) ends.add(socket);
  }
  return { sketch: sketch.finish(), ends: ends.finish() };
};

const toPile = ({ first, side, isApart, members }: Draft, withSketch: boolean, withEnds: boolean): Pile => ({
  holder: holderOf(first),
  side,
  state: first.state,
  localAddress: first.local.address,
  localPort: side === 'server' ? first.local.port : null,
  peer: isApart ? peerText(first) : null,
  sockets: members.length,
  ...sumsOf(members),
  cgroup: first.cgroup,
  lines: [first.line, members.at(-1)?.line ?? first.line],
  ...sketchesOf(members, withSketch, withEnds),
});

/**
 * Where staying or going tells something: a leak stays, traffic goes, and a client's connections become CLOSE_WAIT when the other end's patience
 * is over. Nobody asks it of what a server has open, which is most of what a calm host has.
 */
const isFollowed = ({ members, first, side }: Draft): boolean =>
  members.length >= SKETCH_MIN_SOCKETS && (first.state === 'close_wait' || (first.state === 'established' && side === 'client'));

/** States that tell whose end closed first, seen from the other host (RFC 9293 §3.6): it waits, is waited for, or neither. */
const TELLING = new Set<TcpState>(['established', 'close_wait', 'fin_wait1', 'fin_wait2']);
const isMatched = ({ members, first }: Draft): boolean => members.length >= SKETCH_MIN_SOCKETS && TELLING.has(first.state);

/** Sockets grouped by holder, state, address and contested end; the largest groups. */
export const pilesOf = (census: Census, isClient: Uint8Array): readonly Pile[] => {
  const drafts = draftPiles(census, isClient).slice(0, MAX_PILES);
  const followed = new Set(drafts.filter(isFollowed).slice(0, MAX_SKETCHES));
  const matched = new Set(drafts.filter(isMatched).slice(0, MAX_SKETCHES));
  return drafts.map((draft) => toPile(draft, followed.has(draft), matched.has(draft)));
};
