import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Announcement } from '../../lib/fleet/fleet.ts';
import type { Deps } from '../../lib/use-cases/deps.ts';
import type { Page, Records } from '../../lib/use-cases/ports.ts';
import { sweep } from '../../lib/use-cases/sweep.ts';
import { conflict, Hosts } from '../support/hosts.ts';
import { type Gate, open } from '../support/memory.ts';

/** A sweep over more than its time is enough for. */

const PAGE = 8;

/** In pages, as the table has it: the cursor is the last one's name. */
const paged =
  (all: () => Promise<Page<string>>) =>
  async (cursor: string | null): Promise<Page<string>> => {
    const rest = [...(await all()).items].sort().filter((name) => name > (cursor ?? ''));
    const items = rest.slice(0, PAGE);
    return { items, cursor: rest.length > PAGE ? (items.at(-1) ?? null) : null };
  };

const NAMES = Array.from({ length: 40 }, (_, i) => `web-${String(i).padStart(2, '0')}`);

const fleet = async () => {
  const hosts = new Hosts();
  // Each has a trouble of its own.
  for (const name of NAMES) await hosts.take(conflict(name, 0, 7, `old-${name}`));
  const seen: string[] = [];
  const deps = hosts.world.deps(open, 'sweep');
  const records: Records = {
    ...deps.records,
    busyHosts: paged(() => deps.records.busyHosts(null)),
    lastHeard: async (host) => {
      seen.push(host);
      return deps.records.lastHeard(host);
    },
  };
  return { world: hosts.world, deps: { ...deps, records }, seen };
};

test('a sweep that has not the time for all hosts ends in time, and the next one goes on where it stopped', async () => {
  const { world, deps, seen } = await fleet();
  for (let turn = 0; turn < 2; turn += 1) {
    const before = seen.length;
    const remaining = (): number => 40_000 - (seen.length - before) * 1000;
    await sweep(deps, remaining);
    assert.ok(remaining() > 0, `turn ${turn}`);
  }
  assert.deepEqual([...new Set(seen)].sort(), NAMES);
  assert.equal(seen.length, NAMES.length);
  assert.equal(world.counted.get('SweepsCompleted'), 1);
  const before = seen.length;
  await sweep(deps, () => 40_000 - (seen.length - before) * 1000);
  assert.equal(seen.at(before), NAMES[0]);
});

test('one that has the time looks at all of them', async () => {
  const { world, deps, seen } = await fleet();
  await sweep(deps);
  assert.deepEqual(seen.toSorted(), NAMES);
  assert.equal(world.counted.get('SweepsCompleted'), 1);
});

test('what a long sweep has collected goes out before the first lease is over', async () => {
  const many = Array.from({ length: 100 }, (_, i) => `web-${i}`);
  const hosts = new Hosts();
  const refusing: Gate = async (call) => {
    if (call === 'publish') throw new Error('throttled');
  };
  for (const name of many) await hosts.take(conflict(name, 0, 7, `old-${name}`), refusing).catch(() => {});
  const { world } = hosts;
  const deps = world.deps(open, 'sweep');
  const leasedUntil = new Map<string, number>();
  const left: number[] = [];
  const heard = (all: readonly Announcement[]): void => {
    for (const { id } of all) left.push((leasedUntil.get(id) ?? 0) - world.now);
  };
  const slowly: Deps = {
    ...deps,
    records: {
      ...deps.records,
      writeBoard: async (board) => {
        // All of them take longer than a lease.
        world.now += 400;
        for (const { id, lease } of board.outbox) if (lease !== null) leasedUntil.set(id, Date.parse(lease.until));
        return deps.records.writeBoard(board);
      },
    },
    announcer: { publish: async (one) => heard([one]), publishTogether: async (all) => heard(all) },
  };
  await sweep(slowly);
  await sweep(slowly);
  assert.ok(left.length >= many.length - 1, `${left.length} of ${many.length}`);
  assert.ok(Math.min(...left) > 0, `${Math.min(...left)} ms`);
});
