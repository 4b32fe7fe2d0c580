import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageOf } from '../../functions/listing.ts';
import { analysisColumns } from '../../lib/report/csv-columns.ts';
import { renderJsonToFit } from '../../lib/report/json.ts';
import { recordedAnalyses } from '../support/analyses.ts';
import { apiEvent } from '../support/api-event.ts';
import { largeFleet } from '../support/large-fleet.ts';

/** Lambda's bound on the answer of a function, as JSON (its quotas, "Invocation payload"). */
const LAMBDA_BYTES = 6 * 1024 * 1024;

const LISTING = { name: 'analyses', render: renderJsonToFit, columns: analysisColumns };
const analyses = await recordedAnalyses();
const [first = assert.fail('none is recorded')] = analyses;

test('two hundred of the largest fleets are one answer of Lambda, each with what it is about', async () => {
  const items = Array.from({ length: 200 }, (_, n) => largeFleet(first, n));
  const answer = await pageOf(apiEvent('GET /v1/analyses'), { items, cursor: null }, LISTING);
  assert.ok(Buffer.byteLength(JSON.stringify(answer)) <= LAMBDA_BYTES, `${JSON.stringify(answer).length} bytes`);
  const listed: typeof items = JSON.parse(answer.body ?? '').analyses;
  assert.deepEqual(
    listed.map(({ id, cause, hostCount }) => [id, cause, hostCount]),
    items.map(({ id, cause, hostCount }) => [id, cause, hostCount]),
  );
});

test('ordinary analyses are listed whole', async () => {
  const { body = '' } = await pageOf(apiEvent('GET /v1/analyses'), { items: analyses, cursor: null }, LISTING);
  const listed: typeof analyses = JSON.parse(body).analyses;
  assert.deepEqual(
    listed.map(({ evidence }) => evidence),
    analyses.map(({ evidence }) => evidence),
  );
});
