import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAnalyses } from '../../functions/routes/analyses.ts';
import { listUploads } from '../../functions/routes/uploads.ts';
import { noLink } from '../../lib/access/link.ts';
import { renderChat, renderChatTogether } from '../../lib/report/chat.ts';
import { renderCsv } from '../../lib/report/csv.ts';
import { analysisColumns } from '../../lib/report/csv-columns.ts';
import { renderEmail } from '../../lib/report/email.ts';
import { renderJson } from '../../lib/report/json.ts';
import { analysisPage } from '../../lib/report/page/analysis-page.ts';
import { pagesOf } from '../../lib/report/pager.ts';
import { renderSms } from '../../lib/report/sms.ts';
import { renderTerminal } from '../../lib/report/terminal.ts';
import { renderTogether } from '../../lib/report/together.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { readTimeline } from '../../lib/use-cases/timeline.ts';
import { apiEvent } from '../support/api-event.ts';
import { BIND_ANY, readerOf, timeAt } from '../support/made.ts';
import { open, World } from '../support/memory.ts';
import { clientLeakFiles } from './hosts.ts';
import { corpus, lineOf, remainsOf, type Secret } from './secrets.ts';

/** Secrets wherever a host can put them; then everything that leaves is searched: messages, pages, answers, the table, our journal. */
const GROUP = 6;
const secrets = [...corpus.secrets, ...corpus.heldOut];

/** Log lines, frames, command lines, lines of no known form, deployments, and uploads that are refused. */
const filesWith = (group: readonly Secret[]): ReadonlyMap<string, string> => {
  const lines = group.map(lineOf);
  const trace = BIND_ANY.split('\n').slice(1).join('\n');
  const log = lines.map(
    (line, i) => `${timeAt(120 + i)} ERROR ${line} java.net.BindException: Address already in use ${line}\n\tat ${line}\n${trace}`,
  );
  return new Map([
    ...clientLeakFiles({ command: 'java', args: `java ${lines.join(' -x ')}`, unparsed: lines }),
    ['hosts/web-1/logs/login/20261123T100300Z', [...lines, ...log].join('\n')],
    ...lines.map((line, i): [string, string] => [`hosts/web-1/snapshots/refused-${i}`, line]),
    ...lines.map((line, i): [string, string] => [`hosts/web-1/logs/binary/${i}`, `${line}${'\u0001\u0000'.repeat(400)}`]),
    ...lines.map((line, i): [string, string] => [
      `hosts/web-1/events/${i}`,
      JSON.stringify({ kind: 'deploy', app: 'login', version: line.slice(0, 80), at: timeAt(60) }),
    ]),
  ]);
};

const renderings = (world: World): readonly string[] => {
  const at = timeAt(400);
  const all = [...world.analyses.values()].map(({ analysis }) => analysis);
  return [
    ...all.flatMap((analysis) => {
      const context = { transition: 'opened', at, link: null } as const;
      const { subject, text } = renderEmail(analysis, context);
      return [subject, text, renderSms(analysis, context), renderTerminal(analysis, { colour: true }), renderJson(analysis)];
    }),
    ...world.published.flatMap((one) => [renderChat(one, noLink), JSON.stringify(pagesOf(one))]),
    renderChatTogether('1', world.published, noLink),
    JSON.stringify(renderTogether(world.published, noLink)),
    renderCsv(all, analysisColumns),
    analysisPage(all.map((analysis) => ({ analysis, timeline: null }))),
  ];
};

const tableOf = (world: World): string =>
  JSON.stringify([
    [world.digests, world.lookups, world.boards, world.analyses, world.fleets, world.heard].map((map) => [...map]),
    world.rejections,
  ]);

/** All that leaves, by where it goes. */
const outputsOf = async (files: ReadonlyMap<string, string>): Promise<Readonly<Record<string, string>>> => {
  const world = new World();
  world.now = Date.parse(timeAt(400));
  const journal: string[] = [];
  const write = (message: string, fields?: object): void => void journal.push(JSON.stringify([message, fields]));
  const deps = { ...world.deps(open, 'test'), journal: { info: write, warn: write } };
  for (const [key, text] of files) {
    world.objects.set(key, Buffer.from(text));
    await ingest({ bucket: 'uploads', key }, deps);
  }
  const analyzed = await analyzePaths(['made'], readerOf(files), { withTimelines: true });
  const answers = [await listAnalyses(apiEvent('GET /'), deps), await listUploads(apiEvent('GET /'), deps)];
  assert.ok(world.analyses.size > 0 && world.published.length > 0 && world.rejections.length > 0 && journal.length > 0);
  return {
    table: tableOf(world),
    journal: journal.join('\n'),
    messages: renderings(world).join('\n'),
    answers: JSON.stringify(answers),
    timeline: JSON.stringify(await readTimeline('web-1', { from: timeAt(0), to: timeAt(500) }, deps.records, timeAt(500))),
    analyze: JSON.stringify([analyzed.analyses, analyzed.unparsed, [...analyzed.timelines]]),
    page: analysisPage(analyzed.analyses.map((analysis) => ({ analysis, timeline: analyzed.timelines.get(analysis.host) ?? null }))),
  };
};

const unescaped = (text: string): string =>
  text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('\\\\', '\\').replaceAll('\\"', '"');

for (let from = 0; from < secrets.length; from += GROUP) {
  const group = secrets.slice(from, from + GROUP);
  test(`nothing that leaves holds the ${group.map(({ what }) => what).join(', ')}`, async () => {
    const outputs = await outputsOf(filesWith(group));
    const left = Object.entries(outputs).flatMap(([place, text]) =>
      group.flatMap((secret) => {
        const all = `${text} ${unescaped(text)}`;
        return remainsOf(secret, all).map(
          (piece) => `${secret.what} (${place}): ${all.slice(all.indexOf(piece) - 80, all.indexOf(piece) + 40)}`,
        );
      }),
    );
    assert.deepEqual(left, []);
  });
}

test('the search would find what is left', async () => {
  const outputs = await outputsOf(filesWith([{ what: 'none', line: 'harmless %s', secret: ['marker', 'word'] }]));
  assert.deepEqual(
    Object.entries(outputs)
      .filter(([, text]) => !text.includes('markerword'))
      .map(([place]) => place),
    [],
  );
});
