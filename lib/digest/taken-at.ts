import type { TakenAtBasis } from '../model/digest.ts';

/** ISO 8601, extended or basic, as file names carry it; the zone is UTC where none is written (a key is made with `date -u`). */
const ISO = /(\d{4})-?(\d{2})-?(\d{2})[T_ ](\d{2})[:.-]?(\d{2})(?:[:.-]?(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?/;

/** A clock further than this from S3's is reported (DESIGN.md). */
const CLOCK_TOLERANCE_MS = 60_000;

const MINUTE_MS = 60_000;

const offsetMs = (zone: string | undefined): number => {
  if (zone === undefined || zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE_MS;
};

/** The first ISO 8601 time in `text` as RFC 3339 UTC with milliseconds, or `null`. */
export const isoTimeIn = (text: string): string | null => {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone] = match;
  const plain = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
  const local = Date.parse(plain);
  // Date.parse rolls 30 February over to March; a time that does not print as it was written is none.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(plain.slice(0, 16))) return null;
  return new Date(local - offsetMs(zone)).toISOString();
};

export interface TakenAt {
  readonly at: string;
  readonly basis: TakenAtBasis;
  readonly remarks: readonly string[];
}

/**
 * When a snapshot was taken: its own word, else the key's last segment, else LastModified. The event's time never decides.
 *
 * @param stated `taken_at` of the snapshot's meta, as written
 * @param name the key after `snapshots/`
 * @param lastModified RFC 3339
 */
export const takenAt = (stated: string | null, name: string, lastModified: string): TakenAt => {
  const own = stated === null ? null : isoTimeIn(stated);
  if (own !== null) return { at: own, basis: 'snapshot', remarks: clockRemarks(own, lastModified) };
  const remarks = stated === null ? [] : [`Its taken_at is not an ISO 8601 time, so the key's time or LastModified stands for it.`];
  const named = isoTimeIn(name.slice(name.lastIndexOf('/') + 1));
  if (named !== null) return { at: named, basis: 'key', remarks: [...remarks, ...clockRemarks(named, lastModified)] };
  return { at: lastModified, basis: 'last-modified', remarks };
};

const clockRemarks = (at: string, lastModified: string): readonly string[] => {
  const ahead = Date.parse(at) - Date.parse(lastModified);
  if (Math.abs(ahead) <= CLOCK_TOLERANCE_MS) return [];
  return ahead > 0
    ? [`The host's clock is ahead of S3's: the snapshot says ${at}, yet S3 had it at ${lastModified}.`]
    : [`The snapshot says ${at}, S3 had it at ${lastModified}: it was uploaded late, or the host's clock is behind.`];
};
