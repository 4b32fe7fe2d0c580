import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { socketAt } from '../../lib/model/socket-columns.ts';
import { ContentHash } from '../../lib/parsers/content-hash.ts';
import { EndpointReader, Hosts, parseEndpoint } from '../../lib/parsers/endpoint.ts';
import { Line } from '../../lib/parsers/line.ts';
import { LineReader } from '../../lib/parsers/line-reader.ts';
import { LineSplitter } from '../../lib/parsers/lines.ts';
import { Memo, ofText } from '../../lib/parsers/memo.ts';
import { SocketTable } from '../../lib/parsers/socket-table.ts';

/** Bytes as a host may send them: words, every kind of line end, marks, and what is no UTF-8. */
const uploads = fc
  .array(fc.constantFrom('tcp', ' ', '\n', '\r\n', '\r', 'é', '漢', '\ufeff', '10.0.0.1:80', '\t', '::1').map((part) => Buffer.from(part)))
  .chain((parts) => fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 2 }).map((odd) => Buffer.concat([...parts, ...odd])));

const inChunks = (bytes: Buffer, size: number): readonly Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

const textsOf = (bytes: Buffer): readonly string[] => {
  const texts: string[] = [];
  const splitter = new LineSplitter((text, line) => texts.push(`${line} ${text}`));
  splitter.push(bytes);
  splitter.end();
  return texts;
};

test('lines of bytes are the lines of text, wherever the chunks are cut', () => {
  fc.assert(
    fc.property(uploads, fc.integer({ min: 1, max: 9 }), (bytes, size) => {
      const texts: string[] = [];
      const reader = new LineReader((line) => texts.push(`${line.number} ${line.text}`));
      for (const chunk of inChunks(bytes, size)) reader.push(chunk);
      reader.end();
      assert.deepEqual(texts, textsOf(bytes));
    }),
  );
});

test('the hash of lines is that of their text, each ended by a newline', () => {
  fc.assert(
    fc.property(uploads, fc.integer({ min: 1, max: 40 }), (bytes, size) => {
      const hash = new ContentHash();
      const plain = createHash('sha256');
      const reader = new LineReader((line) => {
        hash.add(line);
        plain.update(`${line.text}\n`);
      });
      for (const chunk of inChunks(bytes, size)) reader.push(chunk);
      reader.end();
      assert.equal(hash.hex(), plain.digest('hex'));
    }),
  );
});

test('words are what stands between spaces and control characters', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'bé', ':', ' ', '\t', '\u0001', '漢:1')), (parts) => {
      const text = parts.join('');
      const line = Line.of(text, 1);
      const words: string[] = [];
      while (line.next()) words.push(line.word);
      assert.deepEqual(words, text.match(/[^\u0000-\u0020]+/g) ?? []);
    }),
  );
});

test('an endpoint read from bytes is the one read from text, however often its host has been seen', () => {
  const hosts = fc.constantFrom(
    '10.0.0.1',
    '[::1]',
    '::',
    '*',
    '127.0.0.53%lo',
    '[fe80::1]%eth0',
    '::ffff:1.2.3.4',
    '',
    'é',
    'x'.repeat(80),
  );
  const ports = fc.constantFrom('80', '443', '*', 'http', '65535', '65536', '', '0080', '1e3', '9'.repeat(20));
  fc.assert(
    fc.property(fc.array(fc.tuple(hosts, fc.constantFrom(':', ''), ports)), (ends) => {
      const table = new SocketTable();
      const reader = new EndpointReader(new Hosts(table.addresses));
      for (const end of ends) {
        const line = Line.of(end.join(''), 1);
        line.next();
        const expected = parseEndpoint(end.join(''));
        assert.equal(reader.read(line), expected !== null);
        if (expected === null) continue;
        table.add(0, 0, 1);
        table.setEnds(reader, reader);
        assert.deepEqual(socketAt(table.columns(), table.size - 1).local, expected);
      }
    }),
  );
});

test('a memo of few slots answers for each word, also where words share a slot or are too long to keep', () => {
  const words = fc.constantFrom('a', 'b', 'ab', 'ba', 'é', 'x'.repeat(64), 'x'.repeat(65), `${'x'.repeat(64)}y`, 'close-wait');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 60 }), (all) => {
      const memo = new Memo(
        ofText((text) => `<${text}>`),
        2,
      );
      for (const word of all) {
        const line = Line.of(word, 1);
        line.next();
        assert.equal(memo.of(line.bytes, line.wordStart, line.wordEnd, line.wordHash), `<${word}>`);
      }
    }),
  );
});

test('a memo works a word out once', () => {
  let worked = 0;
  const read = (text: string): string => {
    worked += 1;
    return text;
  };
  const memo = new Memo(ofText(read), 8);
  for (let i = 0; i < 5; i += 1) {
    const line = Line.of('10.0.0.1', i);
    line.next();
    memo.of(line.bytes, line.wordStart, line.wordEnd, line.wordHash);
  }
  assert.equal(worked, 1);
});
