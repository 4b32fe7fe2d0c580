import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readLog } from '../../support/read.ts';

/** What truly happened, as the recorder knew it (PROVENANCE.md beside the incidents). */
interface Incident {
  readonly victim?: { readonly pid?: number; readonly app: string; readonly kind: string; readonly failures: number } | null;
}

const root = new URL('../../fixtures/incidents/', import.meta.url);

const textOf = (url: URL): string => {
  const bytes = readFileSync(url);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8').trimEnd();
};

const logsOf = (name: string, app: string): readonly string[] =>
  readdirSync(new URL(`${name}/hosts/`, root), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes(`/logs/${app}/`) && basename(path) !== app)
    .map((path) => textOf(new URL(`${name}/hosts/${path}`, root)));

const incidents = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());

for (const { name } of incidents) {
  const incident: Incident = JSON.parse(readFileSync(new URL(`${name}/incident.json`, root), 'utf8'));
  const { victim } = incident;
  if (victim === null || victim === undefined) continue;
  test(`counts the failures of ${victim.app} in ${name} as they happened`, () => {
    const failures = logsOf(name, victim.app).flatMap((text) => readLog(text).failures);
    assert.equal(failures.length, victim.failures);
    assert.deepEqual([...new Set(failures.map(({ kind }) => kind))], [victim.kind]);
    assert.equal(new Set(failures.map(({ fingerprint }) => fingerprint)).size, 1);
  });
}

test('there are incidents with failures to count', () => {
  assert.ok(incidents.length > 0);
});
