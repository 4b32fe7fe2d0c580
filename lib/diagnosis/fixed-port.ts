import type { Culprit, Resource } from '../model/analysis.ts';
import type { Holder, Listener, PortRow, SnapshotDigest } from '../model/digest.ts';
import type { FixedPortContest, PortSighting } from './contest.ts';
import { REACH_MS } from './facts.ts';

/** What causes share that keep a fixed port from being bound. */

export const fixedPortResource = (contest: FixedPortContest, peer: string | null): Resource => ({
  kind: 'fixed-port',
  localPort: contest.port,
  peer,
  used: 1,
  capacity: 1,
  assumed: false,
});

export const culpritHolding = (holder: Holder, port: number, peer: string | null): Culprit => ({
  pid: holder.kind === 'process' ? holder.pid : null,
  command: holder.kind === 'process' ? holder.command : null,
  peer,
  localPort: port,
});

const isVictim = (contest: FixedPortContest, holder: Holder): boolean =>
  holder.kind === 'process' && contest.victimPids.includes(holder.pid);

/** A listener on the port that is not the failing process itself. */
export const rivalIn = (contest: FixedPortContest, sighting: PortSighting): Listener | null =>
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

export interface Rival {
  readonly sighting: PortSighting;
  readonly listener: Listener;
  /** Seen before and after (or during) the failures, rather than on one side only. */
  readonly isBracketed: boolean;
}

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
  return last === undefined || listener === null ? null : { sighting: last, listener, isBracketed: false };
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

/** Failures that ended this long before the newest snapshot are over, whatever caused them. */
export const QUIET_MS = 10 * 60_000;

export const isQuiet = (lastAt: string, snapshots: readonly SnapshotDigest[]): string | null => {
  const newest = snapshots.at(-1)?.takenAt;
  return newest !== undefined && Date.parse(newest) - Date.parse(lastAt) >= QUIET_MS ? newest : null;
};

export const hasNearby = (contest: FixedPortContest): boolean =>
  contest.sightings.some(
    ({ snapshot }) =>
      Math.abs(Date.parse(snapshot.takenAt) - Date.parse(contest.firstAt)) <= REACH_MS || snapshot.takenAt >= contest.firstAt,
  );
