import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeFiles } from '../../lib/adapters/files.ts';
import type { Analysis } from '../../lib/model/analysis.ts';
import { analyzePaths, type FileReader } from '../../lib/use-cases/analyze.ts';
import { incidents, type Truth } from '../support/incidents.ts';

const told = (analyses: readonly Analysis[]): readonly Analysis[] => analyses.filter(({ severity }) => severity !== 'info');

const assertTrue = (analyses: readonly Analysis[], truth: Truth): void => {
  if (truth.cause === null) {
    assert.deepEqual(told(analyses), []);
    return;
  }
  const [first, ...others] = told(analyses);
  assert.deepEqual(
    { host: first?.host, cause: first?.cause, mechanism: first?.mechanism },
    { host: truth.host, cause: truth.cause, mechanism: truth.mechanism },
  );
  if (truth.side !== undefined) assert.equal(first?.side, truth.side);
  for (const [name, value] of Object.entries(truth.culprit ?? {}))
    assert.equal(Object.entries(first?.culprit ?? {}).find(([key]) => key === name)?.[1], value, name);
  if (truth.port !== undefined) assert.equal(first?.resource.localPort, truth.port);
  const victim = first?.victims.find(({ app }) => app === truth.victim?.app);
  if (truth.victim?.failures !== undefined) assert.deepEqual([victim?.kind, victim?.failures], [truth.victim.kind, truth.victim.failures]);
  for (const other of others)
    assert.ok(
      truth.alsoTrue?.some(({ cause, pid }) => cause === other.cause && pid === other.culprit?.pid),
      `false alarm: ${other.cause}`,
    );
};

for (const { name, folder, truth } of incidents) {
  test(`tells the truth about ${name}`, async () => {
    const { analyses, unparsed } = await analyzePaths([folder], nodeFiles);
    assertTrue(analyses, truth);
    assert.deepEqual(unparsed, []);
  });
}

/** The same evidence, poorer: the answer may weaken, never turn into another. */
const without = (keep: (path: string, index: number) => boolean): FileReader => ({
  list: async (path) => (await nodeFiles.list(path)).filter((file, index) => keep(file.relative, index)),
  read: nodeFiles.read,
});

const POORER: Readonly<Record<string, (path: string, index: number) => boolean>> = {
  'only every other snapshot': (path, index) => !path.includes('/snapshots/') || index % 2 === 0,
  'only one snapshot': (path) => !path.includes('/snapshots/') || /[13579]Z\.gz$/.test(path),
  'no logs': (path) => !path.includes('/logs/'),
};

for (const { name, folder, truth } of incidents) {
  for (const [poverty, keep] of Object.entries(POORER)) {
    test(`says nothing else about ${name} with ${poverty}`, async () => {
      const { analyses } = await analyzePaths([folder], without(keep));
      const known = [truth.cause, 'inconclusive', ...(truth.alsoTrue ?? []).map(({ cause }) => cause)];
      assert.deepEqual(
        told(analyses)
          .map(({ cause }) => cause)
          .filter((cause) => !known.includes(cause)),
        [],
      );
    });
  }
}

test('names a culprit that is not the program whose log fails, and what would return without it', async () => {
  const { analyses } = await analyzePaths([incidents.find(({ name }) => name === 'seed-ss')?.folder ?? ''], nodeFiles);
  assert.match(analyses[0]?.explanation ?? '', /without python3 \(pid 28429\), 992 of 1,000 ports return/);
  assert.equal(analyses[0]?.victims[0]?.app, 'login');
  assert.equal(analyses[0]?.confidence, 'high');
});
