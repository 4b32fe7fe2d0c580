import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { badgeOf, bearerOf } from '../../lib/access/badge.ts';
import { checkLink, signedLinks } from '../../lib/access/link.ts';
import { check, type Key, type Purpose, sign } from '../../lib/access/signature.ts';

const key: Key = { id: 'abcdef12', secret: 'a secret of no importance' };
const older: Key = { id: '12abcdef', secret: 'the one before' };
const NOW = 1_800_000_000;

const purposes: readonly Purpose[] = ['link', 'open', 'session', 'form'];
const purpose = fc.constantFrom(...purposes);

test('a signature holds for its purpose, its subject, its key and its time, and for nothing else', () => {
  fc.assert(
    fc.property(
      purpose,
      purpose,
      fc.string(),
      fc.string(),
      fc.integer({ min: -1000, max: 1000 }),
      (made, asked, subject, other, seconds) => {
        const signature = sign({ purpose: made, subject, expires: NOW + seconds }, key);
        assert.equal(check(signature, made, subject, NOW, [older, key]), seconds > 0 ? 'valid' : 'expired');
        if (asked !== made) assert.equal(check(signature, asked, subject, NOW, [key]), 'wrong');
        if (other !== subject) assert.equal(check(signature, made, other, NOW, [key]), 'wrong');
        assert.equal(check(signature, made, subject, NOW, [older]), 'wrong');
        assert.equal(check(signature, made, subject, NOW, [{ ...key, secret: 'guessed' }]), 'wrong');
        assert.equal(check(signature, made, subject, NOW, []), 'wrong');
      },
    ),
  );
});

test('no character of it can be changed, taken away or added', () => {
  const signature = sign({ purpose: 'link', subject: 'web-03~0123456789', expires: NOW + 60 }, key);
  const holds = (text: string): boolean => check(text, 'link', 'web-03~0123456789', NOW, [key]) === 'valid';
  assert.ok(holds(signature));
  for (let i = 0; i <= signature.length; i += 1) {
    assert.ok(!holds(signature.slice(0, i) + signature.slice(i + 1)) || i === signature.length, `without character ${i}`);
    assert.ok(!holds(`${signature.slice(0, i)}A${signature.slice(i)}`), `with one more at ${i}`);
    if (i >= signature.length - 1) continue;
    const other = signature[i] === 'A' ? 'B' : 'A';
    assert.ok(!holds(signature.slice(0, i) + other + signature.slice(i + 1)), `another at ${i}`);
  }
});

test('a later end cannot be written into it', () => {
  const [id, , mac] = sign({ purpose: 'session', subject: 'me', expires: NOW - 1 }, key).split('.');
  assert.equal(check(`${id}.${(NOW + 1000).toString(36)}.${mac}`, 'session', 'me', NOW, [key]), 'wrong');
});

test('a badge says whose it is, in any script, and an open one is no session', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (by) => {
      const badge = badgeOf('open', by, NOW + 60, key);
      // What is no text (half a surrogate pair) comes back as its replacement, and is then not what was signed.
      if (by.isWellFormed()) assert.equal(bearerOf('open', badge, NOW, [key]), by);
      assert.equal(bearerOf('session', badge, NOW, [key]), null);
      assert.equal(bearerOf('open', badge, NOW + 61, [key]), null);
    }),
  );
  const badge = badgeOf('session', 'alice', NOW + 60, key);
  const forged = `${badge.slice(0, badge.lastIndexOf('.'))}.${Buffer.from('root').toString('base64url')}`;
  assert.equal(bearerOf('session', forged, NOW, [key]), null);
  for (const text of ['', '.', '..', 'a.b.c.d', '.'.repeat(1000)]) assert.equal(bearerOf('session', text, NOW, [key]), null);
});

test('a link leads to its analysis for its days', () => {
  const linkTo = signedLinks('https://x.example', 7, key);
  const link = linkTo('web-03~0123456789', '2026-11-23T10:00:00.000Z');
  assert.equal(link?.until, '2026-11-30T10:00:00.000Z');
  const token = new URL(link.url).searchParams.get('t') ?? '';
  const verdict = (id: string, at: string) => checkLink(token, id, at, [key]);
  assert.equal(verdict('web-03~0123456789', '2026-11-30T09:59:59.000Z'), 'valid');
  assert.equal(verdict('web-03~0123456789', '2026-11-30T10:00:00.000Z'), 'expired');
  assert.equal(verdict('web-04~0123456789', '2026-11-23T10:00:01.000Z'), 'wrong');
});
