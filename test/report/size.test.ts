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

/** As long as a host's name may be. */
const hostName = (i: number): string => `h${String(i).padStart(63, '0')}`;

const analyses = await recordedAnalyses();
const longest = analyses.toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0] ?? assert.fail('none is recorded');

/** As large as `fleet/merge.ts` lets one grow, and the texts of its first host of what takes most room: quotes, and letters of three bytes. */
const fleet = (n: number): Analysis => {
  const hosts = Array.from({ length: 500 }, (_, i) => hostName(1000 * n + i));
  const command = '"漢"'.repeat(16);
  return {
    ...longest,
    id: `fleet~${n}${'0'.repeat(40)}`,
    host: hosts[0] ?? '',
    hosts,
    hostCount: 10_000,
    summary: `${'漢"'.repeat(300)} ${longest.summary}`,
    victims: Array.from({ length: 320 }, (_, i) => ({
      app: hostName(i),
      host: hosts[i % 20] ?? null,
      pid: i,
      kind: 'address-in-use',
      error: '"漢"'.repeat(100),
      frame: '"漢"'.repeat(70),
      failures: i,
      firstAt: longest.openedAt,
      lastAt: longest.openedAt,
      isCulprit: false,
      minutes: [],
    })) satisfies Analysis['victims'],
    members: hosts.slice(0, 50).map((host) => ({
      host,
      since: longest.openedAt,
      resolvedAt: null,
      status: 'open',
      severity: 'critical',
      pid: 1,
      command,
      peer: '[2001:db8:0:20:f816:3eff:fe4a:9c13]:65535',
      localPort: 65_535,
      failures: 1,
      ports: null,
      analysisId: `${host}~0123456789`,
    })),
    evidence: Array.from({ length: 10 }, () => ({
      text: `${hosts[0]}: ${'"漢"'.repeat(200)}`,
      source: `s3://${'b'.repeat(1000)}`,
      lines: [1, 2] as const,
    })),
    caveats: Array.from({ length: 8 }, () => '"漢"'.repeat(300)),
  };
};

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
