import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Analysis } from '../../lib/model/analysis.ts';
import { acknowledge, endSilence, listSilences, silence, withdrawAcknowledgement } from '../../lib/use-cases/attention.ts';
import { at, conflict, Hosts, leak, snapshot } from '../support/hosts.ts';
import { BIND_ANY } from '../support/made.ts';
import { open } from '../support/memory.ts';

const WORD = { by: 'ada', why: 'I am on it' };
const HOUR = 3600;
const ANY = { host: null, program: null, cause: null };

const said = ({ world }: Hosts): readonly string[] => world.published.map(({ kind, analysis }) => `${kind} ${analysis.severity}`);
const deps = ({ world }: Hosts) => world.deps(open, 'attention');
const only = ({ world }: Hosts): Analysis => {
  const [one, ...more] = [...world.analyses.values()].map(({ analysis }) => analysis);
  assert.ok(one !== undefined && more.length === 0);
  return one;
};
const later = (hosts: Hosts, seconds: number): string => new Date(hosts.world.now + seconds * 1000).toISOString();

/** Half of the ports leak: a warning, in which nothing fails yet. */
const leaking = (): readonly ReturnType<typeof snapshot>[] =>
  [0, 1, 2, 3].map((minute) => snapshot('web-1', minute, leak(500 + minute, 7)));
/** The range is full. */
const full = snapshot('web-1', 5, leak(1000, 7));
const healed = [6, 7, 8, 20].map((minute) => snapshot('web-1', minute, leak(0, 7)));

test('an acknowledgement stops reminders, keeps who and why, and goes on without when it is withdrawn', async () => {
  const hosts = new Hosts();
  await hosts.take(leaking());
  assert.deepEqual(said(hosts), ['opened warning']);
  const done = await acknowledge(only(hosts), WORD, deps(hosts));
  assert.equal(done.kind, 'done');
  assert.deepEqual(only(hosts).acknowledged, { ...WORD, at: new Date(hosts.world.now).toISOString(), severity: 'warning' });
  await hosts.sweep(5 * HOUR);
  assert.deepEqual(said(hosts), ['opened warning']);
  await withdrawAcknowledgement(only(hosts), deps(hosts));
  assert.equal(only(hosts).acknowledged, null);
  await hosts.sweep();
  assert.deepEqual(said(hosts), ['opened warning', 'still-open warning']);
});

test('rising to critical breaks an acknowledgement, and everybody hears of it', async () => {
  const hosts = new Hosts();
  await hosts.take(leaking());
  await acknowledge(only(hosts), WORD, deps(hosts));
  await hosts.take([full]);
  assert.deepEqual(said(hosts), ['opened warning', 'worse critical']);
  assert.equal(only(hosts).acknowledged, null);
  await acknowledge(only(hosts), WORD, deps(hosts));
  // More programs fail: whoever is on it knows that it is critical.
  await hosts.take(['api', 'jobs'].map((app) => ({ key: `hosts/web-1/logs/${app}/${at(5)}`, text: `${at(5)} ERROR ${app}: ${BIND_ANY}` })));
  assert.deepEqual(
    only(hosts)
      .victims.map(({ app }) => app)
      .sort(),
    ['api', 'jobs'],
  );
  assert.deepEqual(said(hosts), ['opened warning', 'worse critical']);
  assert.equal(only(hosts).acknowledged?.by, 'ada');
});

test('what was acknowledged as less than it is by now is not acknowledged', async () => {
  const hosts = new Hosts();
  await hosts.take(leaking());
  const shown = only(hosts);
  await hosts.take([full]);
  await acknowledge(shown, WORD, deps(hosts));
  await hosts.sweep();
  assert.equal(only(hosts).acknowledged, null);
});

test('the end is announced in spite of an acknowledgement, and ends it', async () => {
  const hosts = new Hosts();
  await hosts.take(leaking());
  await acknowledge(only(hosts), WORD, deps(hosts));
  await hosts.take(healed);
  assert.deepEqual(said(hosts), ['opened warning', 'resolved warning']);
  assert.equal(only(hosts).acknowledged, null);
  assert.equal((await acknowledge(only(hosts), WORD, deps(hosts))).kind, 'over');
});

test('an acknowledgement lapses after a week', async () => {
  const hosts = new Hosts();
  await hosts.take(leaking());
  await acknowledge(only(hosts), WORD, deps(hosts));
  // The host goes on uploading: else it would be silent by then.
  for (let day = 1; day <= 8; day += 1) {
    hosts.world.now += 24 * HOUR * 1000;
    await hosts.take([snapshot('web-1', day * 24 * 60, leak(500, 7))]);
  }
  // On the seventh day, and a day later.
  assert.deepEqual(said(hosts), ['opened warning', 'still-open warning', 'still-open warning']);
});

