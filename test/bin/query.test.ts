import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import type { Stack } from '../../lib/local/stack.ts';
import { closewatch } from '../support/closewatch.ts';
import { startExampleStack } from '../support/example-stack.ts';

/** The commands as a user runs them, against the embedded stack. */

let stack: Stack;

const run = (...args: readonly string[]) => closewatch(args, { ...process.env, CLOSEWATCH_API: stack.apiAddress });

const list = z.object({ analyses: z.array(z.looseObject({ id: z.string() })) });

before(async () => {
  ({ stack } = await startExampleStack());
});

after(() => stack.stop());

test('shows analyses, one analysis, hosts and a timeline to people', async () => {
  const all = await run('query', '--severity', 'critical', '--peer', '10.20.8.21');
  assert.equal(all.status, 0);
  assert.match(all.stdout, /^SINCE +SEVERITY +STATE +HOST +CAUSE +CULPRIT +FAILURES +ID\n/);
  assert.match(all.stdout, /critical +open +web-03 +close-wait-leak +python3 \(pid 28429\)/);
  assert.match((await run('query', 'hosts')).stdout, /^web-03 +critical/m);
  assert.match((await run('query', 'timeline', 'web-03')).stdout, /10:39:05Z +1000 +1000 +941$/m);
  assert.match((await run('query', '--cause', 'slow-consumer')).stderr, /No analyses found/);
});

test('acknowledges and silences, and shows who and why', async () => {
  const { stdout } = await run('query', '--json');
  const [first] = list.parse(JSON.parse(stdout)).analyses;
  const id = first?.id ?? '';
  assert.match((await run('query', id)).stdout, /python3 \(pid 28429\) holds 1,000 connections/);
  assert.match((await run('ack', id, '--why', 'restarting sync', '--by', 'ada')).stdout, /ada is on it \(restarting sync\)/);
  assert.match((await run('query')).stdout, /ack ada/);
  assert.match((await run('ack', id, '--withdraw')).stdout, /nobody is on it/);
  const made = await run('silence', '--host', 'web-03', '--for', '2h', '--why', 'kernel update', '--by', 'ada');
  const silenceId = /^([0-9a-f]{12}): nothing is announced of web-03 until/.exec(made.stdout)?.[1] ?? '';
  assert.match((await run('query', 'silences', '--csv')).stdout, new RegExp(`${silenceId},web-03,,,.*,ada,kernel update`));
  assert.equal((await run('silence', '--end', silenceId)).status, 0);
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
    const { status, stdout, stderr } = await run(...args);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, message);
  }
});
