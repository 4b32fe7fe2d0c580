import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderEmail } from '../../lib/report/email.ts';
import { renderSms } from '../../lib/report/sms.ts';
import { HEALTHY, Hosts, leak, snapshot } from '../support/hosts.ts';
import { open } from '../support/memory.ts';

const watched = (): Hosts => {
  const hosts = new Hosts();
  hosts.world.silentAfterMs = HOUR * 1000;
  return hosts;
};

const HOUR = 3600;
const DAY = 24 * HOUR;

const said = ({ world }: Hosts): readonly string[] => world.published.map(({ kind, analysis }) => `${kind} ${analysis.cause}`);
const stateOf = async ({ world }: Hosts): Promise<string | undefined> =>
  (await world.deps(open, 'look').records.listHosts(10, null)).items[0]?.state;

test('a healthy host that goes silent is told of once, and again when it is heard', async () => {
  const hosts = watched();
  await hosts.take([snapshot('web-1', 0, HEALTHY)]);
  await hosts.sweep(50 * 60);
  assert.deepEqual([said(hosts), await stateOf(hosts)], [[], 'quiet']);
  await hosts.sweep(11 * 60);
  await hosts.sweep();
  assert.deepEqual([said(hosts), await stateOf(hosts)], [['opened host-silent'], 'silent']);
  await hosts.take([snapshot('web-1', 70, HEALTHY)]);
  await hosts.sweep();
  assert.deepEqual([said(hosts), await stateOf(hosts)], [['opened host-silent', 'resolved host-silent'], 'quiet']);
  const [first] = hosts.world.published;
  assert.ok(first !== undefined);
  const context = { transition: first.kind, at: first.createdAt, link: null };
  assert.equal(renderEmail(first.analysis, context).subject, 'WARNING web-1: no uploads, the host is silent');
  assert.match(renderEmail(first.analysis, context).text, /^web-1 has uploaded nothing since 12:00:01 UTC\.\n/);
  assert.match(renderSms(first.analysis, context), /web-1: no uploads, the host is silent/);
});

test('each silence is an analysis of its own', async () => {
  const hosts = watched();
  for (const minute of [0, 120, 240]) {
    await hosts.take([snapshot('web-1', minute, HEALTHY)]);
    await hosts.sweep(2 * HOUR);
  }
  const ids = [...hosts.world.analyses.keys()];
  assert.equal(ids.length, 3);
  assert.deepEqual(
    said(hosts).filter((line) => line.startsWith('opened')),
    Array.from({ length: 3 }, () => 'opened host-silent'),
  );
});

test('a host that is gone for good is not remembered for ever', async () => {
  const hosts = watched();
  await hosts.take([snapshot('web-1', 0, HEALTHY)]);
  for (let hour = 0; hour < 15 * 24; hour += 2) await hosts.sweep(2 * HOUR);
  assert.deepEqual(said(hosts), ['opened host-silent', 'still-open host-silent', 'still-open host-silent', 'resolved host-silent']);
  assert.match(hosts.world.published.at(-1)?.analysis.outcome ?? '', /taken for gone/);
  const quiet = [...hosts.world.boards.values()].map(({ version }) => version);
  await hosts.sweep(DAY);
  assert.deepEqual(
    [...hosts.world.boards.values()].map(({ version }) => version),
    quiet,
  );
});

test('a host with an open case goes silent beside it, and a deployment is no sign of life', async () => {
  const hosts = watched();
  await hosts.take([0, 1, 2, 3].map((minute) => snapshot('web-1', minute, leak(500 + minute, 7))));
  assert.deepEqual(said(hosts), ['opened close-wait-leak']);
  hosts.world.now += 59 * 60 * 1000;
  await hosts.take([{ key: 'hosts/web-1/events/x.json', text: '{"kind":"deploy","app":"sync","at":"2026-11-23T12:58:00Z"}' }]);
  await hosts.sweep(2 * 60);
  assert.deepEqual(said(hosts), ['opened close-wait-leak', 'opened host-silent']);
});

test('is silenced like any other', async () => {
  const hosts = watched();
  await hosts.take([snapshot('web-1', 0, HEALTHY)]);
  const deps = hosts.world.deps(open, 'x');
  const until = new Date(hosts.world.now + 3 * HOUR * 1000).toISOString();
  const match = { host: 'web-1', program: null, cause: null };
  await deps.records.writeSilences({
    version: 0,
    list: [{ id: 'a', match, from: deps.clock.now(), until, by: 'ada', why: 'moving', ended: null }],
  });
  await hosts.sweep(2 * HOUR);
  assert.deepEqual(said(hosts), []);
  await hosts.sweep(HOUR + 60);
  assert.deepEqual(said(hosts), ['opened host-silent']);
});

test('wherever the sweep dies that finds a host silent, a later one tells of it', async () => {
  for (let death = 0; ; death += 1) {
    const hosts = watched();
    await hosts.take([snapshot('web-1', 0, HEALTHY)]);
    let calls = 0;
    // From one call on, none of this function's is answered.
    await hosts
      .sweep(2 * HOUR, async () => {
        calls += 1;
        if (calls > death) throw new Error('dead');
      })
      .catch(() => {});
    if (calls <= death) return assert.ok(death > 10);
    await hosts.sweep();
    await hosts.sweep();
    assert.ok(said(hosts).includes('opened host-silent'), `died at call ${death}`);
  }
});
