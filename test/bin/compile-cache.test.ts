import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const CLI = join(import.meta.dirname, '../../bin/closewatch.js');

const help = (environment: Readonly<Record<string, string>>) =>
  spawnSync(process.execPath, [CLI, 'help'], { encoding: 'utf8', env: { PATH: process.env.PATH, ...environment }, timeout: 20_000 });

const inFolder = (use: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-cache-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test('what Node compiled is kept in a folder of the user, which no other user can write', () => {
  inFolder((folder) => {
    assert.equal(help({ HOME: folder }).status, 0);
    const kept = join(folder, '.cache/closewatch');
    assert.equal(readdirSync(kept).length, 1);
    assert.equal(statSync(kept).mode & 0o077, 0);
  });
  inFolder((folder) => {
    assert.equal(help({ HOME: '/nowhere', XDG_CACHE_HOME: join(folder, 'cache') }).status, 0);
    assert.equal(existsSync(join(folder, 'cache/closewatch')), true);
  });
});

test('where nothing can be kept, the command runs all the same', () => {
  inFolder((folder) => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const cache of [file, '/proc/none', join(folder, 'no/such/folder'), 'relative']) {
      const { status, stderr } = help({ HOME: '/nowhere', XDG_CACHE_HOME: cache });
      assert.deepEqual([status, stderr], [0, ''], cache);
    }
  });
  assert.equal(existsSync('relative'), false);
});
