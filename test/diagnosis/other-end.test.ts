import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Analysis } from '../../lib/model/analysis.ts';
import { analyzePaths } from '../../lib/use-cases/analyze.ts';
import { filesOf, type MadeSnapshot, type MadeSocket, readerOf } from '../support/made.ts';

/** Both ends upload: who is at the other one, who closed first, and after how long. */

const RANGE = [20_000, 20_999] as const;
const NGINX: MadeSocket = { state: 'LISTEN', local: '0.0.0.0:80', peer: '0.0.0.0:*', owner: ['nginx', 31] };

const client = (state: string, from: number, count: number): readonly MadeSocket[] =>
  Array.from({ length: count }, (_, i) => ({
    state,
    local: `10.0.0.1:${from + i}`,
    peer: '10.0.0.9:80',
    recvQ: state === 'CLOSE-WAIT' ? 1 : 0,
    owner: ['sync', 4312] as const,
    cookie: from + i,
  }));

/** The same connections as their server has them; in FIN_WAIT_2 nobody owns them. */
const server = (state: string, from: number, count: number, clientAddress = '10.0.0.1'): readonly MadeSocket[] =>
  Array.from({ length: count }, (_, i) => ({
    state,
    local: '10.0.0.9:80',
    peer: `${clientAddress}:${from + i}`,
    ...(state === 'ESTAB' ? { owner: ['nginx', 32] as const } : {}),
    cookie: 70_000 + from + i,
  }));

const judge = async (hosts: Readonly<Record<string, readonly MadeSnapshot[]>>): Promise<Analysis | undefined> => {
  const files = new Map(Object.entries(hosts).flatMap(([host, snapshots]) => [...filesOf(host, snapshots)]));
  const { analyses } = await analyzePaths(['made'], readerOf(files));
  return analyses.find(({ culprit }) => culprit?.pid === 4312);
};

const said = (analysis: Analysis | undefined): string => (analysis?.otherEnd?.sentences ?? []).join(' ');

/** A hundred new connections a minute, the last hundred still open; `port` is the first of each minute. */
const here = (minute: number): MadeSnapshot => ({
  at: 60 * minute,
  sockets: [...client('CLOSE-WAIT', 20_000, 100 * minute), ...client('ESTAB', 20_000 + 100 * minute, 100)],
  range: RANGE,
});
const HERE = [1, 2, 3, 4, 5].map(here);

test('the other end is named with what it shows of the same connections: those closed in the last minute wait for the close', async () => {
  const there = [1, 2, 3, 4, 5].map((minute) => ({
    at: 60 * minute + 5,
    sockets: [NGINX, ...server('FIN-WAIT-2', 19_900 + 100 * minute, 100), ...server('ESTAB', 20_000 + 100 * minute, 100)],
  }));
  const analysis = await judge({ 'web-1': HERE, 'api-1': there });
  assert.deepEqual(
    { ...analysis?.otherEnd, sentences: [], evidence: [] },
    { host: 'api-1', pid: 31, command: 'nginx', unit: null, closedFirst: true, sentences: [], evidence: [] },
  );
  assert.match(said(analysis), /^The other end is api-1, where nginx \(pid 31\) listens on port 80\./);
  assert.match(
    said(analysis),
    /100 connections that are in CLOSE_WAIT here at 10:01:00 UTC, api-1 has all of them in FIN_WAIT_2 at 10:01:05 UTC/,
  );
  // Opened in one minute and closed in the next: at least no time and at most two minutes after.
  assert.match(said(analysis), /It closes a connection within 2 min of its opening\./);
  const sources = (analysis?.evidence ?? []).map(({ source }) => source);
  assert.ok(sources.some((source) => source.startsWith('hosts/api-1/')) && sources.some((source) => source.startsWith('hosts/web-1/')));
});

/** Opened ten at a time every half a minute, closed after 75 s: seen open at its 0th, 1st and 2nd look, closed at the third. */
const LOOKS = Array.from({ length: 12 }, (_, i) => i);
const timedOut = (look: number): MadeSnapshot => ({
  at: 30 * look,
  sockets: [
    ...client('CLOSE-WAIT', 20_000, 10 * Math.max(0, look - 2)),
    ...client('ESTAB', 20_000 + 10 * Math.max(0, look - 2), 10 * Math.min(3, look + 1)),
  ],
  range: RANGE,
});
const timedOutThere = (look: number): MadeSnapshot => ({
  at: 30 * look,
  sockets: [
    NGINX,
    ...server('FIN-WAIT-2', 20_000 + 10 * Math.max(0, look - 4), 20),
    ...server('ESTAB', 20_000 + 10 * Math.max(0, look - 2), 10 * Math.min(3, look + 1)),
  ],
});

