import type { SnapshotDigest } from '../model/digest.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Socket, TcpState } from '../model/socket.ts';
import { count } from '../text/words.ts';
import { ownAddresses } from './addresses.ts';
import { type Census, censusOf, NO_PORT } from './census.ts';
import { choiceIsSpread, defaultRangeOf } from './default-range.ts';
import { listenersOf } from './listeners.ts';
import { socketsWithNames } from './named-owners.ts';
import { pilesOf } from './piles.ts';
import { portRange } from './port-range.ts';
import { portUse } from './port-use.ts';
import { processesOf } from './processes.ts';
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
const ownersComplete = ({ sockets, sides }: Census): boolean => {
  let [connections, unowned] = [0, 0];
  sockets.forEach(({ state, inode, ownership }, i) => {
    if ((state !== 'established' && state !== 'close_wait') || inode === 0 || sides[i] !== 'client') return;
    connections += 1;
    if (ownership.kind !== 'owned') unowned += 1;
  });
  return unowned <= Math.max(UNOWNED_BY_CHANCE, UNOWNED_BY_CHANCE_SHARE * connections);
};

const countStates = (sockets: readonly Socket[]): SnapshotDigest['states'] => {
  const states: Partial<Record<TcpState, number>> = {};
  for (const { state } of sockets) states[state] = (states[state] ?? 0) + 1;
  return states;
};

const knowledge = (snapshot: Snapshot, census: Census): SnapshotDigest['knows'] => ({
  owners: census.sockets.some(({ ownership }) => ownership.kind !== 'unknown'),
  ownersComplete: ownersComplete(census),
  inodes: census.sockets.some(({ inode }) => inode !== null),
  queues: census.sockets.some(({ recvQ }) => recvQ !== null),
  listeners: census.sockets.some(({ state }) => state === 'listen'),
  descriptors: snapshot.descriptors !== null,
  processes: snapshot.processes !== null,
});

/** Distinct, ascending. */
const clientPorts = ({ port, sides }: Census): readonly number[] => {
  const seen = new Uint8Array(65_536);
  sides.forEach((side, i) => {
    const number = port[i] ?? NO_PORT;
    if (side === 'client' && number !== NO_PORT) seen[number] = 1;
  });
  const ports: number[] = [];
  for (let number = seen.indexOf(1); number >= 0; number = seen.indexOf(1, number + 1)) ports.push(number);
  return ports;
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
  const census = censusOf(tcp, snapshot.sysctls.portRange ?? defaultRangeOf(snapshot.dialect));
  const seen = clientPorts(census);
  const range = portRange(snapshot.sysctls, seen, choiceIsSpread(snapshot.dialect));
  const [min, max] = [seen[0], seen.at(-1)];
  return {
    version: 1,
    kind: 'snapshot',
    host: upload.host,
    contentId: snapshot.contentId,
    source: { uri: upload.uri, lines: snapshot.lines },
    uploadedAt: upload.uploadedAt,
    account: snapshot.account,
    remarks: [...taken.remarks, ...hostRemark(snapshot.meta.host, upload.host), ...droppedRemark(snapshot.meta.entries)],
    takenAt: taken.at,
    takenAtBasis: taken.basis,
    bootId: snapshot.meta.bootId,
    netns: snapshot.netns,
    dialect: snapshot.dialect,
    knows: knowledge(snapshot, census),
    states: countStates(tcp),
    range,
    seenPorts: min === undefined || max === undefined ? null : { min, max, distinct: seen.length },
    ports: portUse(census, range),
    piles: pilesOf(census),
    listeners: listenersOf(tcp),
    processes: processesOf(snapshot, census.holders, taken.at),
    addresses: ownAddresses(tcp),
    sysctls: { somaxconn: snapshot.sysctls.somaxconn, tcpTwReuse: snapshot.sysctls.tcpTwReuse },
  };
};
