import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, conflict, HEALTHY, Hosts, snapshot, type Upload } from '../support/hosts.ts';

/** A log in which nothing fails: what it costs to take in. */
const quiet = (minute: number): Upload => ({
  key: `hosts/web-1/logs/api/${at(minute).replaceAll(/[-:]|\.000/g, '')}`,
  text: `${at(minute)} INFO [77] x: GET / 200\n`,
});

const windowsReadBy = async (hosts: Hosts, upload: Upload): Promise<number> => {
  let windows = 0;
  await hosts.take([upload], async (call) => {
    if (call === 'recentDigests') windows += 1;
  });
  return windows;
};

test('does not read the window for a log without failures where no case is open', async () => {
  const hosts = new Hosts();
  await hosts.take([snapshot('web-1', 0, HEALTHY)]);
  assert.equal(await windowsReadBy(hosts, quiet(1)), 0);
  assert.equal(await windowsReadBy(hosts, snapshot('web-1', 2, HEALTHY)), 1);
});

test('reads it where one is, and for every log with failures', async () => {
  const hosts = new Hosts();
  const [before, failing, after] = conflict('web-1', 0, 9);
  assert.ok(before !== undefined && failing !== undefined && after !== undefined);
  await hosts.take([before]);
  assert.equal(await windowsReadBy(hosts, failing), 1);
  await hosts.take([after]);
  assert.deepEqual(hosts.said(), ['opened web-1']);
  assert.ok((await windowsReadBy(hosts, quiet(4))) > 0);
});
