import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Deployment } from './deployment.ts';
import { keys, OTHERS, on, twins, uploads } from './one-incident.ts';
import type { Call } from './wire.ts';

/** How the functions read the table, which an emulator that is always consistent and always answers whole does not show. */

let deployment: Deployment;
let calls: readonly Call[] = [];

before(async () => {
  deployment = await Deployment.start([...uploads, ...twins]);
  await deployment.anew();
  for (const key of ['web-03', ...OTHERS].flatMap((host) => keys.map((one) => on(host, one)))) await deployment.deliver([key]);
  await deployment.quiet();
  calls = [...deployment.wire.calls];
});

after(() => deployment.stop());

/** What a read asks for, as `pk sk` or its condition's values; `null` for the index, which is never strongly consistent, and for writes. */
const askedFor = ({ operation, input }: Call): string | null =>
  /^(?:GetItem|BatchGetItem|Query)$/.test(operation) && !JSON.stringify(input).includes('"IndexName"')
    ? [...JSON.stringify(input).matchAll(/"S":"([^"]*)"/g)].map((match) => match[1]).join(' ')
    : null;

test('what is read of the table to decide anything is read strongly consistently', () => {
  const weak = calls.filter((call) => askedFor(call) !== null && !JSON.stringify(call.input).includes('"ConsistentRead":true'));
  // Whether a host was heard of late, where the write's condition decides; and which host has an address, which is written hours before.
  assert.deepEqual(
    [...new Set(weak.map(askedFor))].filter((what) => !/^(?:HOST#\S+ HEARD|ADDRESS#\S+)$/.test(what ?? '')),
    [],
  );
  const strong = calls.filter((call) => !weak.includes(call)).flatMap((call) => askedFor(call) ?? []);
  for (const what of [/ BOARD$/, / S#$/, / L#$/, / HEARD$/, / IN#/, /^FLEET#\S+ FLEET$/, / MEMBER#$/, / CASE#/, /^SLOTS /, /^SILENCES /])
    assert.ok(
      strong.some((one) => what.test(one)),
      `${what} was not read: ${[...new Set(strong)].join(', ')}`,
    );
});

/** Queries that may be longer than a page of a megabyte. */
const isLong = ({ operation, input }: Call): boolean => operation === 'Query' && /"(?:S|L|MEMBER|CASE)#"/.test(JSON.stringify(input));

test('a table that answers in parts: nothing is taken for what is not there', async () => {
  const [analyses, hosts] = [await deployment.analyses(), await deployment.hosts()];
  assert.deepEqual(
    hosts.map(({ state }) => state === 'ok'),
    [false, false, false],
  );
  deployment.wire.set((call) => (isLong(call) || call.operation === 'BatchGetItem' ? 'half' : null));
  await deployment.sweep(60_000);
  assert.deepEqual(await deployment.deliver(keys.slice(-1)), []);
  assert.deepEqual(await deployment.hosts(), hosts);
  assert.deepEqual(await deployment.analyses(), analyses);
});
