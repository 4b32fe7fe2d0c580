import type { Pile, Side } from '../model/digest.ts';
import type { Socket, TcpState } from '../model/socket.ts';
import { holderKey, holderOf } from './holder.ts';
import { peerText } from './port-use.ts';
import type { SideOf } from './side.ts';
import { endsBuilder, type SketchBuilder, sketchBuilder } from './sketch.ts';

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
  sockets: number;
  zero: number;
  one: number;
  more: number;
  withoutInode: number | null;
  readonly lastAcks: number[];
  last: Socket;
  readonly sketch: SketchBuilder;
  readonly ends: SketchBuilder;
}

const newDraft = (socket: Socket, side: Side, peer: string | null): Draft => ({
  first: socket,
  side,
  peer,
  sockets: 0,
  zero: 0,
  one: 0,
  more: 0,
  withoutInode: socket.inode === null ? null : 0,
  lastAcks: [],
  last: socket,
  sketch: sketchBuilder(),
  ends: endsBuilder(),
});

const addTo = (draft: Draft, socket: Socket): void => {
  draft.sockets += 1;
  draft.last = socket;
  if (socket.recvQ !== null) {
    if (socket.recvQ === 0) draft.zero += 1;
    else if (socket.recvQ === 1) draft.one += 1;
    else draft.more += 1;
  }
  if (draft.withoutInode !== null && socket.inode === 0) draft.withoutInode += 1;
  if (socket.lastAckMs !== null) draft.lastAcks.push(socket.lastAckMs);
  draft.sketch.add(socket);
  draft.ends.add(socket);
};

const median = (values: readonly number[]): number | null => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;

const ownerKey = (socket: Socket): string => `${holderKey(holderOf(socket))} ${socket.state} ${socket.local.address}`;

/** Clients of many peers, whose piles are merged: the key without the peer. */
const clientsOfMany = (sockets: readonly Socket[], sideOf: SideOf): Set<string> => {
  const peers = new Map<string, Set<string>>();
  for (const socket of sockets) {
    if (socket.state === 'listen' || sideOf(socket) === 'server') continue;
    const key = ownerKey(socket);
    const seen = peers.get(key) ?? new Set();
    if (seen.size <= MAX_PEERS_APART) peers.set(key, seen.add(peerText(socket)));
  }
  return new Set([...peers].filter(([, seen]) => seen.size > MAX_PEERS_APART).map(([key]) => key));
};

const draftPiles = (sockets: readonly Socket[], sideOf: SideOf): readonly Draft[] => {
  const many = clientsOfMany(sockets, sideOf);
  const drafts = new Map<string, Draft>();
  for (const socket of sockets) {
    if (socket.state === 'listen') continue;
    const side = sideOf(socket);
    const owner = ownerKey(socket);
    const peer = side === 'server' || many.has(owner) ? null : peerText(socket);
    const key = `${owner} ${side === 'server' ? socket.local.port : peer}`;
    const draft = drafts.get(key) ?? newDraft(socket, side, peer);
    drafts.set(key, draft);
    addTo(draft, socket);
  }
  return [...drafts.values()].sort((a, b) => b.sockets - a.sockets || a.first.line - b.first.line);
};

const toPile = (draft: Draft, withSketch: boolean, withEnds: boolean): Pile => ({
  holder: holderOf(draft.first),
  side: draft.side,
  state: draft.first.state,
  localAddress: draft.first.local.address,
  localPort: draft.side === 'server' ? draft.first.local.port : null,
  peer: draft.peer,
  sockets: draft.sockets,
  recvQ: { zero: draft.zero, one: draft.one, more: draft.more },
  withoutInode: draft.withoutInode,
  lastAckMs: median(draft.lastAcks),
  cgroup: draft.first.cgroup,
  lines: [draft.first.line, draft.last.line],
  sketch: withSketch ? draft.sketch.finish() : null,
  ends: withEnds ? draft.ends.finish() : null,
});

/** States in which staying or going tells something: a leak stays, traffic goes. */
const isFollowed = (draft: Draft): boolean =>
  draft.sockets >= SKETCH_MIN_SOCKETS && (draft.first.state === 'close_wait' || draft.first.state === 'established');

/** States that tell whose end closed first, seen from the other host (RFC 9293 §3.6): it waits, is waited for, or neither. */
const TELLING = new Set<TcpState>(['established', 'close_wait', 'fin_wait1', 'fin_wait2']);
const isMatched = ({ sockets, first }: Draft): boolean => sockets >= SKETCH_MIN_SOCKETS && TELLING.has(first.state);

/** Sockets grouped by holder, state, address and contested end; the largest groups. */
export const pilesOf = (sockets: readonly Socket[], sideOf: SideOf): readonly Pile[] => {
  const drafts = draftPiles(sockets, sideOf).slice(0, MAX_PILES);
  const followed = new Set(drafts.filter(isFollowed).slice(0, MAX_SKETCHES));
  const matched = new Set(drafts.filter(isMatched).slice(0, MAX_SKETCHES));
  return drafts.map((draft) => toPile(draft, followed.has(draft), matched.has(draft)));
};
