import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StampReader } from '../../../lib/parsers/logs/time.ts';
import { TimeResolver } from '../../../lib/parsers/logs/zone.ts';

const read = (text: string, uploadedAt: string, zone: string | null): string => {
  const stamp = new StampReader().read(text, 0);
  assert.ok(stamp !== null, text);
  const { ms, basis } = new TimeResolver(uploadedAt, zone).resolve(stamp.written);
  return `${new Date(ms).toISOString()} ${basis}`;
};

const UPLOADED = '2026-11-23T12:30:00Z';

test('lets an offset in the line win, then the zone of the upload, then UTC, which it names', () => {
  assert.equal(read('2026-07-01 12:00:00 +02:00', UPLOADED, 'America/New_York'), '2026-07-01T10:00:00.000Z offset');
  assert.equal(read('2026-07-01 12:00:00 PDT', UPLOADED, 'Europe/Berlin'), '2026-07-01T19:00:00.000Z offset');
  assert.equal(read('2026-07-01 12:00:00', UPLOADED, 'Europe/Berlin'), '2026-07-01T10:00:00.000Z meta-zone');
  assert.equal(read('2026-12-01 12:00:00', UPLOADED, 'Europe/Berlin'), '2026-12-01T11:00:00.000Z meta-zone');
  assert.equal(read('2026-07-01 12:00:00', UPLOADED, '-05:00'), '2026-07-01T17:00:00.000Z meta-zone');
  assert.equal(read('2026-07-01 12:00:00', UPLOADED, null), '2026-07-01T12:00:00.000Z assumed-utc');
  assert.equal(read('2026-07-01 12:00:00', UPLOADED, 'Mars/Olympus'), '2026-07-01T12:00:00.000Z assumed-utc');
});

test('gives a time of day the day of the upload, or the day before where that would be in the future', () => {
  assert.equal(read('11:19:37.881', UPLOADED, null), '2026-11-23T11:19:37.881Z assumed-utc');
  assert.equal(read('13:20:00', UPLOADED, null), '2026-11-23T13:20:00.000Z assumed-utc');
  assert.equal(read('23:59:59', UPLOADED, null), '2026-11-22T23:59:59.000Z assumed-utc');
});

test('takes the day of the upload in the zone of the line, where that is another', () => {
  // It is 07:30 on the 24th in Tokyo.
  assert.equal(read('07:10:00', '2026-11-23T22:30:00Z', 'Asia/Tokyo'), '2026-11-23T22:10:00.000Z meta-zone');
});

test('gives a date without a year the latest that does not lead more than a day past the upload', () => {
  assert.equal(read('Nov 23 11:20:11', UPLOADED, null), '2026-11-23T11:20:11.000Z assumed-utc');
  assert.equal(read('Nov 24 11:20:11', UPLOADED, null), '2026-11-24T11:20:11.000Z assumed-utc');
  assert.equal(read('Nov 25 11:20:11', UPLOADED, null), '2025-11-25T11:20:11.000Z assumed-utc');
  assert.equal(read('Dec 31 23:59:59', '2027-01-01T00:00:10Z', null), '2026-12-31T23:59:59.000Z assumed-utc');
  assert.equal(read('Jan  1 00:00:05', '2026-12-31T23:59:59Z', null), '2027-01-01T00:00:05.000Z assumed-utc');
  assert.equal(read('Feb 29 11:20:11', UPLOADED, null), '2024-02-29T11:20:11.000Z assumed-utc');
});

test('reads noon and midnight of twelve hours', () => {
  assert.equal(read('Nov 22, 2026 12:00:01 AM', UPLOADED, null), '2026-11-22T00:00:01.000Z assumed-utc');
  assert.equal(read('Nov 22, 2026 12:00:01 PM', UPLOADED, null), '2026-11-22T12:00:01.000Z assumed-utc');
  assert.equal(read('Nov 22, 2026, 1:19:38\u202fPM', UPLOADED, null), '2026-11-22T13:19:38.000Z assumed-utc');
});

test('takes no time for one that cannot be', () => {
  for (const text of [
    '2026-13-01 00:00:00',
    '2026-11-23 24:00:00',
    '2026-11-32 00:00:00',
    '99:99:99',
    'Foo 23 11:20:11',
    '',
    '2026-11-23',
  ]) {
    assert.equal(new StampReader().read(text, 0), null, text);
  }
});

test('reads back any instant that a line writes, with any offset and as many digits of a second as it likes', () => {
  const instant = fc.date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2090-01-01T00:00:00Z'), noInvalidDate: true });
  fc.assert(
    fc.property(
      instant,
      fc.integer({ min: -14 * 60, max: 14 * 60 }),
      fc.constantFrom(' ', 'T'),
      fc.constantFrom('.', ','),
      (date, offset, between, mark) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString();
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((n) => String(n).padStart(2, '0'));
        const text = `${local.slice(0, 10)}${between}${local.slice(11, 19)}${mark}${local.slice(20, 23)}000${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
        assert.equal(read(text, UPLOADED, 'Asia/Tokyo'), `${date.toISOString()} offset`);
      },
    ),
    { numRuns: 500 },
  );
});
