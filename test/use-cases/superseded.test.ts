import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDrill } from '../../lib/use-cases/drill.ts';
import { Hosts } from '../support/hosts.ts';
import { type Gate, open } from '../support/memory.ts';

/** A log that comes before its snapshot is a finding of its own until the snapshot comes; nothing of it may stay open then. */

const NOW = '2026-11-23T12:00:30.000Z';

const statuses = async (hosts: Hosts): Promise<readonly string[]> =>
  (await hosts.analyses()).map(({ cause, status }) => `${cause} ${status}`).sort();

test('a finding that later evidence explains otherwise is not listed as open for good', async () => {
  const { incident } = makeDrill('00000001', NOW);
  const hosts = new Hosts();
  const [log, ...snapshots] = incident;
  assert.ok(log !== undefined);
  await hosts.take([log]);
  assert.deepEqual(await statuses(hosts), ['inconclusive open']);
  await hosts.take(snapshots);
  assert.deepEqual(await statuses(hosts), ['close-wait-leak open', 'inconclusive resolved']);
});

test('not even where the function dies in between', async () => {
  const { incident } = makeDrill('00000001', NOW);
  for (let call = 1; call < 40; call += 1) {
    const hosts = new Hosts();
    const [log, snapshot] = incident;
    assert.ok(log !== undefined && snapshot !== undefined);
    await hosts.take([log]);
    let left = call;
    const die: Gate = async () => {
      left -= 1;
      if (left === 0) throw new Error('died');
    };
    await hosts.take([snapshot], die).catch(() => {});
    await hosts.take([snapshot], open);
    await hosts.sweep();
    assert.deepEqual(await statuses(hosts), ['close-wait-leak open', 'inconclusive resolved'], `died at call ${call}`);
  }
});
