import type { TimeBasis } from '../../model/failure.ts';

/** Times as log lines write them. Each form is anchored, with a fixed shape: nothing here can backtrack. */

/** Broken-down time, as written. Missing parts are told from the upload's time. */
export interface Written {
  readonly year: number | null;
  /** 1–12; `null` where the line bears a time of day only. */
  readonly month: number | null;
  readonly day: number | null;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
  /** Minutes east of UTC; `null` where the line names none. */
  readonly offset: number | null;
}

export interface Stamp {
  readonly written: Written;
  /** Index behind the time in the text. */
  readonly end: number;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '([A-Z][a-z]{2})';
const CLOCK = '(\\d{1,2}):(\\d{2}):(\\d{2})(?:[.,](\\d{1,9}))?';
const ZONE = '(?: ?(Z|UTC|[+-]\\d{2}:?\\d{2})(?![\\w:]))?';

const monthOf = (name: string | undefined): number => MONTHS.indexOf((name ?? '').toLowerCase()) + 1;
const ms = (fraction: string | undefined): number => (fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3)));

const offsetOf = (zone: string | undefined): number | null => {
  if (zone === undefined) return null;
  if (zone === 'Z' || zone === 'UTC') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
};

type Groups = readonly (string | undefined)[];
type Form = { readonly pattern: RegExp; readonly read: (groups: Groups) => Written };

const at = (date: readonly [number | null, number | null, number | null], clock: Groups, zone?: string): Written => ({
  year: date[0],
  month: date[1],
  day: date[2],
  hour: Number(clock[0]),
  minute: Number(clock[1]),
  second: Number(clock[2]),
  ms: ms(clock[3]),
  offset: offsetOf(zone),
});

