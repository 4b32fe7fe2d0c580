import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nodeFiles } from '../../lib/adapters/files.ts';
import { CAUSES } from '../../lib/model/analysis.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { gradeOf } from './grade.ts';
import { missing } from './requirements.ts';
import { type RecordedTruth, truthSchema } from './truth-schema.ts';

const lacking = missing(false);
const folder = mkdtempSync(join(tmpdir(), 'closewatch-short-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Twice what it takes on two idle cores. */
const LONGEST_MS = 180_000;

const record = (): ReadonlyMap<string, RecordedTruth> => {
  const run = join(import.meta.dirname, 'run.ts');
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', run, '--short', '--out', folder], { timeout: LONGEST_MS });
  const names = readdirSync(folder).filter((name) => !name.endsWith('minutes'));
  return new Map(names.map((name) => [name, truthSchema.parse(JSON.parse(readFileSync(join(folder, name, 'incident.json'), 'utf8')))]));
};

test('tells the ten causes, and a healthy host, as they are played on real sockets', {
  skip: lacking.length === 0 ? false : lacking.join(' '),
}, async (t) => {
  const truths = record();
  assert.deepEqual(new Set([...truths.values()].map(({ cause }) => cause)), new Set([...CAUSES, null]));
  for (const [name, truth] of truths) {
    await t.test(name, async () => {
      const { analyses } = await analyzePaths([join(folder, name, 'hosts')], nodeFiles);
      const alarms = analyses.filter(({ severity }) => severity !== 'info');
      assert.equal(alarms[0]?.cause ?? null, truth.cause);
      for (const alarm of alarms) assert.deepEqual(gradeOf(alarm, truth), { kind: 'right' });
    });
  }
});