test('a silence records and announces nothing; what is still open when it ends is announced', async () => {
  const hosts = new Hosts();
  const made = await silence({ ...ANY, host: 'web-1' }, later(hosts, 2 * HOUR), { by: 'ada', why: 'kernel update' }, deps(hosts));
  assert.equal(made.kind, 'done');
  await hosts.take(leaking());
  await hosts.sweep(HOUR);
  assert.deepEqual(said(hosts), []);
  assert.deepEqual([only(hosts).status, only(hosts).silenced?.by, only(hosts).silenced?.why], ['open', 'ada', 'kernel update']);
  await hosts.sweep(HOUR);
  assert.deepEqual(said(hosts), ['opened warning']);
  assert.equal(only(hosts).silenced, null);
});

test('what begins and ends in a silence is nobody’s news, what was told of before is told to be over', async () => {
  const hidden = new Hosts();
  await silence({ ...ANY, cause: 'close-wait-leak' }, later(hidden, HOUR), WORD, deps(hidden));
  await hidden.take([...leaking(), ...healed]);
  await hidden.sweep(2 * HOUR);
  assert.deepEqual(said(hidden), []);
  assert.equal(only(hidden).status, 'resolved');
  const told = new Hosts();
  await told.take(leaking());
  await silence({ ...ANY, program: 'sync' }, later(told, HOUR), WORD, deps(told));
  await told.take([full, ...healed.map(({ key, text }) => ({ key: key.replace('T10', 'T11'), text }))]);
  assert.deepEqual(said(told), ['opened warning', 'resolved critical']);
});

test('a silence of another host, program or cause holds nothing back; one ended early lets go at once', async () => {
  for (const match of [{ host: 'web-2' }, { program: 'cron' }, { cause: 'slow-consumer' as const }, { host: 'web-1', program: 'cron' }]) {
    const hosts = new Hosts();
    await silence({ ...ANY, ...match }, later(hosts, HOUR), WORD, deps(hosts));
    await hosts.take(leaking());
    assert.deepEqual(said(hosts), ['opened warning'], JSON.stringify(match));
  }
  const hosts = new Hosts();
  const made = await silence({ ...ANY, program: 'sync' }, later(hosts, HOUR), WORD, deps(hosts));
  await hosts.take(leaking());
  assert.deepEqual(said(hosts), []);
  assert.ok(made.kind === 'done');
  assert.equal((await endSilence(made.silence.id, 'bob', deps(hosts)))?.ended?.by, 'bob');
  assert.equal(await endSilence(made.silence.id, 'bob', deps(hosts)), null);
  await hosts.sweep();
  assert.deepEqual(said(hosts), ['opened warning']);
  assert.deepEqual([(await listSilences(false, deps(hosts))).length, (await listSilences(true, deps(hosts))).length], [0, 1]);
});

test('refuses a silence of everything, of the past, and of more than 30 days', async () => {
  const hosts = new Hosts();
  const refusals = await Promise.all([
    silence(ANY, later(hosts, HOUR), WORD, deps(hosts)),
    silence({ ...ANY, host: 'a' }, later(hosts, -1), WORD, deps(hosts)),
    silence({ ...ANY, host: 'a' }, later(hosts, 31 * 24 * HOUR), WORD, deps(hosts)),
  ]);
  assert.deepEqual(
    refusals.map((one) => one.kind === 'refused' && one.parameter),
    ['match', 'until', 'until'],
  );
});

test('a fleet is quiet while each of its hosts is silenced, or somebody is on it', async () => {
  const hosts = new Hosts();
  await hosts.take(['web-1', 'web-2', 'web-3'].flatMap((host, i) => conflict(host, i, 7)));
  await hosts.sweep(120);
  await hosts.sweep(120);
  const fleet = [...hosts.world.analyses.values()].map(({ analysis }) => analysis).find(({ members }) => members.length > 0);
  assert.ok(fleet !== undefined);
  const before = said(hosts).length;
  assert.equal((await acknowledge(fleet, WORD, deps(hosts))).kind, 'done');
  await hosts.take(conflict('web-4', 6, 7));
  await hosts.sweep(20 * 60);
  await hosts.sweep(5 * HOUR);
  assert.equal(said(hosts).length, before);
  assert.equal(hosts.world.analyses.get(fleet.id)?.analysis.acknowledged?.by, 'ada');
  assert.ok(at(0) < fleet.updatedAt);
});
