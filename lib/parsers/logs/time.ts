/** Times as log lines write them. Each form is anchored and of a fixed shape: nothing here can backtrack. */

/** Broken-down time, as written. Missing parts are told from the upload's time (`zone.ts`). */
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

/** Abbreviations that name one offset only: CST, IST and BST do not. */
const ABBREVIATIONS: Readonly<Record<string, number>> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  JST: 540,
  EST: -300,
  EDT: -240,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

const MONTH = '([A-Z][a-z]{2})';
const CLOCK = '(\\d{1,2}):(\\d{2}):(\\d{2})(?:[.,](\\d{1,9}))?';
const ZONE = `(?: ?(${Object.keys(ABBREVIATIONS).join('|')}|[+-]\\d{2}:?\\d{2})(?![\\w:]))?`;

const ZONE_BEHIND = new RegExp(ZONE, 'y');

const monthOf = (name: string | undefined): number => MONTHS.indexOf((name ?? '').toLowerCase()) + 1;
const millis = (fraction: string | undefined): number => (fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3)));

/** Minutes east of UTC of `Z`, `CET`, `+01:00` or `+0100`. */
export const offsetOf = (zone: string | undefined): number | null => {
  if (zone === undefined) return null;
  const named = ABBREVIATIONS[zone];
  if (named !== undefined) return named;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
};

type Groups = readonly (string | undefined)[];
type Day = readonly [year: number | null, month: number | null, day: number | null];

interface Form {
  readonly sample: string;
  readonly pattern: RegExp;
  readonly read: (groups: Groups) => Written;
}

const written = ([year, month, day]: Day, clock: Groups, zone?: string): Written => ({
  year,
  month,
  day,
  hour: Number(clock[0]),
  minute: Number(clock[1]),
  second: Number(clock[2]),
  ms: millis(clock[3]),
  offset: offsetOf(zone),
});

const afternoon = (time: Written, half: string | undefined): Written =>
  half === undefined ? time : { ...time, hour: (time.hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0) };

const form = (sample: string, pattern: string, read: (groups: Groups) => Written): Form => ({
  sample,
  pattern: new RegExp(pattern, 'y'),
  read,
});

/** One entry a form. Sticky, so that a form is tried at one place only. */
export const FORMS: readonly Form[] = [
  form('2026-11-23T12:12:00.123+01:00', `(\\d{4})[-/](\\d{2})[-/](\\d{2})[T ]${CLOCK}${ZONE}`, (g) =>
    written([Number(g[1]), Number(g[2]), Number(g[3])], g.slice(4, 8), g[8]),
  ),
  form('11:19:37.881', `${CLOCK}(?![\\w:])`, (g) => written([null, null, null], g.slice(1, 5))),
  form('Nov  3 11:20:11', `${MONTH} {1,2}(\\d{1,2}) ${CLOCK}`, (g) => written([null, monthOf(g[1]), Number(g[2])], g.slice(3, 7))),
  // Newer JDKs write a narrow no-break space before AM.
  form('Nov 23, 2026 11:19:38 AM', `${MONTH} (\\d{1,2}), (\\d{4}),? ${CLOCK}(?:[ \\u202f]([AP]M))?`, (g) =>
    afternoon(written([Number(g[3]), monthOf(g[1]), Number(g[2])], g.slice(4, 8)), g[8]),
  ),
  form('23-Nov-2026 11:20:52.381', `(\\d{1,2})[-/ ]${MONTH}[-/ ](\\d{4})[: ]${CLOCK}${ZONE}`, (g) =>
    written([Number(g[3]), monthOf(g[2]), Number(g[1])], g.slice(4, 8), g[8]),
  ),
  form('26/11/23 09:43:30', `(\\d{2})/(\\d{2})/(\\d{2}) ${CLOCK}`, (g) =>
    written([2000 + Number(g[1]), Number(g[2]), Number(g[3])], g.slice(4, 8)),
  ),
  form('Mon Nov 23 11:06:53.123456 2026', `[A-Z][a-z]{2} ${MONTH} {1,2}(\\d{1,2}) ${CLOCK} (\\d{4})`, (g) =>
    written([Number(g[7]), monthOf(g[1]), Number(g[2])], g.slice(3, 7)),
  ),
  form('08-17 09:14:22.131', `(\\d{2})-(\\d{2}) ${CLOCK}`, (g) => written([null, Number(g[1]), Number(g[2])], g.slice(3, 7))),
  form('23.11.2026 11:19:38', `(\\d{2})\\.(\\d{2})\\.(\\d{4}) ${CLOCK}`, (g) =>
    written([Number(g[3]), Number(g[2]), Number(g[1])], g.slice(4, 8)),
  ),
  // klog behind its level letter
  form('1123 11:20:16.123456', `(\\d{2})(\\d{2}) ${CLOCK}`, (g) => written([null, Number(g[1]), Number(g[2])], g.slice(3, 7))),
];

