import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { announce } from '../../lib/cases/announce.ts';
import type { Board } from '../../lib/cases/board.ts';
import type { Case } from '../../lib/cases/case.ts';
import type { Cause, Victim } from '../../lib/model/analysis.ts';
import { renderEmail } from '../../lib/report/email.ts';
import { ingest } from '../../lib/use-cases/ingest.ts';
import { open, World } from '../support/memory.ts';

/** What people are told as evidence arrives, upload by upload. */

const at = (minute: number): string => new Date(Date.parse('2026-11-23T10:00:00Z') + minute * 60_000).toISOString();
const stamp = (minute: number): string => at(minute).replaceAll(/[-:]|\.000/g, '');

const SSHD = 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))\n';
const RIVAL = `${SSHD}LISTEN 0 128 *:8080 *:* users:(("old-api",pid=7,fd=3))\n`;

class Host {
  readonly world = new World();
  #uploads = 0;

  async snapshot(minute: number, rows: string): Promise<void> {
    await this.#upload(`snapshots/${stamp(minute)}`, rows);
  }

  async log(app: string, minutes: readonly number[], pid = 77): Promise<void> {
    const lines = minutes.map(
      (minute) => `${at(minute)} ERROR [${pid}] x: cannot start server on port 8080: [Errno 98] Address already in use`,
    );
    await this.#upload(`logs/${app}/${stamp(minutes.at(-1) ?? 0)}`, lines.join('\n'));
  }

  /** What was said since the last time this was asked. */
  said(): readonly string[] {
    return this.world.published.splice(0).map(({ kind, analysis }) => `${kind} ${analysis.cause}`);
  }

  async #upload(name: string, text: string): Promise<void> {
    const key = `hosts/h/${name}-${this.#uploads}`;
    this.#uploads += 1;
    this.world.objects.set(key, Buffer.from(text));
    this.world.now = Date.parse(at(0)) + this.#uploads * 1000;
    await ingest({ bucket: 'b', key }, this.world.deps(open, `f-${this.#uploads}`));
  }
}

test('tells a case from its opening to its end, each change once', async () => {
  const host = new Host();
  await host.snapshot(0, RIVAL);
  await host.log('api', [1, 2]);
  await host.snapshot(3, RIVAL);
  assert.deepEqual(host.said(), ['opened listener-conflict']);
  await host.log('api', [1, 2, 3]);
  await host.snapshot(4, RIVAL);
  assert.deepEqual(host.said(), [], 'more of the same is no news');
  await host.log('admin', [4], 88);
  assert.deepEqual(host.said(), ['worse listener-conflict'], 'another program fails');
  await host.snapshot(6, SSHD);
  const [end] = host.world.published;
  assert.deepEqual(host.said(), ['resolved listener-conflict']);
  assert.match(
    end === undefined ? '' : renderEmail(end.analysis, { transition: 'resolved', at: end.createdAt, link: null }).text,
    /It is over since 10:06:00 UTC: it lasted 5 min and\s+caused 4 failures\.\s+Verified: what blocked port 8080 is gone \(snapshot of 10:06:00 UTC\), the\s+last failure was at 10:04:00 UTC\./,
  );
  await host.snapshot(8, RIVAL);
  assert.deepEqual(host.said(), [], 'a listener alone is no trouble');
  await host.log('api', [9]);
  await host.snapshot(10, RIVAL);
  assert.deepEqual(host.said(), ['reopened listener-conflict']);
  assert.equal(host.world.analyses.size, 1);
});

test('does not announce as open what is over in the evidence', async () => {
  const host = new Host();
  await host.snapshot(3, RIVAL);
  await host.snapshot(6, SSHD);
  await host.snapshot(0, RIVAL);
  await host.log('api', [1, 2]);
  assert.deepEqual(host.said(), ['resolved listener-conflict']);
});

test('opens nothing new for a log that comes before the snapshot that explains it', async () => {
  const host = new Host();
  await host.log('api', [1, 2]);
  assert.deepEqual(host.said(), []);
  await host.snapshot(0, RIVAL);
  await host.snapshot(3, RIVAL);
  assert.deepEqual(host.said(), ['opened listener-conflict']);
  assert.equal(host.world.analyses.size, 1);
});

