import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { remembered } from '../../../lib/parsers/logs/remembered.ts';

const counted = (): { readonly of: (text: string) => number; readonly asked: () => number } => {
  let asked = 0;
  const of = remembered((text) => {
    asked += 1;
    return text.length;
  });
  return { of, asked: () => asked };
};

test('a text is worked out once, its answer is the same again', () => {
  const { of, asked } = counted();
  assert.deepEqual([of('\tat a'), of('\tat bc'), of('\tat a')], [5, 6, 5]);
  assert.equal(asked(), 2);
});

test('an answer of "none" is remembered too', () => {
  let asked = 0;
  const of = remembered((): null => {
    asked += 1;
    return null;
  });
  assert.deepEqual([of('x'), of('x'), asked], [null, null, 1]);
});

test('a text longer than any frame is not kept', () => {
  const { of, asked } = counted();
  const long = 'x'.repeat(10_000);
  assert.deepEqual([of(long), of(long), asked()], [10_000, 10_000, 2]);
});

test('texts without end are not kept without end', () => {
  const { of, asked } = counted();
  const texts = 50_000;
  for (let i = 0; i < texts; i += 1) of(`text ${i}`);
  of('text 0');
  assert.equal(asked(), texts + 1, 'the first is forgotten');
});

test('a text does not keep the block in memory that it was cut from', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { of } = counted();
  const block = (i: number): string => Buffer.alloc(262_144, `line ${i} of a block `).toString('latin1');
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 400; i += 1) of(block(i).slice(1000, 1100));
  collect();
  const kept = process.memoryUsage().heapUsed - before;
  assert.ok(kept < 400 * 26_214, `${kept} bytes are kept for 400 texts of 100`);
});
