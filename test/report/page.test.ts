import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeFiles } from '../../lib/adapters/files.ts';
import { analysisPage } from '../../lib/report/page/analysis-page.ts';
import { html } from '../../lib/report/page/html.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { connections, filesOf, readerOf } from '../support/made.ts';

/** The page: what it says, what it draws, and that nothing of an upload is more than text in it. */

const pageOf = async (folder: string): Promise<string> => {
  const { analyses, timelines } = await analyzePaths([folder], nodeFiles, { withTimelines: true });
  return analysisPage(analyses.map((analysis) => ({ analysis, timeline: timelines.get(analysis.host) ?? null })));
};

test('escapes every value, in text and in attributes', () => {
  const hostile = `<script>alert("1")</script>'&`;
  assert.equal(
    html`<p title="${hostile}">${[hostile, html`<b>${1}</b>`]}</p>`.markup,
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;<b>1</b></p>',
  );
});

test('says what the email says, with commands to copy, and draws what was seen', async () => {
  const page = await pageOf('test/fixtures/incidents/seed-ss');
  assert.match(page, /<h1>web-03: login cannot bind, python3 \(pid 28429\) leaks CLOSE_WAIT<\/h1>/);
  assert.match(page, /<code>ps -o pid,user,lstart,args -p 28429<\/code>/);
  assert.match(page, /<path class="line culprit" d="M/);
  assert.match(page, /1,000 ports in all/);
  assert.match(page, /at most 90 in 1 min/, '69 failures of login and 21 of sync, in one minute');
});

/** 100 new CLOSE_WAIT a minute of a program, in a range of 1,000 ports. */
const growing = (command: string) =>
  filesOf(
    'web-1',
    [1, 2, 3, 4, 5].map((minute) => ({
      at: 60 * minute,
      range: [20_000, 20_999] as const,
      sockets: connections(100 * minute, {
        state: 'CLOSE-WAIT',
        peer: '10.0.0.9:80',
        recvQ: 1,
        owner: [command, 4312],
        from: 20_000,
        cookie: 1,
      }),
    })),
  );

const madePage = async (command: string): Promise<string> => {
  const { analyses, timelines } = await analyzePaths(['made'], readerOf(growing(command)), { withTimelines: true });
  return analysisPage(analyses.map((analysis) => ({ analysis, timeline: timelines.get(analysis.host) ?? null })));
};

test('draws the forecast from what is used to the capacity', async () => {
  const [, points = ''] = /<polygon class="forecast" points="([^"]+)"/.exec(await madePage('sync')) ?? [];
  const corners = points.split(' ').map((point) => point.split(',').map(Number));
  // Half of the range at the last look, all of it later and higher up (SVG counts downwards).
  const [[x = 0, y = 0] = [], ...later] = corners;
  assert.equal(later.length, 2);
  for (const [laterX = 0, laterY = 0] of later) assert.ok(laterX > x && laterY < y, points);
});

test('is one file without a script, and lets none in, whatever a program is called', async () => {
  const page = await madePage(`</script><img src=x onerror=alert(1)>`);
  assert.doesNotMatch(page, /<script|<img|src=x/);
  assert.match(page, /default-src &#39;none&#39;; style-src &#39;sha256-/);
  assert.doesNotMatch(page, /(?:src|href)="http/);
});

test('analyze --html writes it, and says where it cannot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-page-'));
  const run = (file: string) =>
    spawnSync(process.execPath, ['bin/closewatch.js', 'analyze', '--html', file, 'test/fixtures/incidents/seed-ss'], { encoding: 'utf8' });
  const file = join(folder, 'report.html');
  assert.equal(run(file).status, 1);
  assert.match(readFileSync(file, 'utf8'), /^<!doctype html>\n<html lang="en">/);
  const failed = run(join(folder, 'none', 'report.html'));
  assert.equal(failed.status, 2);
  assert.match(failed.stderr, /none\/report\.html cannot be written/);
  rmSync(folder, { recursive: true });
});