const leak = (sockets: number): string =>
  `${SSHD}${Array.from({ length: sockets }, (_, i) => `CLOSE-WAIT 1 0 10.0.0.1:${20_000 + i} 10.0.0.9:80 users:(("sync",pid=5,fd=${i})) ino:${i + 1} sk:${i.toString(16)}\n`).join('')}==> sysctl <==\nnet.ipv4.ip_local_port_range = 20000 20999\n`;

test('warns of a leak before anything fails, once, and again when an hour is left', async () => {
  const host = new Host();
  for (const [i, sockets] of [60, 62, 64, 66].entries()) await host.snapshot(i, leak(sockets));
  assert.deepEqual(host.said(), ['opened close-wait-leak']);
  await host.snapshot(4, leak(68));
  assert.deepEqual(host.said(), []);
  for (const [i, sockets] of [200, 340, 480, 600].entries()) await host.snapshot(5 + i, leak(sockets));
  assert.deepEqual(host.said(), ['worse close-wait-leak']);
});

test('says nothing of a small pile that has stopped growing, but keeps it for queries', async () => {
  const host = new Host();
  for (let minute = 0; minute < 6; minute += 1) await host.snapshot(minute, leak(70));
  assert.deepEqual(host.said(), []);
  assert.deepEqual(
    [...host.world.analyses.values()].map(({ analysis }) => [analysis.cause, analysis.severity]),
    [['close-wait-leak', 'info']],
  );
});

const aCase = async (): Promise<{ readonly board: Board; readonly current: Case }> => {
  const host = new Host();
  for (const [i, sockets] of [100, 102, 104, 106].entries()) await host.snapshot(i, leak(sockets));
  const board = host.world.boards.get('h');
  const [current] = board?.cases ?? [];
  assert.ok(board !== undefined && current !== undefined);
  return { board: { ...board, ledger: [], outbox: [] }, current };
};

interface State {
  readonly severity: 'critical' | 'warning' | 'info';
  readonly cause: Cause;
  readonly apps: readonly string[];
  readonly isSoon: boolean;
}

const inState = (current: Case, { severity, cause, apps, isSoon }: State): Case => ({
  ...current,
  finding: {
    ...current.finding,
    severity,
    cause,
    lastSeenAt: at(10),
    trend: { ...current.finding.trend, exhaustsAt: isSoon ? at(60) : at(200) },
  },
  tallies: apps.map((app) => ({ victim: victimOf(app), firstAt: at(1), lastAt: at(2), before: 1, minutes: [] })),
});

const victimOf = (app: string): Victim => ({
  host: null,
  app,
  pid: null,
  kind: 'address-in-use',
  error: 'x',
  failures: 1,
  firstAt: at(1),
  lastAt: at(2),
  frame: null,
  isCulprit: false,
  minutes: [],
});

const state: fc.Arbitrary<State> = fc.record({
  severity: fc.constantFrom('critical', 'warning', 'info'),
  cause: fc.constantFrom<Cause>('close-wait-leak', 'connection-hoarding'),
  apps: fc.subarray(['api', 'login', 'sync']),
  isSoon: fc.boolean(),
});

test('tells of each worse state once, however often the case swings', async () => {
  const { board, current } = await aCase();
  fc.assert(
    fc.property(fc.array(state, { maxLength: 40 }), (states) => {
      const silent = { settlingMs: 0, remindersMs: [] };
      const end = states.reduce<Board>((b, s) => announce(b, [inState(current, s)], { now: at(10), newestAt: at(10) }, silent), board);
      const said = end.outbox.map(({ kind }) => kind);
      const loud = states.filter(({ severity }) => severity !== 'info');
      assert.equal(said.filter((kind) => kind === 'opened').length, loud.length > 0 ? 1 : 0);
      // Beyond what was opened with: one more severity, three programs, one forecast; one other cause.
      assert.ok(said.filter((kind) => kind === 'worse').length <= 5, said.join());
      assert.ok(said.filter((kind) => kind === 'changed-cause').length <= 1, said.join());
      // Nothing is swallowed: the worst of all that was seen has been told.
      const told = end.ledger[0]?.told;
      assert.equal(
        told?.severity,
        loud.some(({ severity }) => severity === 'critical') ? 'critical' : loud.length > 0 ? 'warning' : undefined,
      );
      assert.ok(loud.flatMap(({ apps }) => apps).every((app) => told?.apps.includes(app)));
      assert.ok(end.outbox.every(({ analysis }) => analysis.severity !== 'info'));
    }),
    { numRuns: 400 },
  );
});
