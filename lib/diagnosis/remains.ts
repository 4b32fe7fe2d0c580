import type { PortRow } from '../model/digest.ts';
import type { TcpState } from '../model/socket.ts';
import { count } from '../text/words.ts';
import type { FixedPortContest, PortSighting } from './contest.ts';
import { isOutbound, rowsIn } from './fixed-port.ts';

/** Accepted connections that outlive their listener and, without SO_REUSEADDR, keep its port (KERNEL.md's second table). */
const LINGERING: ReadonlySet<TcpState> = new Set(['time_wait', 'fin_wait1', 'fin_wait2', 'last_ack', 'closing', 'close_wait']);
/** A lookup keeps so many rows. */
const MAX_ROWS = 32;

/** What a former listener has left on its port, in the snapshot that shows most of it. */
export interface Remains {
  readonly sighting: PortSighting;
  readonly rows: readonly PortRow[];
  /** "58 connections of port 8080 linger after their listener has gone, 3 in TIME_WAIT" */
  readonly figure: string;
  /** Most are CLOSE_WAIT of a process that lives on (named where the listing has owners): one of those rows. They have no timer. `null`: they end by themselves. */
  readonly held: PortRow | null;
}

const remainsIn = (contest: FixedPortContest, sighting: PortSighting): readonly PortRow[] => {
  const rows = rowsIn(contest, sighting);
  return rows.filter((row) => LINGERING.has(row.state) && !isOutbound(contest, row, rows));
};

const heldIn = (rows: readonly PortRow[]): PortRow | null => {
  // Where the listing has no owners, CLOSE_WAIT has one all the same: nobody's end within a minute.
  const owned = rows.filter(({ state, holder }) => state === 'close_wait' && holder.kind !== 'nobody');
  return owned.length * 2 > rows.length ? (owned[0] ?? null) : null;
};

/** Whether the listings show listeners at all (`-a`): where they don't, that nobody listens is unknown. */
const showListeners = ({ snapshots }: FixedPortContest): boolean => snapshots.some(({ knows }) => knows.listeners);

/** Only where nobody listens: beside a listener, lingering connections are ordinary. `null` where nothing lingers. */
export const remainsOf = (contest: FixedPortContest): Remains | null => {
  if (!showListeners(contest)) return null;
  const all = contest.sightings
    .filter(({ listeners }) => listeners.length === 0)
    .map((sighting) => ({ sighting, rows: remainsIn(contest, sighting) }));
  const most = all.reduce<(typeof all)[number] | null>((best, next) => (next.rows.length > (best?.rows.length ?? 0) ? next : best), null);
  if (most === null) return null;
  const timeWait = most.rows.filter(({ state }) => state === 'time_wait').length;
  const more = (most.sighting.rows?.length ?? 0) >= MAX_ROWS ? ' or more' : '';
  return {
    ...most,
    figure: `${count(most.rows.length, 'connection')}${more} of port ${contest.port} linger after their listener has gone, ${timeWait} in TIME_WAIT`,
    held: heldIn(most.rows),
  };
};

/** The program that listened on the port before, where a snapshot of the window shows it. */
export const formerListener = (contest: FixedPortContest): string | null => {
  const former = contest.listeners.findLast(
    ({ listener, snapshot }) => listener.port === contest.port && snapshot.takenAt <= contest.lastAt,
  );
  return former?.listener.holder.kind === 'process' ? former.listener.holder.command : null;
};

export const remainsLines = ({ rows }: Remains): readonly [number, number] => [rows[0]?.line ?? 1, rows.at(-1)?.line ?? 1];
