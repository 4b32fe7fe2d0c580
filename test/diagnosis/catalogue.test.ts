import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RULES } from '../../lib/diagnosis/diagnose.ts';
import { CAUSES } from '../../lib/model/analysis.ts';

test('there is one file and one rule for each cause, with all of its words', () => {
  const files = readdirSync(new URL('../../lib/diagnosis/rules', import.meta.url)).map((name) => name.replace('.ts', ''));
  assert.deepEqual(files.toSorted(), [...CAUSES].sort());
  assert.deepEqual([...RULES.map(({ id }) => id), 'inconclusive'].sort(), [...CAUSES].sort());
  for (const rule of RULES) for (const text of [rule.title, rule.needs]) assert.ok(text.length > 10, rule.id);
});

test('the README explains each cause', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const cause of CAUSES) assert.ok(readme.includes(`| \`${cause}\``), cause);
});
