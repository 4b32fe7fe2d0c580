import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderEmail } from '../../lib/report/email.ts';
import { renderSms } from '../../lib/report/sms.ts';
import { makeDrill } from '../../lib/use-cases/drill.ts';
import { Hosts } from '../support/hosts.ts';

/** The drill is what it is meant to be: told as any incident is, and recognised as a drill by whoever is told. */

const NOW = '2026-11-23T12:00:30.000Z';

test('is diagnosed as expected, is over after its recovery, and says in every message that it is a drill', async () => {
  const drill = makeDrill('0a1b2c3d', NOW);
  const hosts = new Hosts();
  hosts.world.now = Date.parse(NOW);
  await hosts.take(drill.incident);
  // The log came first: until the snapshot explained it, the failure was a finding of its own, of which nobody was told.
  const [analysis, ...more] = (await hosts.analyses()).filter(({ status }) => status === 'open');
  assert.ok(analysis !== undefined && more.length === 0);
  assert.deepEqual(
    [analysis.cause, analysis.culprit?.command, analysis.culprit?.peer, analysis.victims.map(({ app }) => app), analysis.severity],
    [drill.expected.cause, drill.expected.culprit, drill.peer, [drill.expected.victim], 'critical'],
  );
  await hosts.take(drill.recovery);
  const { published } = hosts.world;
  assert.deepEqual(
    published.map(({ kind }) => kind),
    ['opened', 'resolved'],
  );
  for (const { kind, analysis: told, createdAt } of published) {
    const context = { transition: kind, at: createdAt, link: null };
    const email = renderEmail(told, context);
    for (const text of [email.subject, email.text, renderSms(told, context)]) assert.match(text, /DRILL|closewatch-drill-/);
    assert.match(email.subject, /DRILL/);
  }
});

test('whatever its number, addresses are of documentation, names are keys, and two drills are apart', () => {
  const id = fc.stringMatching(/^[0-9a-f]{8}$/);
  fc.assert(
    fc.property(id, (digits) => {
      const { address, peer, host, incident } = makeDrill(digits, NOW);
      assert.match(address, /^198\.51\.100\.(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|250)$/);
      const [, last, port] = /^192\.0\.2\.(\d+):(\d+)$/.exec(peer) ?? [];
      assert.ok(Number(last) >= 1 && Number(last) <= 250 && Number(port) >= 1024 && Number(port) <= 65_535, peer);
      assert.equal(new Set(incident.map(({ key }) => key)).size, incident.length);
      for (const { key } of incident) assert.ok(key.startsWith(`hosts/${host}/`));
    }),
  );
  assert.notEqual(makeDrill('00000001', NOW).host, makeDrill('00000002', NOW).host);
});
