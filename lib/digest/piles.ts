import type { Pile, Side } from '../model/digest.ts';
import type { Socket, TcpState } from '../model/socket.ts';
import type { Census } from './census.ts';
import { holderOf } from './holder.ts';
import { endsSketch, sketchOf } from './sketch.ts';

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
  readonly peer: string | null;
  zero: number;
  one: number;
  more: number;
  withoutInode: number | null;
  readonly lastAcks: number[];
  readonly all: Socket[];
}

const newDraft = (socket: Socket, side: Side, peer: string | null): Draft => ({
  first: socket,
  side,
  peer,
  zero: 0,
  one: 0,
  more: 0,
  withoutInode: socket.inode === null ? null : 0,
  lastAcks: [],
  all: [],
});

const addTo = (draft: Draft, socket: Socket): void => {
  draft.all.push(socket);
  if (socket.recvQ !== null) {
    if (socket.recvQ === 0) draft.zero += 1;
    else if (socket.recvQ === 1) draft.one += 1;
    else draft.more += 1;
  }
  if (draft.withoutInode !== null && socket.inode === 0) draft.withoutInode += 1;
  if (socket.lastAckMs !== null) draft.lastAcks.push(socket.lastAckMs);
};

const median = (values: readonly number[]): number | null => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;

/** The groups of clients with many peers, whose piles are merged. */
const clientsOfMany = ({ sockets, sides, group, peer }: Census): ReadonlySet<number> => {
  const peers = new Map<number, Set<number>>();
  sockets.forEach(({ state }, i) => {
    if (state === 'listen' || sides[i] === 'server') return;
    const key = group[i] ?? 0;
    const seen = peers.get(key) ?? new Set();
    if (seen.size === 0) peers.set(key, seen);
    if (seen.size <= MAX_PEERS_APART) seen.add(peer[i] ?? 0);
  });
  return new Set([...peers].filter(([, seen]) => seen.size > MAX_PEERS_APART).map(([key]) => key));
};

/** Within a group: a service's port, or a peer; merged ones have neither. Ports are told from peers by their sign. */
const MERGED = 0;
const endOf = ({ local }: Socket, side: Side, peer: number | null): number => {
  if (side === 'server') return -2 - (local.port ?? 0);
  return peer === null ? MERGED : 1 + peer;
};

const draftPiles = (census: Census): readonly Draft[] => {
  const many = clientsOfMany(census);
  const groups = new Map<number, Map<number, Draft>>();
  census.sockets.forEach((socket, i) => {
    if (socket.state === 'listen') return;
    const side = census.sides[i] ?? 'client';
    const group = census.group[i] ?? 0;
    const peer = side === 'server' || many.has(group) ? null : (census.peer[i] ?? 0);
    const drafts = groups.get(group) ?? new Map<number, Draft>();
    if (drafts.size === 0) groups.set(group, drafts);
    const end = endOf(socket, side, peer);
    let draft = drafts.get(end);
    if (draft === undefined) {
      draft = newDraft(socket, side, peer === null ? null : (census.peers[peer] ?? null));
      drafts.set(end, draft);
    }
    addTo(draft, socket);
  });
  return [...groups.values()]
    .flatMap((drafts) => [...drafts.values()])
    .sort((a, b) => b.all.length - a.all.length || a.first.line - b.first.line);
};

const toPile = (draft: Draft, withSketch: boolean, withEnds: boolean): Pile => ({
  holder: holderOf(draft.first.ownership),
  side: draft.side,
  state: draft.first.state,
  localAddress: draft.first.local.address,
  localPort: draft.side === 'server' ? draft.first.local.port : null,
  peer: draft.peer,
  sockets: draft.all.length,
  recvQ: { zero: draft.zero, one: draft.one, more: draft.more },
  withoutInode: draft.withoutInode,
  lastAckMs: median(draft.lastAcks),
  cgroup: draft.first.cgroup,
  lines: [draft.first.line, draft.all.at(-1)?.line ?? draft.first.line],
  sketch: withSketch ? sketchOf(draft.all) : null,
  ends: withEnds ? endsSketch(draft.all) : null,
});

/** States in which staying or going tells something: a leak stays, traffic goes. */
const isFollowed = (draft: Draft): boolean =>
  draft.all.length >= SKETCH_MIN_SOCKETS && (draft.first.state === 'close_wait' || draft.first.state === 'established');

/** States that tell whose end closed first, seen from the other host (RFC 9293 §3.6): it waits, is waited for, or neither. */
const TELLING = new Set<TcpState>(['established', 'close_wait', 'fin_wait1', 'fin_wait2']);
const isMatched = ({ all, first }: Draft): boolean => all.length >= SKETCH_MIN_SOCKETS && TELLING.has(first.state);

/** Sockets grouped by holder, state, address and contested end; the largest groups. */
export const pilesOf = (census: Census): readonly Pile[] => {
  const drafts = draftPiles(census).slice(0, MAX_PILES);
  const followed = new Set(drafts.filter(isFollowed).slice(0, MAX_SKETCHES));
  const matched = new Set(drafts.filter(isMatched).slice(0, MAX_SKETCHES));
  return drafts.map((draft) => toPile(draft, followed.has(draft), matched.has(draft)));
};
