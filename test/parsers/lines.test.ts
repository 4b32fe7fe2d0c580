import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from '../../lib/parsers/lines.ts';

const split = (chunks: readonly Uint8Array[], maxLineChars?: number) => {
  const lines: string[] = [];
  const splitter = new LineSplitter((text) => lines.push(text), maxLineChars === undefined ? {} : { maxLineChars });
  for (const chunk of chunks) splitter.push(chunk);
  return { lines, totals: splitter.end() };
};

test('splits at LF and CRLF, and keeps a last line without an end', () => {
  assert.deepEqual(split([Buffer.from('a\r\nb\n\nc')]).lines, ['a', 'b', '', 'c']);
});

test('splits alike wherever the chunks are cut, multi-byte characters included', () => {
  const text = fc.array(fc.constantFrom('a', 'é', '漢', '\n', '\r\n', '😀', ' ')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat(40), { maxLength: 6 }), (whole, cuts) => {
      const bytes = Buffer.from(whole);
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      const expected = whole.split(/\r?\n/);
      if (expected.at(-1) === '') expected.pop();
      assert.deepEqual(split(chunks).lines, expected);
    }),
  );
});

test('understands UTF-16 with a byte order mark, as PowerShell writes it', () => {
  const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('héllo\r\nzwei\n', 'utf16le')]);
  assert.deepEqual(split([little.subarray(0, 5), little.subarray(5)]).lines, ['héllo', 'zwei']);
});

test('drops a UTF-8 byte order mark, and never throws on invalid bytes', () => {
  assert.deepEqual(split([Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x0a, 0xff, 0xfe, 0x0a])]).lines, ['a', '\u{fffd}\u{fffd}']);
});

test('cuts a line of many megabytes without keeping it', () => {
  const chunk = Buffer.alloc(1 << 20, 'x');
  const { lines, totals } = split([...Array(32).fill(chunk), Buffer.from('\nnext\n')], 1000);
  assert.deepEqual(
    lines.map((line) => line.length),
    [1000, 4],
  );
  assert.equal(totals.truncatedLines, 1);
});
