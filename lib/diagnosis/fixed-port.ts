import type { Culprit, Resource } from '../model/analysis.ts';
import type { Holder, Listener, Pile, PortRow, SnapshotDigest } from '../model/digest.ts';
import { count, holderName } from '../text/words.ts';
import type { FixedPortContest, PortSighting } from './contest.ts';
import { culpritWith, identityOf, resourceWith, unitNameIn } from './verdict.ts';

/** What causes share that keep a fixed port from being bound. */

export const fixedPortResource = (contest: FixedPortContest, peer: string | null): Resource =>
  resourceWith('fixed-port', contest, { localPort: contest.port, peer, used: 1, capacity: 1 });

export const culpritHolding = ({ holder, cgroup }: Pick<PortRow, 'holder' | 'cgroup'>, port: number, peer: string | null): Culprit =>
  culpritWith({ ...identityOf(holder), peer, localPort: port, unit: unitNameIn(cgroup) });

const isVictim = (contest: FixedPortContest, holder: Holder): boolean =>
  holder.kind === 'process' && contest.victimPids.includes(holder.pid);

/** A listener on the port that is not the failing process itself. */
const rivalIn = (contest: FixedPortContest, sighting: PortSighting): Listener | null =>
  sighting.listeners.find(({ holder }) => !isVictim(contest, holder)) ?? null;

/** Other sockets with that local port which are not the failing process's own. */
export const rowsIn = (contest: FixedPortContest, sighting: PortSighting): readonly PortRow[] =>
  (sighting.rows ?? []).filter(({ holder }) => !isVictim(contest, holder));

const inRange = (port: number | null, contest: FixedPortContest): boolean =>
  port !== null && contest.capacity !== null && port >= contest.capacity.from && port <= contest.capacity.to;

/** Many peers' ends on one local port are what a server has accepted; an outbound connection has its local port to itself. */
const ACCEPTED_MIN_ROWS = 4;

/**
 * Whether a socket with this local port was opened from here: the port is one the kernel hands out, and the far end is a service's.
 * Where both ends could be either, company decides: many rows on one local port are accepted ones.
 */
export const isOutbound = (contest: FixedPortContest, row: PortRow, rows: readonly PortRow[]): boolean => {
  if (row.state === 'listen' || !inRange(contest.port, contest)) return false;
  if (!inRange(row.peerPort, contest)) return true;
  const hasListened = contest.listeners.some(({ listener }) => listener.port === contest.port);
  return !hasListened && rows.length < ACCEPTED_MIN_ROWS;
};

/** The largest pile of a state around the failures, which anybody would blame, and why it is not it: it does not have the port. */
export const bystanderPile = (contest: FixedPortContest, state: 'close_wait' | 'time_wait'): string => {
  const piles = contest.sightings.flatMap(({ snapshot }) =>
    snapshot.piles.filter((pile) => pile.state === state && pile.localPort !== contest.port),
  );
  const largest = piles.reduce<Pile | null>((most, pile) => (most === null || pile.sockets > most.sockets ? pile : most), null);
  const name = state.toUpperCase();
  if (largest === null) return `No pile in ${name} near the failures.`;
  const whose = largest.holder.kind === 'process' ? ` of ${holderName(largest.holder)}` : '';
  const figure = `${count(largest.sockets, 'socket')}${whose} in ${name}`;
  const hasPort = contest.sightings.some(({ rows }) => rows?.some((row) => row.state === state));
  if (hasPort) return `${figure}: one socket that has local port ${contest.port} is enough, however many there are beside it.`;
  return `${figure}: none of them has local port ${contest.port}, and the call that fails asks for no other.`;
};

const startedAt = (snapshot: SnapshotDigest, holder: Holder): string | null =>
  holder.kind === 'process' ? (snapshot.processes.find(({ pid }) => pid === holder.pid)?.startedAt ?? null) : null;

/** Whether the listener seen in a snapshot after a failure was there when it failed: seen before too, or its process started before. */
const wasThere = (contest: FixedPortContest, sighting: PortSighting, rival: Listener): boolean => {
  const { takenAt } = sighting.snapshot;
  const seenBefore = contest.sightings.some(
    (earlier) =>
      earlier.snapshot.takenAt < contest.lastAt && earlier.snapshot.takenAt <= takenAt && sameListener(rivalIn(contest, earlier), rival),
  );
  const born = startedAt(sighting.snapshot, rival.holder);
  return seenBefore || (born !== null && born < contest.lastAt);
};

const sameListener = (a: Listener | null, b: Listener): boolean =>
  a !== null &&
  a.holder.kind === b.holder.kind &&
  (a.holder.kind !== 'process' || b.holder.kind !== 'process' || a.holder.pid === b.holder.pid);

/** Who had the same listening socket before: it was inherited, and outlived its parent. */
export const formerOwner = (contest: FixedPortContest, rival: Listener): Holder | null =>
  contest.listeners.find(
    ({ listener }) => listener.inode !== null && listener.inode !== 0 && listener.inode === rival.inode && !sameListener(listener, rival),
  )?.listener.holder ?? null;

export interface Rival {
  readonly sighting: PortSighting;
  readonly listener: Listener;
  /** Seen before and after (or during) the failures, rather than on one side only. */
  readonly isBracketed: boolean;
}

/** Seen before the failures only, the same program (or one that nobody names) may be the victim's own predecessor, which is gone by now. */
const mayBeFormerSelf = (contest: FixedPortContest, { holder }: Listener): boolean =>
  holder.kind !== 'process' ||
  contest.victims.some(({ app }) => app === holder.command) ||
  contest.victims.every(({ pids }) => pids.length === 0 && holder.command === null);

/**
 * Who listened on the port while others failed to bind it. A listener seen only before the failures, and gone in a snapshot that was
 * taken while they went on, had let go; one seen only after them may be the victim that succeeded at last.
 */
export const rivalListener = (contest: FixedPortContest): Rival | null => {
  const during = contest.sightings.filter(({ snapshot }) => snapshot.takenAt >= contest.firstAt);
  for (const sighting of during) {
    const listener = rivalIn(contest, sighting);
    if (listener !== null && wasThere(contest, sighting, listener))
      return { sighting, listener, isBracketed: isBracketed(contest, listener) };
  }
  if (during.length > 0) return null;
  const last = contest.sightings.at(-1);
  const listener = last === undefined ? null : rivalIn(contest, last);
  return last === undefined || listener === null || mayBeFormerSelf(contest, listener)
    ? null
    : { sighting: last, listener, isBracketed: false };
};

const isBracketed = (contest: FixedPortContest, listener: Listener): boolean => {
  const seen = contest.sightings
    .filter((sighting) => sameListener(rivalIn(contest, sighting), listener))
    .map(({ snapshot }) => snapshot.takenAt);
  const [first, last] = [seen[0], seen.at(-1)];
  return first !== undefined && last !== undefined && first < contest.lastAt && last >= contest.firstAt;
};

/** The first snapshot after the last failure in which nothing blocks the port any more; `null` while it is not over. */
export const freedAt = (contest: FixedPortContest, isBlocked: (snapshot: SnapshotDigest) => boolean): string | null => {
  const later = contest.snapshots.filter(({ takenAt }) => takenAt > contest.lastAt);
  const lastBlocked = later.findLastIndex(isBlocked);
  return later[lastBlocked + 1]?.takenAt ?? null;
};
