import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { type Stack, startStack } from '../../lib/local/stack.ts';
import { uploadExample } from '../../lib/local/upload-example.ts';

/** The commands as a user runs them, against the embedded stack. */

let stack: Stack;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const run = async (...args: readonly string[]): Promise<Ran> => {
  const child = spawn(process.execPath, ['bin/closewatch.js', ...args], { env: { ...process.env, CLOSEWATCH_API: stack.apiAddress } });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const [code]: unknown[] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
};

const list = z.object({ analyses: z.array(z.looseObject({ id: z.string() })) });

before(async () => {
  const emails: unknown[] = [];
  stack = await startStack({ s3Port: 0, apiPort: 0, stateDir: null, onEmail: (mail) => emails.push(mail), onSms: () => {} });
  await uploadExample();
  while (emails.length === 0) await new Promise((resolve) => void setTimeout(resolve, 50));
});

after(() => stack.stop());

test('shows analyses, one analysis, hosts and a timeline to people', async () => {
  const all = await run('query', '--severity', 'critical', '--peer', '10.20.8.21');
  assert.equal(all.code, 0);
  assert.match(all.out, /^SINCE +SEVERITY +STATE +HOST +CAUSE +CULPRIT +FAILURES +ID\n/);
  assert.match(all.out, /critical +open +web-03 +close-wait-leak +python3 \(pid 28429\)/);
  assert.match((await run('query', 'hosts')).out, /^web-03 +critical/m);
  assert.match((await run('query', 'timeline', 'web-03')).out, /10:39:05Z +1000 +1000 +941$/m);
  assert.match((await run('query', '--cause', 'slow-consumer')).err, /No analyses found/);
});

test('acknowledges and silences, and shows who and why', async () => {
  const { out } = await run('query', '--json');
  const [first] = list.parse(JSON.parse(out)).analyses;
  const id = first?.id ?? '';
  assert.match((await run('query', id)).out, /python3 \(pid 28429\) holds 1,000 connections/);
  assert.match((await run('ack', id, '--why', 'restarting sync', '--by', 'ada')).out, /ada is on it \(restarting sync\)/);
  assert.match((await run('query')).out, /ack ada/);
  assert.match((await run('ack', id, '--withdraw')).out, /nobody is on it/);
  const made = await run('silence', '--host', 'web-03', '--for', '2h', '--why', 'kernel update', '--by', 'ada');
  const silenceId = /^([0-9a-f]{12}): nothing is announced of web-03 until/.exec(made.out)?.[1] ?? '';
  assert.match((await run('query', 'silences', '--csv')).out, new RegExp(`${silenceId},web-03,,,.*,ada,kernel update`));
  assert.equal((await run('silence', '--end', silenceId)).code, 0);
});

test('says what is wrong, and exits 2', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['query', '--severity', 'bad'], /parameter "severity"/],
    [['query', '--colour', 'red'], /--colour/],
    [['query', 'web-03~0123456789'], /no analysis with this id/],
    [['query', 'timeline'], /wants a HOST/],
    [['query', 'x'], /neither a list/],
    [['ack', 'web-03~0123456789'], /--why is missing/],
    [['silence', '--for', 'ever', '--why', 'x'], /--for takes a time/],
    [['silence', '--for', '1h', '--why', 'x'], /names a host, a program or a cause/],
    [['query', '--api', 'http://127.0.0.1:9'], /cannot be reached/],
  ];
  for (const [args, message] of wrong) {
    const { code, out, err } = await run(...args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(err, message);
  }
});
