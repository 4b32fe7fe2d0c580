import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AddressBook } from '../../lib/parsers/address-book.ts';

const addresses = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('', '*', 'é', '漢', 'x'.repeat(3000)));

test('equal addresses have one number, unlike ones another, in the order in which they come, and their texts come back', () => {
  fc.assert(
    fc.property(fc.array(addresses, { maxLength: 600 }), (all) => {
      const book = new AddressBook();
      const known = [...new Set(all)];
      for (const text of all) assert.equal(book.ofText(text), known.indexOf(text));
      assert.deepEqual(
        known.map((_, i) => book.textOf(i)),
        known,
      );
      assert.equal(book.size, known.length);
    }),
  );
});

test('addresses whose hashes collide, as a hostile host may choose them, are told apart all the same', () => {
  const book = new AddressBook();
  const texts = Array.from({ length: 3000 }, (_, i) => Buffer.from(`10.0.${i >> 8}.${i & 255}`));
  for (const [i, bytes] of texts.entries()) {
    assert.equal(book.find(bytes, 0, bytes.length, 7), -1);
    assert.equal(book.add(bytes, 0, bytes.length, 7), i);
  }
  let looks = 0;
  const counted = (bytes: Uint8Array): Uint8Array =>
    new Proxy(bytes, {
      get: (target, key) => {
        looks += 1;
        return Reflect.get(target, key, target);
      },
    });
  for (const [i, bytes] of texts.entries()) assert.equal(book.find(counted(bytes), 0, bytes.length, 7), i);
  // Each byte against sixteen others, and the text once; all of them would be millions.
  assert.ok(looks < texts.length * 16 * 12, `${looks}`);
});
