import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { quotable } from '../../lib/parsers/account.ts';
import { redact } from '../../lib/text/redact.ts';
import { corpus, KNOWN, lineOf, remainsOf } from './secrets.ts';

/** As of a failing line. */
const MAX_QUOTED = 300;
const FIXTURES = 'test/fixtures';

const textOf = (path: string): string => {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};

test('every secret of the corpus is masked, whatever stands around it', () => {
  const left = [...corpus.secrets, ...corpus.heldOut].filter((secret) => remainsOf(secret, redact(lineOf(secret))).length > 0);
  assert.deepEqual(
    left.map(({ what }) => what),
    [],
  );
});

/** So much of a secret, and it may be guessed, or looked up. */
const TELLING_CHARS = 8;

test('nor is one left in part where a quotation is cut within it', () => {
  const left = [...corpus.secrets, ...corpus.heldOut].filter((secret) => {
    const [line, whole] = [lineOf(secret), secret.secret.join('')];
    const begin = line.indexOf(whole);
    return Array.from(whole, (_, kept) => kept).some((kept) => {
      const before = `${'a '.repeat(MAX_QUOTED).slice(0, MAX_QUOTED - begin - kept - 1)} `;
      const quoted = redact(quotable(before + line, MAX_QUOTED));
      return kept > TELLING_CHARS && quoted.includes(whole.slice(0, TELLING_CHARS)) && !KNOWN.test(whole.slice(0, TELLING_CHARS));
    });
  });
  assert.deepEqual(
    left.map(({ what }) => what),
    [],
  );
});

test('what is masked was there', () => {
  for (const secret of [...corpus.secrets, ...corpus.heldOut]) assert.ok(remainsOf(secret, lineOf(secret)).length > 0, secret.what);
});

test('innocent lines stay whole: frames, ids, ports, sentences about passwords', () => {
  for (const line of corpus.innocent) assert.equal(redact(line), line);
});

test('recordings lose nothing: 40,000 lines of snapshots and logs', () => {
  const lines = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:gz|log|out|ss)$/.test(name))
    .flatMap((name) => textOf(join(FIXTURES, name)).split('\n'));
  assert.ok(lines.length > 40_000);
  assert.deepEqual(
    lines.filter((line) => redact(line) !== line),
    [],
  );
});

test('a key over several lines is masked line by line, a checksum is not', () => {
  assert.equal(redact('MIIEpAIBAAKCAQEAx7bq1kT9mB0cW3yZ5nQ8vR2sL4dF6gH1jK9pX0aC7eU5iO3t'), '[redacted]');
  const checksum = '4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a';
  assert.equal(redact(checksum), checksum);
});
