import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { hunt } from './hunt.ts';
import { diceOf } from './mutate.ts';
import { CORPUS, corpusOf, seedsOf } from './seeds.ts';
import { targets } from './targets.ts';

/** What hunts have found keeps its promises, and a short new hunt from a fixed seed finds nothing. Long ones: `npm run fuzz`. */
const RUNS = 1500;

const countTo = (limit: number): { readonly isOver: () => boolean; readonly beat: () => void } => {
  let runs = 0;
  return {
    isOver: () => runs >= limit,
    beat: () => {
      runs += 1;
    },
  };
};

for (const [name, target] of Object.entries(targets)) {
  test(`${name}: seeds, the corpus and ${RUNS} mutations lose no line`, async () => {
    const seeds = seedsOf(name);
    assert.ok(seeds.length > 0);
    const runs = countTo(RUNS);
    const { crash, coverage } = await hunt(target, seeds, diceOf(1), runs);
    assert.equal(crash, null, `${crash?.error} on ${JSON.stringify(Buffer.from(crash?.input ?? []).toString('latin1')).slice(0, 2000)}`);
    assert.ok(coverage > 0);
  });
}

test('the hunt finds a bug that only coverage leads to', async () => {
  // A crash behind two conditions, neither of which chance alone is likely to meet together.
  const { targetWithBug } = await import('./bug/lib/bug.ts');
  const { crash } = await hunt(targetWithBug, [Buffer.from('aaaa')], diceOf(3), countTo(200_000));
  assert.match(String(crash?.error), /found/);
});

test('each folder of the corpus is of a target', () => {
  const folders = readdirSync(CORPUS);
  assert.deepEqual(
    folders.filter((name) => !(name in targets) || corpusOf(name).length === 0),
    [],
  );
});