const isValid = ({ month, day, hour, minute, second }: Written): boolean =>
  (month === null || (month >= 1 && month <= 12)) && (day === null || (day >= 1 && day <= 31)) && hour < 24 && minute < 60 && second <= 60;

const tryForm = (form: Form, text: string, start: number): Stamp | null => {
  form.pattern.lastIndex = start;
  const groups = form.pattern.exec(text);
  if (groups === null) return null;
  const time = form.read(groups);
  return isValid(time) ? { written: time, end: form.pattern.lastIndex } : null;
};

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Two digits as a number; NaN where they are none. */
const two = (text: string, at: number): number => {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - 48) * 10 + ones - 48 : Number.NaN;
};

/** Up to nine digits behind `.` or `,` as milliseconds, and where they end. */
const fractionAt = (text: string, at: number): readonly [ms: number, end: number] => {
  const mark = text.charCodeAt(at);
  if ((mark !== 46 && mark !== 44) || !isDigit(text.charCodeAt(at + 1))) return [0, at];
  let ms = 0;
  let end = at + 1;
  for (let weight = 100; isDigit(text.charCodeAt(end)) && end - at < 10; end += 1) {
    ms += (text.charCodeAt(end) - 48) * Math.floor(weight);
    weight /= 10;
  }
  return [ms, end];
};

/** `yyyy-MM-dd HH:mm:ss`, by hand: most lines of most logs begin so, and an expression with ten groups is five times as dear. */
const isoAt = (text: string, start: number): Stamp | null => {
  const dash = text.charCodeAt(start + 4);
  if ((dash !== 45 && dash !== 47) || text.charCodeAt(start + 7) !== dash) return null;
  const between = text.charCodeAt(start + 10);
  if ((between !== 32 && between !== 84) || text.charCodeAt(start + 13) !== 58 || text.charCodeAt(start + 16) !== 58) return null;
  const year = two(text, start) * 100 + two(text, start + 2);
  const [ms, end] = fractionAt(text, start + 19);
  const time: Written = {
    year,
    month: two(text, start + 5),
    day: two(text, start + 8),
    hour: two(text, start + 11),
    minute: two(text, start + 14),
    second: two(text, start + 17),
    ms,
    offset: null,
  };
  return year > 0 && isValid(time) ? withZone(text, time, end) : null;
};

const withZone = (text: string, time: Written, end: number): Stamp => {
  const next = text.charCodeAt(end === text.length ? 0 : end);
  const mayBeZone = next === 32 ? text.charCodeAt(end + 1) !== 32 : next === 90 || next === 43 || next === 45;
  if (!mayBeZone) return { written: time, end };
  ZONE_BEHIND.lastIndex = end;
  const zone = ZONE_BEHIND.exec(text)?.[1];
  return zone === undefined ? { written: time, end } : { written: { ...time, offset: offsetOf(zone) }, end: ZONE_BEHIND.lastIndex };
};

/** Finds a time that begins at `start`; the form that matched last is tried first, since a file sticks to one. */
export class StampReader {
  #last: Form | undefined;

  read(text: string, start: number): Stamp | null {
    const iso = isoAt(text, start);
    if (iso !== null) return iso;
    const sticky = this.#last === undefined ? null : tryForm(this.#last, text, start);
    if (sticky !== null) return sticky;
    for (const candidate of FORMS) {
      const stamp = candidate === this.#last ? null : tryForm(candidate, text, start);
      if (stamp === null) continue;
      this.#last = candidate;
      return stamp;
    }
    return null;
  }
}
