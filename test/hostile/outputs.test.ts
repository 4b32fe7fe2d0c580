import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { noLink } from '../../lib/access/link.ts';
import type { Analysis } from '../../lib/model/analysis.ts';
import { renderChat } from '../../lib/report/chat.ts';
import { renderCsv } from '../../lib/report/csv.ts';
import { analysisColumns } from '../../lib/report/csv-columns.ts';
import { renderEmail } from '../../lib/report/email.ts';
import { analysisPage } from '../../lib/report/page/analysis-page.ts';
import { renderSms } from '../../lib/report/sms.ts';
import { renderTable } from '../../lib/report/table.ts';
import { renderTerminal } from '../../lib/report/terminal.ts';
import { shownOf } from './hosts.ts';
import { hostileCommand, hostileText, OTHER, SHELL } from './names.ts';

/** Each place that a host's words come to stand in: a page, a cell, a subject, a message, a terminal, a line of our log. */

const AT = '2026-11-23T12:00:00.000Z';
const context = { transition: 'opened', at: AT, link: null } as const;
/** Beside the line feed, which the texts are made of. */
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

const [base] = await shownOf({ command: 'java', args: 'java', cgroup: '/x', error: 'x' });
assert.ok(base !== undefined);

/** The analysis of a recorded form, with this in each place that is a host's. */
const named = (text: string): Analysis => ({
  ...base.analysis,
  culprit: { pid: 1, command: text, peer: null, localPort: null, unit: null },
  victims: base.analysis.victims.map((victim) => ({ ...victim, app: text, error: text, frame: text })),
  summary: `${text} holds`,
  explanation: text,
  evidence: [{ text, source: `s3://b/${text}`, lines: [1, 2] }],
  caveats: [text],
});

const check = (judge: (analysis: Analysis, text: string) => void): void =>
  fc.assert(
    fc.property(hostileText, (text) => judge(named(text), text)),
    { numRuns: 150, seed: 1 },
  );

const tagsIn = (page: string): ReadonlySet<string> => new Set([...page.matchAll(/<\/?([^\s>]+)/g)].map(([, name]) => name ?? ''));

test('a page has no element that we did not write, whatever a host says', async () => {
  const known = tagsIn(analysisPage([base]));
  check((analysis) => {
    const page = analysisPage([{ ...base, analysis }]);
    assert.deepEqual(
      [...tagsIn(page)].filter((name) => !known.has(name) && name !== 'code'),
      [],
    );
    assert.doesNotMatch(page, CONTROLS);
  });
});

test('nor has the plot, whose names come from the snapshots themselves', async () => {
  const known = tagsIn(analysisPage([base]));
  await fc.assert(
    fc.asyncProperty(hostileCommand, async (command) => {
      const page = analysisPage(await shownOf({ command, args: command, cgroup: '/x', error: command.replaceAll('\n', ' ') }));
      assert.deepEqual(
        [...tagsIn(page)].filter((name) => !known.has(name) && name !== 'code'),
        [],
      );
    }),
    { numRuns: 15, seed: 1 },
  );
});

/** RFC 4180 read back. */
const cellsIn = (csv: string): readonly string[] =>
  [...csv.slice(1, -2).matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
  );

test('no cell is a formula, and none breaks out of its own', () => {
  const columns = Object.keys(analysisColumns).length;
  check((analysis) => {
    const cells = cellsIn(renderCsv([analysis], analysisColumns));
    assert.equal(cells.length, 2 * columns);
    assert.deepEqual(
      cells.filter((cell) => /^[=+\-@\t\r＝＋－＠]/.test(cell)),
      [],
    );
  });
});

test('a subject is one line of ASCII, a text without controls', () => {
  check((analysis) => {
    const { subject, text } = renderEmail(analysis, context);
    assert.match(subject, /^[\x20-\x7e]{1,99}$/);
    assert.doesNotMatch(text, CONTROLS);
    assert.doesNotMatch(text, /https?:\/\/evil/);
    assert.doesNotMatch(renderSms(analysis, context), /[\r\u001b]/);
    assert.doesNotMatch(renderTerminal(analysis, { colour: false }), CONTROLS);
    assert.doesNotMatch(renderTable([analysis], [['Program', ({ culprit }) => culprit?.command ?? null]]), CONTROLS);
  });
});

test('chat is given no markup of its own that mentions, links or formats', () => {
  check((analysis) => {
    const chat: unknown = JSON.parse(renderChat({ id: '1', kind: 'opened', analysis, createdAt: AT }, noLink));
    assert.doesNotMatch(JSON.stringify(chat), /<[!@#h]/);
  });
});

test('each line of our log is one JSON document, whatever stands in it', () => {
  const words = [...SHELL, ...OTHER];
  const program = `import { powertoolsJournal } from './lib/adapters/journal.ts';
    const journal = powertoolsJournal('test');
    for (const word of ${JSON.stringify(words)}) journal.warn('rejected', { reason: word });`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).reason),
    words,
  );
  assert.doesNotMatch(lines.join(''), /[\u0000-\u001f]/);
});
