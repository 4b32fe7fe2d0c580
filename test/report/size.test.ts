import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { SNSClient } from '@aws-sdk/client-sns';
import { noLink } from '../../lib/access/link.ts';
import { snsAnnouncer } from '../../lib/adapters/sns.ts';
import type { Announcement } from '../../lib/fleet/fleet.ts';
import type { Analysis } from '../../lib/model/analysis.ts';
import { cutTexts } from '../../lib/report/fit.ts';
import { recordedAnalyses } from '../support/analyses.ts';
import { largeFleet } from '../support/large-fleet.ts';

/** What SNS takes for all forms of a message and its attributes (its Publish reference); a larger one is refused each time it is tried. */
const SNS_BYTES = 262_144;

const sizeOf = ({ Message = '', MessageAttributes = {} }: PublishCommandInput): number =>
  Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType = '', StringValue = '' }]) => sum + Buffer.byteLength(name + DataType + StringValue),
    Buffer.byteLength(Message),
  );

const sent: PublishCommandInput[] = [];
const client = new SNSClient({ region: 'eu-west-1' });
client.send = async ({ input }: { readonly input: PublishCommandInput }): Promise<void> => {
  sent.push(input);
};
const announcer = snsAnnouncer(client, 'arn:aws:sns:eu-west-1:1:topic', async () => noLink);

const last = (): PublishCommandInput => sent.at(-1) ?? assert.fail('nothing was sent');
const formsOf = ({ Message = '' }: PublishCommandInput): Readonly<Record<string, string>> => JSON.parse(Message);

const analyses = await recordedAnalyses();
const longest = analyses.toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0] ?? assert.fail('none is recorded');

const fleet = (n: number): Analysis => largeFleet(longest, n);

const announce = (analysis: Analysis): Announcement => ({
  id: `${analysis.id}/opened/1`,
  kind: 'opened',
  analysis,
  createdAt: '2026-11-23T11:00:00.000Z',
});

test('the largest analysis of a fleet fits into one message, and still says what, where and how bad', async () => {
  await announcer.publish(announce(fleet(1)));
  assert.ok(sizeOf(last()) <= SNS_BYTES, `${sizeOf(last())} bytes`);
  const said: Analysis = JSON.parse(formsOf(last()).default ?? '');
  assert.deepEqual([said.id, said.cause, said.severity, said.hostCount], [fleet(1).id, longest.cause, longest.severity, 10_000]);
  assert.ok(said.hosts.length > 0);
});

test('thousands of fleets told together fit into one message', async () => {
  await announcer.publishTogether(Array.from({ length: 1200 }, (_, n) => announce(fleet(n))));
  assert.ok(sizeOf(last()) <= SNS_BYTES, `${sizeOf(last())} bytes`);
  const said = JSON.parse(formsOf(last()).default ?? '');
  assert.equal(said.together, 1200);
  assert.ok(said.findings.length > 0 && said.transitions.length > 0);
});

test('a fleet of five hundred hosts is told whole where its texts are ordinary ones', async () => {
  const large = fleet(1);
  const hosts = large.hosts.map((_, i) => `ip-10-20-${i}.eu-west-1`);
  const victims = large.victims.map((victim, i) => ({
    ...victim,
    app: 'login',
    host: hosts[i % 20] ?? '',
    error: 'Address already in use',
    frame: null,
  }));
  const members = large.members.map((member, i) => ({
    ...member,
    host: hosts[i] ?? '',
    analysisId: `${hosts[i]}~0123456789`,
    command: 'python3',
  }));
  const { evidence, caveats, summary } = longest;
  await announcer.publish(announce({ ...large, hosts, victims, members, evidence, caveats, summary }));
  const said: Analysis = JSON.parse(formsOf(last()).default ?? '');
  assert.deepEqual([said.victims.length, said.hosts.length, said.members.length], [320, 500, 50]);
  assert.deepEqual(said.evidence, evidence);
});

test('no letter is cut in two', () => {
  const cut = JSON.stringify({ text: `${'a'.repeat(254)}😀${'b'.repeat(100)}` }, cutTexts);
  assert.ok(cut.isWellFormed() && !/\\ud8/.test(cut), cut);
});

test('an ordinary analysis is told whole', async () => {
  for (const analysis of analyses) {
    await announcer.publish(announce(analysis));
    const said: Analysis = JSON.parse(formsOf(last()).default ?? '');
    assert.deepEqual(said.evidence, analysis.evidence);
    assert.deepEqual(said.setAside, analysis.setAside);
  }
});
