import type { TimeBasis } from '../../model/failure.ts';
import { offsetOf, type Written } from './time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Offsets change at whole quarters of an hour: one look-up serves all times within. */
const QUARTER_MS = 15 * MINUTE_MS;

/** Ten days of look-ups kept; a log that leaps about must not fill memory. */
const MAX_QUARTERS = 960;

/** 29 February is in one year of eight at worst (around 2100). */
const LEAP_SEARCH_YEARS = 8;

const utc = ({ month, day, hour, minute, second, ms }: Written, year: number): number =>
  Date.UTC(year, (month ?? 1) - 1, day ?? 1, hour, minute, second, ms);

const formatOf = (zone: string): Intl.DateTimeFormat | null => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch (error) {
    // A zone that nobody knows is as good as none.
    if (error instanceof RangeError) return null;
    throw error;
  }
};

/** Minutes east of UTC of a zone, `Europe/Berlin` or `+01:00`, at an instant. */
class Zone {
  readonly #fixed: number | null;
  readonly #format: Intl.DateTimeFormat | null;
  readonly #offsets = new Map<number, number | null>();

  constructor(zone: string | null) {
    const isFixed = zone !== null && /^[+-]\d{2}:?\d{2}$/.test(zone);
    this.#fixed = isFixed ? offsetOf(zone) : null;
    this.#format = isFixed || zone === null ? null : formatOf(zone);
  }

  /** `null` where no zone is known. */
  offsetAt(instantMs: number): number | null {
    if (this.#format === null) return this.#fixed;
    const quarter = Math.floor(instantMs / QUARTER_MS);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const name = this.#format.formatToParts(instantMs).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const offset = name === 'GMT' ? 0 : offsetOf(name.slice(3));
    if (this.#offsets.size >= MAX_QUARTERS) this.#offsets.clear();
    this.#offsets.set(quarter, offset);
    return offset;
  }

  /** Of a local time: the offset an offset earlier, which is wrong only within the hour of a change. */
  offsetAtLocal(localMs: number): number | null {
    const guess = this.offsetAt(localMs);
    return guess === null ? null : this.offsetAt(localMs - guess * MINUTE_MS);
  }
}

export interface Instant {
  /** Milliseconds since the epoch. */
  readonly ms: number;
  readonly basis: TimeBasis;
}

/** Completes what lines leave out: an offset in the line wins, then the zone of the upload, then UTC, an assumption that is named. */
export class TimeResolver {
  readonly #uploadedMs: number;
  readonly #zone: Zone;

  /** @param uploadedAt RFC 3339  @param zone IANA name or `±hh:mm`; `null` or unknown: UTC is assumed */
  constructor(uploadedAt: string, zone: string | null) {
    this.#uploadedMs = Date.parse(uploadedAt);
    this.#zone = new Zone(zone);
  }

  resolve(written: Written): Instant {
    const local = this.#localMs(written);
    if (written.offset !== null) return { ms: local - written.offset * MINUTE_MS, basis: 'offset' };
    const offset = this.#zone.offsetAtLocal(local);
    return offset === null ? { ms: local, basis: 'assumed-utc' } : { ms: local - offset * MINUTE_MS, basis: 'meta-zone' };
  }

  #localMs(written: Written): number {
    if (written.year !== null) return utc(written, written.year);
    const uploaded = this.#uploadedMs + (written.offset ?? this.#zone.offsetAt(this.#uploadedMs) ?? 0) * MINUTE_MS;
    return written.month === null ? onNearestDay(written, uploaded) : inNearestYear(written, uploaded);
  }
}

/** A time of day later than the upload is the day before's; an hour is left for a clock or a zone that is off. */
const onNearestDay = (written: Written, uploaded: number): number => {
  const midnight = Math.floor(uploaded / DAY_MS) * DAY_MS;
  const today = midnight + ((written.hour * 60 + written.minute) * 60 + written.second) * 1000 + written.ms;
  return today > uploaded + HOUR_MS ? today - DAY_MS : today;
};

/** The latest year that does not lead more than a day past the upload, and has such a day. */
const inNearestYear = (written: Written, uploaded: number): number => {
  const latest = new Date(uploaded).getUTCFullYear() + 1;
  for (let year = latest; year >= latest - LEAP_SEARCH_YEARS; year -= 1) {
    const time = utc(written, year);
    if (time <= uploaded + DAY_MS && new Date(time).getUTCDate() === written.day) return time;
  }
  return utc(written, latest - 1);
};
