import type { Holder, SnapshotDigest } from '../model/digest.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Socket, TcpState } from '../model/socket.ts';
import { count } from '../text/words.ts';
import { ownAddresses } from './addresses.ts';
import { choiceIsSpread, defaultRangeOf } from './default-range.ts';
import { holderOf } from './holder.ts';
import { listenersOf } from './listeners.ts';
import { socketsWithNames } from './named-owners.ts';
import { pilesOf } from './piles.ts';
import { portRange } from './port-range.ts';
import { portUse } from './port-use.ts';
import { processesOf } from './processes.ts';
import { redacted } from './redacted.ts';
import { type SideOf, sideTeller } from './side.ts';
import type { TakenAt } from './taken-at.ts';

/** What is known of an upload beside its content. */
export interface UploadFacts {
  readonly host: string;
  readonly uri: string;
  /** RFC 3339. */
  readonly uploadedAt: string;
}

/** A few sockets caught between the kernel's two looks have no owner although all can be seen (KERNEL.md): single rows. */
const UNOWNED_BY_CHANCE = 2;
const UNOWNED_BY_CHANCE_SHARE = 0.05;

/**
 * A client's connection always has an owner (only TIME_WAIT and orphans have none), so several without any mean that permission hides
 * them: `ss -p` without root is silent about other users' sockets.
 */
const ownersComplete = (sockets: readonly Socket[], sideOf: SideOf): boolean => {
  const connections = sockets.filter(
    (socket) => (socket.state === 'established' || socket.state === 'close_wait') && socket.inode !== 0 && sideOf(socket) === 'client',
  );
  const unowned = connections.filter((socket) => socket.ownership.kind !== 'owned').length;
  return unowned <= Math.max(UNOWNED_BY_CHANCE, UNOWNED_BY_CHANCE_SHARE * connections.length);
};

const countStates = (sockets: readonly Socket[]): SnapshotDigest['states'] => {
  const states: Partial<Record<TcpState, number>> = {};
  for (const { state } of sockets) states[state] = (states[state] ?? 0) + 1;
  return states;
};

const knowledge = (snapshot: Snapshot, tcp: readonly Socket[], sideOf: SideOf): SnapshotDigest['knows'] => ({
  owners: tcp.some(({ ownership }) => ownership.kind !== 'unknown'),
  ownersComplete: ownersComplete(tcp, sideOf),
  inodes: tcp.some(({ inode }) => inode !== null),
  queues: tcp.some(({ recvQ }) => recvQ !== null),
  listeners: tcp.some(({ state }) => state === 'listen'),
  descriptors: snapshot.descriptors !== null,
  processes: snapshot.processes !== null,
});

const clientPorts = (tcp: readonly Socket[], sideOf: SideOf): readonly number[] => {
  const ports = new Set<number>();
  for (const socket of tcp) if (socket.local.port !== null && sideOf(socket) === 'client') ports.add(socket.local.port);
  return [...ports].sort((a, b) => a - b);
};

export const hostRemark = (stated: string | null, host: string): readonly string[] =>
  stated === null || stated === host ? [] : ['Its meta names another host than its key; the key decides.'];

/** `3 since 2026-11-23T09:58:00Z`: what the agent had no room to keep while it could not upload. */
const DROPPED = /^(\d{1,9}) since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/;

const droppedRemark = ({ dropped = '' }: Readonly<Record<string, string>>): readonly string[] => {
  const [, uploads, since] = DROPPED.exec(dropped) ?? [];
  return since === undefined
    ? []
    : [`Its agent dropped ${count(Number(uploads), 'upload')} since ${since}, for want of room while nothing could be uploaded.`];
};

/** One snapshot as its small record. Pure: the same snapshot gives the same digest. */
export const digestSnapshot = (snapshot: Snapshot, upload: UploadFacts, taken: TakenAt): SnapshotDigest => {
  const tcp = socketsWithNames(snapshot).filter(({ protocol }) => protocol === 'tcp' || protocol === 'mptcp');
  const sideOf = sideTeller(tcp, snapshot.sysctls.portRange ?? defaultRangeOf(snapshot.dialect));
  const seen = clientPorts(tcp, sideOf);
  const range = portRange(snapshot.sysctls, seen, choiceIsSpread(snapshot.dialect));
  const [min, max] = [seen[0], seen.at(-1)];
  const holders: readonly Holder[] = tcp.map(holderOf);
  return {
    version: 1,
    kind: 'snapshot',
    host: upload.host,
    contentId: snapshot.contentId,
    source: { uri: upload.uri, lines: snapshot.lines },
    uploadedAt: upload.uploadedAt,
    account: redacted(snapshot.account),
    remarks: [...taken.remarks, ...hostRemark(snapshot.meta.host, upload.host), ...droppedRemark(snapshot.meta.entries)],
    takenAt: taken.at,
    takenAtBasis: taken.basis,
    bootId: snapshot.meta.bootId,
    netns: snapshot.netns,
    dialect: snapshot.dialect,
    knows: knowledge(snapshot, tcp, sideOf),
    states: countStates(tcp),
    range,
    seenPorts: min === undefined || max === undefined ? null : { min, max, distinct: seen.length },
    ports: portUse(tcp, range, sideOf),
    piles: pilesOf(tcp, sideOf),
    listeners: listenersOf(tcp),
    processes: processesOf(snapshot, holders, taken.at),
    addresses: ownAddresses(tcp),
    sysctls: { somaxconn: snapshot.sysctls.somaxconn, tcpTwReuse: snapshot.sysctls.tcpTwReuse },
  };
};
