import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SNSClient } from '@aws-sdk/client-sns';
import { z } from 'zod';
import { type LinkTo, noLink } from '../../lib/access/link.ts';
import { alsoTo } from '../../lib/adapters/sns-more.ts';
import type { Announcement } from '../../lib/fleet/fleet.ts';
import type { Analysis } from '../../lib/model/analysis.ts';
import { renderChat, renderChatTogether } from '../../lib/report/chat.ts';
import { pagesOf } from '../../lib/report/pager.ts';
import { recordedAnalyses } from '../support/analyses.ts';

/** The event schema of Amazon Q Developer's guide, "Custom notifications": these fields, and no others. */
const notification = z.strictObject({
  version: z.literal('1.0'),
  source: z.literal('custom'),
  id: z.string().min(1),
  content: z.strictObject({
    textType: z.literal('client-markdown'),
    title: z.string().min(1),
    description: z.string().min(1),
    nextSteps: z.array(z.string()).optional(),
    keywords: z.array(z.string()).optional(),
  }),
  metadata: z.strictObject({
    threadId: z.string().optional(),
    summary: z.string(),
    eventType: z.string(),
    additionalContext: z.record(z.string(), z.string()).optional(),
  }),
});

const AT = '2026-11-23T11:00:00.000Z';
const LINK = 'https://example.test/a/';
const linkTo: LinkTo = (id) => ({ url: `${LINK}${encodeURIComponent(id)}`, until: AT });
const announce = (analysis: Analysis, kind: Announcement['kind'] = 'opened'): Announcement => ({
  id: `${analysis.id}/${kind}/1`,
  kind,
  analysis,
  createdAt: AT,
});
const resolved = (analysis: Analysis): Analysis => ({ ...analysis, status: 'resolved', resolvedAt: AT });
const analyses = await recordedAnalyses();
const critical = analyses.find(({ severity }) => severity === 'critical') ?? assert.fail('a recording is critical');

test('writes what Amazon Q Developer understands, each analysis a thread', () => {
  for (const analysis of analyses) {
    const opened = notification.parse(JSON.parse(renderChat(announce(analysis), linkTo)));
    const over = notification.parse(JSON.parse(renderChat(announce(resolved(analysis), 'resolved'), linkTo)));
    assert.equal(opened.metadata.threadId, over.metadata.threadId);
    assert.deepEqual(opened.content.nextSteps?.at(-1), `${LINK}${encodeURIComponent(analysis.id)}`);
  }
  const together = notification.parse(
    JSON.parse(
      renderChatTogether(
        'x',
        analyses.map((one) => announce(one)),
        linkTo,
      ),
    ),
  );
  assert.equal(together.metadata.threadId, undefined);
});

test('wakes no channel by what a process is named', () => {
  const evil = { ...critical, summary: '<!channel> & <https://evil|click>', explanation: '<!here>' };
  assert.doesNotMatch(renderChat(announce(evil), noLink), /<[!h]/);
});

test('pages for what is critical, and resolves it by the same name', () => {
  const states = (announcement: Announcement): readonly string[] =>
    pagesOf(announcement).map(({ subject, message }) => {
      const { AlarmName, NewStateValue } = z.looseObject({ AlarmName: z.string(), NewStateValue: z.string() }).parse(JSON.parse(message));
      assert.ok(subject.startsWith(`${NewStateValue}: "${AlarmName}"`) && subject.length < 100);
      return `${NewStateValue} ${AlarmName}`;
    });
  assert.deepEqual(states(announce(critical)), [`ALARM ${critical.id}`]);
  assert.deepEqual(states(announce(resolved(critical), 'resolved')), [`OK ${critical.id}`]);
  assert.deepEqual(states(announce({ ...critical, severity: 'warning' })), []);
  assert.deepEqual(states(announce(critical, 'joined')), []);
});

test('what chat or pager refuse is logged, and announced no second time to the others', async () => {
  const client = new SNSClient({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const sent: string[] = [];
  client.middlewareStack.add(
    () => async (args) => {
      const { TopicArn } = z.looseObject({ TopicArn: z.string() }).parse(args.input);
      sent.push(TopicArn);
      throw new Error('no');
    },
    { step: 'initialize' },
  );
  const warnings: string[] = [];
  const first: string[] = [];
  const counted: string[] = [];
  const announcer = alsoTo(
    { publish: async ({ id }) => void first.push(id), publishTogether: async (all) => void first.push(...all.map(({ id }) => id)) },
    client,
    { chat: 'arn:chat', pager: 'arn:pager' },
    async () => noLink,
    { info: () => {}, warn: (message) => void warnings.push(message) },
    { count: (metric, value) => void counted.push(`${metric} ${value}`) },
  );
  await announcer.publish(announce(critical));
  await announcer.publishTogether([announce(critical)]);
  assert.deepEqual(sent, ['arn:chat', 'arn:pager', 'arn:chat', 'arn:pager']);
  assert.deepEqual([first.length, warnings.length], [2, 4]);
  assert.deepEqual(counted, Array(4).fill('SideTopicsFailed 1'));
});

test('thousands of ends at once reach the pager in the time that a sweep has, those of one analysis in their order', async () => {
  const client = new SNSClient({ region: 'eu-central-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  let [now, most] = [0, 0];
  const sent: string[] = [];
  client.send = async ({ input }: { readonly input: object }): Promise<void> => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => void setTimeout(resolve, 1));
    now -= 1;
    if ('Subject' in input) sent.push(String(input.Subject));
  };
  const announcer = alsoTo(
    { publish: async () => {}, publishTogether: async () => {} },
    client,
    { chat: null, pager: 'arn:pager' },
    async () => noLink,
    { info: () => {}, warn: () => {} },
    { count: () => {} },
  );
  const all = Array.from({ length: 40 }, (_, i) => ({ ...critical, id: `web-${i}~0123456789` })).flatMap((one) => [
    announce(one),
    announce(resolved(one), 'resolved'),
  ]);
  await announcer.publishTogether(all);
  assert.equal(sent.length, 80);
  assert.ok(most > 4 && most <= 8, `${most} at once`);
  for (let i = 0; i < 40; i += 1)
    assert.deepEqual(
      sent.filter((subject) => subject.includes(`"web-${i}~`)).map((subject) => subject.split(':')[0]),
      ['ALARM', 'OK'],
    );
});
