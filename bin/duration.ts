const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };
/** What a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** `3`, `3s`, `1.5m`, `2h` as milliseconds, seconds where no unit is named; `null` for anything else. */
export const readDuration = (text: string): number | null => {
  const [, value, unit = 's'] = /^(\d{1,6}(?:\.\d{1,3})?)(s|m|min|h)?$/.exec(text) ?? [];
  const ms = Number(value) * (UNITS[unit] ?? Number.NaN);
  return ms > 0 && ms <= LONGEST_MS ? ms : null;
};