const afternoon = (written: Written, half: string | undefined): Written => {
  if (half === undefined) return written;
  const hour = (written.hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
  return { ...written, hour };
};

/** One entry a form, with a real sample. Sticky, so that a form is tried at one place only. */
const FORMS: readonly Form[] = [
  // 2026-11-23 11:11:36.387 · 2026-11-23T12:12:00.123+01:00 · 2026/11/23 11:12:40.106985 · 2026-11-23T11:20:16+0000
  {
    pattern: new RegExp(`(\\d{4})[-/](\\d{2})[-/](\\d{2})[T ]${CLOCK}${ZONE}`, 'y'),
    read: (g) => at([Number(g[1]), Number(g[2]), Number(g[3])], g.slice(4, 8), g[8]),
  },
  // 11:19:37.881
  { pattern: new RegExp(`${CLOCK}(?![\\w:])`, 'y'), read: (g) => at([null, null, null], g.slice(1, 5)) },
  // Nov 23 11:20:11 · Nov  3 11:20:11
  { pattern: new RegExp(`${MONTH} {1,2}(\\d{1,2}) ${CLOCK}`, 'y'), read: (g) => at([null, monthOf(g[1]), Number(g[2])], g.slice(3, 7)) },
  // Nov 23, 2026 11:19:38 AM
  {
    pattern: new RegExp(`${MONTH} (\\d{1,2}), (\\d{4}),? ${CLOCK}(?:[ \\u202f]([AP]M))?`, 'y'),
    read: (g) => afternoon(at([Number(g[3]), monthOf(g[1]), Number(g[2])], g.slice(4, 8)), g[8]),
  },
  // 23-Nov-2026 11:20:52.381 · 23 Nov 2026 11:06:50.644
  {
    pattern: new RegExp(`(\\d{1,2})[- ]${MONTH}[- ](\\d{4}) ${CLOCK}`, 'y'),
    read: (g) => at([Number(g[3]), monthOf(g[2]), Number(g[1])], g.slice(4, 8)),
  },
  // 26/11/23 09:43:30
  {
    pattern: new RegExp(`(\\d{2})/(\\d{2})/(\\d{2}) ${CLOCK}`, 'y'),
    read: (g) => at([2000 + Number(g[1]), Number(g[2]), Number(g[3])], g.slice(4, 8)),
  },
  // Mon Nov 23 11:06:53.123456 2026
  {
    pattern: new RegExp(`[A-Z][a-z]{2} ${MONTH} {1,2}(\\d{1,2}) ${CLOCK} (\\d{4})`, 'y'),
    read: (g) => at([Number(g[7]), monthOf(g[1]), Number(g[2])], g.slice(3, 7)),
  },
  // 08-17 09:14:22.131
  { pattern: new RegExp(`(\\d{2})-(\\d{2}) ${CLOCK}`, 'y'), read: (g) => at([null, Number(g[1]), Number(g[2])], g.slice(3, 7)) },
];

const isValid = ({ month, day, hour, minute, second }: Written): boolean =>
  (month === null || (month >= 1 && month <= 12)) && (day === null || (day >= 1 && day <= 31)) && hour < 24 && minute < 60 && second <= 60;

const tryForm = (form: Form, text: string, start: number): Stamp | null => {
  form.pattern.lastIndex = start;
  const groups = form.pattern.exec(text);
  if (groups === null) return null;
  const written = form.read(groups);
  return isValid(written) ? { written, end: form.pattern.lastIndex } : null;
};

/** Finds a time that begins at `start`; the form that matched last is tried first, since a file sticks to one. */
export class StampReader {
  #last: Form | undefined = FORMS[0];

  read(text: string, start: number): Stamp | null {
    const sticky = this.#last === undefined ? null : tryForm(this.#last, text, start);
    if (sticky !== null) return sticky;
    for (const form of FORMS) {
      const stamp = form === this.#last ? null : tryForm(form, text, start);
      if (stamp === null) continue;
      this.#last = form;
      return stamp;
    }
    return null;
  }
}

const DAY_MS = 24 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;

const utc = ({ month, day, hour, minute, second, ms: millis }: Written, year: number): number =>
  Date.UTC(year, (month ?? 1) - 1, day ?? 1, hour, minute, second, millis);

const zoneFormats = new Map<string, Intl.DateTimeFormat | null>();

const zoneFormat = (zone: string): Intl.DateTimeFormat | null => {
  const known = zoneFormats.get(zone);
  if (known !== undefined) return known;
  let format: Intl.DateTimeFormat | null = null;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  zoneFormats.set(zone, format);
  return format;
};

/** Minutes east of UTC of a zone (`Europe/Berlin`, `+01:00`) at a local time; `null` for a zone that nobody knows. */
const zoneOffset = (zone: string, localMs: number): number | null => {
  if (/^[+-]\d{2}:?\d{2}$/.test(zone)) return offsetOf(zone);
  const name = zoneFormat(zone)
    ?.formatToParts(localMs)
    .find(({ type }) => type === 'timeZoneName')?.value;
  if (name === undefined) return null;
  return name === 'GMT' ? 0 : offsetOf(name.slice(3));
};

export interface Instant {
  /** RFC 3339 UTC with milliseconds. */
  readonly at: string;
  readonly basis: TimeBasis;
}

/** Completes what lines leave out: an offset in the line wins, then the zone of the upload, then UTC, an assumption that is named. */
export class TimeResolver {
  readonly #uploadedAt: number;
  readonly #zone: string | null;

  constructor(uploadedAt: string, zone: string | null) {
    this.#uploadedAt = Date.parse(uploadedAt);
    this.#zone = zone;
  }

  resolve(written: Written): Instant {
    const local = this.#localMs(written);
    const offset = written.offset ?? (this.#zone === null ? null : zoneOffset(this.#zone, local));
    const basis = written.offset !== null ? 'offset' : offset !== null ? 'meta-zone' : 'assumed-utc';
    return { at: new Date(local - (offset ?? 0) * 60_000).toISOString(), basis };
  }

  #localMs(written: Written): number {
    if (written.year !== null) return utc(written, written.year);
    const year = new Date(this.#uploadedAt).getUTCFullYear();
    if (written.month !== null) return this.#nearestYear(written, year);
    const midnight = Math.floor(this.#uploadedAt / DAY_MS) * DAY_MS;
    const today = midnight + ((written.hour * 60 + written.minute) * 60 + written.second) * 1000 + written.ms;
    // A time of day later than the upload is yesterday's; an hour is left for a clock or a zone that is off.
    return today > this.#uploadedAt + HOUR_MS ? today - DAY_MS : today;
  }

  #nearestYear(written: Written, year: number): number {
    const thisYear = utc(written, year);
    return thisYear > this.#uploadedAt + DAY_MS ? utc(written, year - 1) : thisYear;
  }
}
