import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Board, emptyBoard, type OutboxEntry } from '../../lib/cases/board.ts';
import { claim, confirm, release } from '../../lib/cases/outbox.ts';
import { recordedAnalyses } from '../support/analyses.ts';

const [analysis = assert.fail('none is recorded')] = await recordedAnalyses();
const NOW = '2026-11-23T12:00:00.000Z';
const LATER = '2026-11-23T12:00:30.000Z';
const LEASE_MS = 30_000;

const entry = (id: string, lease: OutboxEntry['lease'] = null): OutboxEntry => ({
  id,
  caseId: 'case',
  kind: 'opened',
  analysis,
  createdAt: NOW,
  lease,
});
const board = (...outbox: readonly OutboxEntry[]): Board => ({ ...emptyBoard('web-1'), outbox });
const leasesOf = ({ outbox }: Board): readonly (readonly [string, string | null])[] =>
  outbox.map(({ id, lease }) => [id, lease === null ? null : `${lease.owner} ${lease.until}`]);
const idsOf = (entries: readonly OutboxEntry[] | undefined): readonly string[] => (entries ?? []).map(({ id }) => id);

const OTHERS = { owner: 'other', until: '2026-11-23T12:00:10.000Z' };

test('what is free is claimed for as long as the lease, and nothing of what another is publishing', () => {
  const taken = claim(board(entry('free'), entry('held', OTHERS)), 'me', NOW, LEASE_MS);
  assert.deepEqual(idsOf(taken?.claimed), ['free']);
  assert.deepEqual(leasesOf(taken?.board ?? board()), [
    ['free', `me ${LATER}`],
    ['held', `other ${OTHERS.until}`],
  ]);
});

test('where all is held there is nothing to claim, until the lease is over', () => {
  const held = board(entry('held', OTHERS));
  assert.equal(claim(held, 'me', NOW, LEASE_MS), null);
  assert.equal(claim(held, 'me', '2026-11-23T12:00:09.999Z', LEASE_MS), null);
  assert.deepEqual(idsOf(claim(held, 'me', OTHERS.until, LEASE_MS)?.claimed), ['held']);
});

test('what was said leaves, whoever has claimed it meanwhile', () => {
  assert.deepEqual(idsOf(confirm(board(entry('said', OTHERS), entry('left')), ['said']).outbox), ['left']);
});

test('only what somebody could not say himself is given back', () => {
  const mine = { owner: 'me', until: LATER };
  const after = release(board(entry('failed', mine), entry('being said', mine), entry('another', OTHERS)), 'me', ['failed', 'another']);
  assert.deepEqual(leasesOf(after), [
    ['failed', null],
    ['being said', `me ${LATER}`],
    ['another', `other ${OTHERS.until}`],
  ]);
});
