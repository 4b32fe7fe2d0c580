import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SearchedText, Words } from '../../../lib/parsers/logs/word-search.ts';

/** The lines (counted from 0) that have one of the words, found the plain way. */
const naive = (text: Buffer, words: readonly Buffer[]): readonly number[] => {
  const lines: number[] = [];
  let start = 0;
  for (let number = 0; start <= text.length; number += 1) {
    const newline = text.indexOf(10, start);
    const end = newline < 0 ? text.length : newline;
    if (words.some((word) => text.subarray(start, end).includes(word))) lines.push(number);
    start = end + 1;
  }
  return lines;
};

const linesOf = (text: Buffer, places: readonly number[]): readonly number[] =>
  places.map((place) => text.subarray(0, place).reduce((lines, byte) => lines + Number(byte === 10), 0));

const isAscending = (places: readonly number[]): boolean => places.every((place, i) => i === 0 || place > (places[i - 1] ?? 0));

/** Sought where much else has been. */
const CAPACITY = 3 * 64 * 1024;
const search = (words: readonly Buffer[]): ((bytes: Buffer) => readonly number[]) => {
  const text = new SearchedText(new Words(words), CAPACITY);
  return (bytes) => {
    text.bytes.set(bytes);
    return text.linesWithWords(0, bytes.length);
  };
};

const WORDS = ['dress', 'BindEx', 'leak d', 'adress', 'ssleak', 'Ähnlich', '地址已在使用'].map((word) => Buffer.from(word));

/** Parts of words, so that words stand beside each other, across each other, and nearly. */
const piece = fc.oneof(
  fc.constantFrom(
    'dress',
    'BindEx',
    'leak d',
    'ad',
    'ss',
    'leak ',
    'Bind',
    'Ex',
    'Ä',
    'hnlich',
    '地址已',
    '在使用',
    '\n',
    ' ',
    'x',
    'dres',
  ),
  fc.string({ maxLength: 20 }),
);
const text = fc.array(piece, { maxLength: 200 }).map((pieces) => Buffer.from(pieces.join('')));

test('finds the lines that a plain search finds, each once', () => {
  const linesIn = search(WORDS);
  let found = 0;
  fc.assert(
    fc.property(text, (bytes) => {
      const places = linesIn(bytes);
      found += places.length;
      assert.deepEqual(linesOf(bytes, places), naive(bytes, WORDS));
      assert.ok(isAscending(places));
    }),
    { numRuns: 500 },
  );
  assert.ok(found > 100, `${found} found`);
});

test('wherever the word stands in a long text: at its ends, and at every place around the borders of what is looked at at once', () => {
  const linesIn = search(WORDS);
  const size = 64 * 1024;
  const places = [0, 1, 15, 16, 17, ...Array.from({ length: 60 }, (_, i) => size - 40 + i), 2 * size - 3, 3 * size - 8];
  for (const place of places)
    for (const word of WORDS) {
      const bytes = Buffer.alloc(3 * size, 'x\n');
      word.copy(bytes, place);
      const found = linesIn(bytes);
      const expected = place + word.length <= bytes.length ? 1 : 0;
      assert.equal(found.length, expected, `${word} at ${place}`);
    }
});

test('what another text left behind is not found in the next', () => {
  const linesIn = search(WORDS);
  assert.equal(linesIn(Buffer.from('a dress')).length, 1);
  assert.deepEqual(linesIn(Buffer.from('a dr')), []);
  assert.deepEqual(linesIn(Buffer.from('')), []);
});
