import type { SnapshotDigest } from '../model/digest.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { TCP_STATES } from '../model/socket.ts';
import { NO_PORT, NOT_SHOWN, protocolNumber, type SocketColumns, socketsAt, stateNumber, UNKNOWN } from '../model/socket-columns.ts';
import { count } from '../text/words.ts';
import { ownAddresses } from './addresses.ts';
import { type Census, censusOf, LISTEN } from './census.ts';
import { choiceIsSpread, defaultRangeOf } from './default-range.ts';
import { listenersOf } from './listeners.ts';
import { socketsWithNames } from './named-owners.ts';
import { tally } from './numbering.ts';
import { pilesOf } from './piles.ts';
import { portRange } from './port-range.ts';
import { portUse } from './port-use.ts';
import { processesOf } from './processes.ts';
import { redacted } from './redacted.ts';
import { clientEnds } from './side.ts';
import type { TakenAt } from './taken-at.ts';
import { hostRemark, type UploadFacts } from './upload.ts';

const MAX_PORT = 65_535;
const ESTABLISHED = stateNumber('established');
const CLOSE_WAIT = stateNumber('close_wait');

/** A few sockets caught between the kernel's two looks have no owner although all can be seen (KERNEL.md): single rows. */
const UNOWNED_BY_CHANCE = 2;
const UNOWNED_BY_CHANCE_SHARE = 0.05;

/**
 * A client's connection always has an owner (only TIME_WAIT and orphans have none), so several without any mean that permission hides
 * them: `ss -p` without root is silent about other users' sockets.
 */
const ownersComplete = ({ state, holder, holders, sockets }: Census, isClient: Uint8Array): boolean => {
  let [connections, unowned] = [0, 0];
  for (let i = 0; i < state.length; i += 1) {
    if (isClient[i] === 0 || sockets.inode[i] === 0) continue;
    if (state[i] !== ESTABLISHED && state[i] !== CLOSE_WAIT) continue;
    connections += 1;
    if (holders[holder[i] ?? 0]?.kind !== 'process') unowned += 1;
  }
  return unowned <= Math.max(UNOWNED_BY_CHANCE, UNOWNED_BY_CHANCE_SHARE * connections);
};

const countStates = ({ state }: Census): SnapshotDigest['states'] => {
  const counts = tally(state, TCP_STATES.length);
  return Object.fromEntries(TCP_STATES.map((name, i) => [name, counts[i] ?? 0] as const).filter(([, sockets]) => sockets > 0));
};

const knowledge = (snapshot: Snapshot, census: Census, isClient: Uint8Array): SnapshotDigest['knows'] => ({
  owners: census.sockets.ownership.some((ownership) => ownership !== UNKNOWN),
  ownersComplete: ownersComplete(census, isClient),
  inodes: census.sockets.inode.length > 0,
  queues: census.sockets.recvQ.some((bytes) => bytes !== NOT_SHOWN),
  listeners: census.state.includes(LISTEN),
  descriptors: snapshot.descriptors !== null,
  processes: snapshot.processes !== null,
});

/** Distinct ones, ascending. */
const clientPorts = ({ port: ports }: Census, isClient: Uint8Array): Int32Array => {
  const isSeen = new Uint8Array(MAX_PORT + 1);
  for (let i = 0; i < ports.length; i += 1) {
    const port = ports[i] ?? NO_PORT;
    if (port !== NO_PORT && isClient[i] === 1) isSeen[port] = 1;
  }
  const seen = new Int32Array(Math.min(ports.length, MAX_PORT + 1));
  let size = 0;
  for (let port = 0; port <= MAX_PORT; port += 1) {
    if (isSeen[port] === 0) continue;
    seen[size] = port;
    size += 1;
  }
  return seen.subarray(0, size);
};

/** `3 since 2026-11-23T09:58:00Z`: what the agent had no room to keep while it could not upload. */
const DROPPED = /^(\d{1,9}) since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/;

const droppedRemark = ({ dropped = '' }: Readonly<Record<string, string>>): readonly string[] => {
  const [, uploads, since] = DROPPED.exec(dropped) ?? [];
  return since === undefined
    ? []
    : [`Its agent dropped ${count(Number(uploads), 'upload')} since ${since}, for want of room while nothing could be uploaded.`];
};

const TCP = protocolNumber('tcp');
const MPTCP = protocolNumber('mptcp');

const isTcp = (protocol: number | undefined): boolean => protocol === TCP || protocol === MPTCP;

const tcpOf = (sockets: SocketColumns): SocketColumns => {
  const { protocol, size } = sockets;
  let first = 0;
  while (first < size && isTcp(protocol[first])) first += 1;
  if (first === size) return sockets;
  const kept: number[] = [];
  for (let i = 0; i < size; i += 1) if (isTcp(protocol[i])) kept.push(i);
  return socketsAt(sockets, kept);
};

/** One snapshot as its small record. Pure: the same snapshot gives the same digest. */
export const digestSnapshot = (snapshot: Snapshot, upload: UploadFacts, taken: TakenAt): SnapshotDigest => {
  const census = censusOf(tcpOf(socketsWithNames(snapshot)), snapshot.contentId);
  const isClient = clientEnds(census, snapshot.sysctls.portRange ?? defaultRangeOf(snapshot.dialect));
  const seen = clientPorts(census, isClient);
  const range = portRange(snapshot.sysctls, seen, choiceIsSpread(snapshot.dialect));
  const [min, max] = [seen[0], seen.at(-1)];
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
    knows: knowledge(snapshot, census, isClient),
    states: countStates(census),
    range,
    seenPorts: min === undefined || max === undefined ? null : { min, max, distinct: seen.length },
    ports: portUse(census, range, isClient),
    piles: pilesOf(census, isClient),
    listeners: listenersOf(census),
    processes: processesOf(snapshot, census.holders, taken.at),
    addresses: ownAddresses(census),
    sysctls: { somaxconn: snapshot.sysctls.somaxconn, tcpTwReuse: snapshot.sysctls.tcpTwReuse },
  };
};