test('an idle timeout is bracketed by the looks between which connections come and are closed', async () => {
  const own = LOOKS.map(timedOut);
  const there = LOOKS.map(timedOutThere);
  // Last seen open a minute after it was first seen so; closed by the look two minutes after the last one without it.
  assert.match(
    said(await judge({ 'web-1': own, 'api-1': there })),
    /It closes each connection 1 min to 2 min after its opening: an idle timeout/,
  );
});

test('connections that are known by something else from one look on were not all opened then', async () => {
  const withoutCookies = ({ sockets, ...made }: MadeSnapshot): MadeSnapshot => ({
    ...made,
    sockets: sockets.map(({ cookie: _, ...socket }) => socket),
  });
  const own = LOOKS.map(timedOut).map((made, look) => (look < 6 ? withoutCookies(made) : made));
  assert.match(
    said(await judge({ 'web-1': own, 'api-1': LOOKS.map(timedOutThere) })),
    /It closes each connection 1 min to 2 min after its opening: an idle timeout/,
  );
});

test('what the other end has forgotten was closed by it long ago', async () => {
  const pile = [0, 60, 120].map((at) => ({
    at,
    sockets: [...client('CLOSE-WAIT', 20_000, 700), ...client('ESTAB', 20_800, 50)],
    range: RANGE,
  }));
  const there = [0, 60, 120].map((at) => ({ at, sockets: [NGINX, ...server('ESTAB', 20_800, 50)] }));
  const analysis = await judge({ 'web-1': pile, 'api-1': there });
  assert.equal(analysis?.otherEnd?.closedFirst, true);
  assert.match(said(analysis), /Of 700 connections that are in CLOSE_WAIT here at 10:02:00 UTC, api-1 has none any more at 10:02:00 UTC/);
});

test('a peer that still has them open has not closed them: something between the two did', async () => {
  const pile = [0, 60, 120].map((at) => ({ at, sockets: client('CLOSE-WAIT', 20_000, 700), range: RANGE }));
  const there = [10, 70, 130].map((at) => ({ at, sockets: [NGINX, ...server('ESTAB', 20_000, 700)] }));
  const analysis = await judge({ 'web-1': pile, 'api-1': there });
  assert.equal(analysis?.otherEnd?.closedFirst, false);
  assert.match(said(analysis), /Yet api-1 still has all of them open at 10:02:10 UTC: not that end closed them/);
});

test('connections whose address is translated on the way match none: only who listens there is said', async () => {
  const pile = [0, 60, 120].map((at) => ({ at, sockets: client('CLOSE-WAIT', 20_000, 700), range: RANGE }));
  const there = [0, 60, 120].map((at) => ({ at, sockets: [NGINX, ...server('FIN-WAIT-2', 40_000, 700, '192.0.2.7')] }));
  const analysis = await judge({ 'web-1': pile, 'api-1': there });
  assert.equal(analysis?.otherEnd?.closedFirst, null);
  assert.match(said(analysis), /nginx \(pid 31\) listens on port 80\.$/);
});

test('of two hosts with the same private address the one with the connections is meant; where neither has them, none', async () => {
  const pile = [0, 60, 120].map((at) => ({ at, sockets: client('CLOSE-WAIT', 20_000, 700), range: RANGE }));
  const real = [0, 60, 120].map((at) => ({ at, sockets: [NGINX, ...server('FIN-WAIT-2', 20_000, 700)] }));
  const namesake = [0, 60, 120].map((at) => ({ at, sockets: [NGINX, ...server('ESTAB', 50_000, 20, '10.0.0.7')] }));
  assert.equal((await judge({ 'web-1': pile, 'api-1': real, 'api-2': namesake }))?.otherEnd?.host, 'api-1');
  assert.equal((await judge({ 'web-1': pile, 'api-2': namesake, 'api-3': namesake }))?.otherEnd, null);
});

test('snapshots of the other end from another hour show nothing of these connections', async () => {
  const pile = [0, 60, 120].map((at) => ({ at, sockets: client('CLOSE-WAIT', 20_000, 700), range: RANGE }));
  const there = [4000, 4060].map((at) => ({ at, sockets: [NGINX, ...server('ESTAB', 20_000, 700)] }));
  assert.equal((await judge({ 'web-1': pile, 'api-1': there }))?.otherEnd?.closedFirst, null);
});
