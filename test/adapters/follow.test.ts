import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type FollowedFile, followFile } from '../../lib/adapters/follow.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'closewatch-follow-'));
  path = join(folder, 'app.log');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((file) => file.close()));
  rmSync(folder, { recursive: true });
});

const NOW = new Date().toISOString();
const open: FollowedFile[] = [];
const follow = (): FollowedFile => {
  const file = followFile(path, { host: 'h', app: 'app', uri: path, since: NOW, notBefore: '1970-01-01T00:00:00.000Z', zone: null });
  open.push(file);
  return file;
};

const failure = (n: number): string =>
  `${new Date(Date.parse(NOW) - 60_000 + n).toISOString()} ERROR app: [Errno 98] Address already in use\n`;

const counted = async (file: FollowedFile): Promise<number> =>
  (await file.look(new Date().toISOString())).digest.failures.reduce((sum, { count }) => sum + count, 0);

test('follows a log through rotation by rename, with what was written just before', async () => {
  writeFileSync(path, failure(1));
  const file = follow();
  assert.equal(await counted(file), 1);
  appendFileSync(path, failure(2));
  renameSync(path, `${path}.1`);
  appendFileSync(`${path}.1`, failure(3));
  writeFileSync(path, failure(4));
  assert.equal(await counted(file), 4);
  appendFileSync(path, failure(5));
  assert.equal(await counted(file), 5);
  assert.equal(await counted(file), 5);
});

test('follows a log through truncation in place', async () => {
  writeFileSync(path, failure(1) + failure(2));
  const file = follow();
  assert.equal(await counted(file), 2);
  truncateSync(path);
  assert.equal(await counted(file), 2);
  appendFileSync(path, failure(3));
  assert.equal(await counted(file), 3);
});

test('waits for a log that is not there yet, and says so', async () => {
  const file = follow();
  assert.match((await file.look(NOW)).note ?? '', /app\.log cannot be read \(ENOENT\)/);
  writeFileSync(path, failure(1));
  assert.deepEqual([(await file.look(NOW)).note, await counted(file)], [null, 1]);
});

test('reads the end only of what is there already', async () => {
  writeFileSync(path, `${failure(1)}${'x'.repeat(99)}\n`.padEnd(400_000, 'nothing of interest\n'));
  appendFileSync(path, failure(2));
  assert.equal(await counted(follow()), 1);
});

test('does not hang at a pipe, nor read a folder', {
  skip: spawnSync('mkfifo', ['--version']).status === 0 ? false : 'mkfifo is not installed',
}, async () => {
  spawnSync('mkfifo', [path]);
  assert.match((await follow().look(NOW)).note ?? '', /not a file/);
  path = folder;
  assert.match((await follow().look(NOW)).note ?? '', /not a file/);
});
