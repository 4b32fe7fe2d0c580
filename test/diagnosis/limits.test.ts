import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descriptorsStay, type Reading } from '../../lib/diagnosis/descriptors-stay.ts';
import { limitFor, standsAt } from '../../lib/diagnosis/limit.ts';

test('lets enter at a limit, and leave below four fifths of it', () => {
  assert.equal(limitFor(50, false), 50);
  assert.equal(limitFor(50, true), 40);
});

test('knows what an open case has reached: the worse includes the lesser', () => {
  assert.equal(standsAt('critical', 'warning'), true);
  assert.equal(standsAt('warning', 'warning'), true);
  assert.equal(standsAt('info', 'warning'), false);
  assert.equal(standsAt(null, 'info'), false);
});

/** 600 leaked sockets, 10 in use, 30 other descriptors. */
const before: Reading = {
  pid: 5,
  command: 'sync',
  startedAt: '2026-11-23T09:00:00.000Z',
  closeWait: 600,
  listed: 610,
  open: 640,
  soft: 4096,
};

test('sees descriptors that stayed when their sockets went', () => {
  assert.equal(descriptorsStay(before, { ...before, closeWait: 0, listed: 10 }), true);
  // 500 new connections in use, all in the listing, while the leaked 600 were ended by keepalive.
  assert.equal(descriptorsStay(before, { ...before, closeWait: 0, listed: 510, open: 1140 }), true);
});

test('sees descriptors that went with their sockets', () => {
  assert.equal(descriptorsStay(before, { ...before, closeWait: 0, listed: 10, open: 40 }), false);
  // 500 new connections in use: 540 are open, nearly as many as before, but all are in the listing.
  assert.equal(descriptorsStay(before, { ...before, closeWait: 0, listed: 510, open: 540 }), false);
});

test('says nothing of another process, of a pile that is still there, or of what is not known', () => {
  const gone = { ...before, closeWait: 0, listed: 10 };
  assert.equal(descriptorsStay(before, { ...gone, startedAt: '2026-11-23T10:00:00.000Z' }), false);
  assert.equal(descriptorsStay(before, { ...gone, pid: 6 }), false);
  assert.equal(descriptorsStay(before, { ...before, closeWait: 500, listed: 510 }), false);
  assert.equal(descriptorsStay(before, null), false);
  // `ps` counts whole seconds: the same start reads a second apart.
  assert.equal(descriptorsStay(before, { ...gone, startedAt: '2026-11-23T09:00:01.000Z' }), true);
});
