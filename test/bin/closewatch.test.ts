import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { incident } from '../support/incidents.ts';

const run = (...args: readonly string[]) => spawnSync(process.execPath, ['bin/closewatch.js', ...args], { encoding: 'utf8' });

test('exits as the contract says', () => {
  assert.equal(run('analyze', incident('healthy').folder).status, 0);
  assert.equal(run('analyze', incident('seed-ss').folder).status, 1);
  assert.equal(run('analyze', '/nowhere/at/all').status, 2);
  assert.equal(run('analyze').status, 2);
  assert.equal(run('analyze', '--nonsense', 'x').status, 2);
  assert.equal(run('nonsense').status, 2);
  assert.equal(run('analyze', '--timezone', 'Mars/Base', 'x').status, 2);
});

test('says what is wrong and what to do', () => {
  assert.match(run('analyze', '/nowhere/at/all').stderr, /\/nowhere\/at\/all cannot be read/);
  assert.match(run('analyze').stderr, /--help/);
  assert.match(run('start', '--s3-port', 'x').stderr, /--s3-port takes a port number/);
  for (const args of [['help'], ['analyze', '--help'], ['start', '--help']]) assert.match(run(...args).stdout, /Usage: closewatch/);
});

test('prints JSON for programs, and plain text where there is no terminal', () => {
  const { stdout } = run('analyze', '--json', incident('seed-ss').folder);
  assert.deepEqual(Object.keys(JSON.parse(stdout)), ['analyses', 'unparsed']);
  const text = run('analyze', incident('seed-ss').folder);
  assert.doesNotMatch(text.stdout, /\u001b/);
  assert.match(text.stdout, /^CRITICAL web-03: login cannot bind/);
  assert.equal(text.stderr, '');
});

test('tells loose files by their content', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loose-'));
  let i = 0;
  for (const [key, bytes] of incident('listener-conflict').objects) {
    i += 1;
    writeFileSync(join(folder, key.includes('/logs/') ? 'api.log' : `snap-${i}.txt`), gunzipSync(bytes));
  }
  const { stdout, status } = run('analyze', folder);
  assert.equal(status, 1);
  assert.match(stdout, /api cannot bind port 8080, old-api \(pid 4526\)/);
  rmSync(folder, { recursive: true });
});

test('says what it did not understand, and that it could not run on nothing known', () => {
  const folder = mkdtempSync(join(tmpdir(), 'junk-'));
  writeFileSync(join(folder, 'snap.bin'), Buffer.alloc(4000, 1));
  const { stderr, status } = run('analyze', folder);
  assert.equal(status, 2);
  assert.match(stderr, /snap\.bin.*not text/);
  rmSync(folder, { recursive: true });
});
