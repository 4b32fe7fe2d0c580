import assert from 'node:assert/strict';
import { emptyBoard } from '../../lib/cases/board.ts';
import { foldCases } from '../../lib/cases/fold.ts';
import { diagnose } from '../../lib/diagnosis/diagnose.ts';
import { digestUpload } from '../../lib/digest/digest-upload.ts';
import { parseUploadKey } from '../../lib/digest/upload-key.ts';
import { adviceFor } from '../../lib/knowledge/advice.ts';
import type { Digest } from '../../lib/model/digest.ts';
import { defaultSettings } from '../../lib/use-cases/settings.ts';
import { machine, median, quantile, timed } from '../fleet/measure.ts';
import { LEAKER, logText, MINUTE_MS, snapshotText, stamp } from '../fleet/simulated.ts';

/**
 * DESIGN.md's window: 30 snapshots and the logs beside them, 28,000 sockets behind each of the last. How long correlating and diagnosing
 * it takes, and how long an upload's whole fold does.
 */

const HOST = 'web-03';
const FROM = Date.parse('2026-11-23T10:00:00Z');
const RANGE = [32_768, 60_999] as const;
const SOCKETS = 28_000;
const OTHERS = 200;
const WINDOW = 30;
const WARM_UP = 20;
const RUNS = 100;
const TARGET_MS = 5;

const at = (minute: number): string => new Date(FROM + minute * MINUTE_MS).toISOString();

const digestOf = async (key: string, text: string): Promise<readonly Digest[]> => {
  const ref = parseUploadKey(key);
  assert.notEqual(ref.kind, 'rejected');
  if (ref.kind === 'rejected') return [];
  async function* body() {
    yield Buffer.from(text);
  }
  const outcome = await digestUpload({ ref, uri: `s3://b/${key}`, lastModified: at(2 * WINDOW), body: body() });
  assert.equal(outcome.kind, 'digested');
  return outcome.kind === 'digested' ? outcome.digests : [];
};

/** The last `minutes`, ever more of 28,000 sockets leaked in each: nine in ten from the first on. */
const windowOf = async (minutes: number, crowd: readonly string[] = []): Promise<readonly Digest[]> => {
  const all: Digest[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    const leaked = Math.round((SOCKETS - OTHERS) * (0.9 + (0.1 * minute) / (minutes - 1)));
    const made = { host: HOST, takenAt: at(minute), leaked, others: SOCKETS - leaked, range: RANGE, crowd };
    all.push(...(await digestOf(`hosts/${HOST}/snapshots/${stamp(at(minute))}`, snapshotText(made))));
    all.push(...(await digestOf(`hosts/${HOST}/logs/login/${stamp(at(minute))}`, logText(at(minute), 200, minute >= minutes - 9 ? 5 : 0))));
  }
  return all;
};

const report = (what: string, runs: readonly number[]): number => {
  const ms = median(runs);
  process.stdout.write(`${what.padEnd(58)} ${ms.toFixed(2).padStart(7)} ms  (p90 ${quantile(runs, 0.9).toFixed(2)})\n`);
  return ms;
};

const check = (digests: readonly Digest[], minutes: number): void => {
  assert.equal(digests.filter(({ kind }) => kind === 'snapshot').length, minutes);
  assert.equal(digests.filter(({ kind }) => kind === 'log').length, minutes);
  const [finding] = diagnose({ host: HOST, digests, lookups: [] }, adviceFor);
  assert.equal(finding?.cause, 'close-wait-leak');
  assert.deepEqual([finding.culprit?.pid, finding.culprit?.peer], [LEAKER.pid, LEAKER.peer]);
  assert.equal(finding.resource.capacity, RANGE[1] - RANGE[0] + 1);
  // Five in each of the last nine minutes.
  assert.equal(finding.victims[0]?.failures, 45);
};

const measure = (what: string, digests: readonly Digest[]): number => {
  check(digests, WINDOW);
  const sizes = digests.flatMap((digest) => (digest.kind === 'snapshot' ? [Buffer.byteLength(JSON.stringify(digest))] : []));
  const run = (): void => void diagnose({ host: HOST, digests, lookups: [] }, adviceFor);
  for (let i = 0; i < WARM_UP; i += 1) run();
  return report(
    `${what}, digests of ${(median(sizes) / 1024).toFixed(1)} KB`,
    Array.from({ length: RUNS }, () => timed(run)),
  );
};

/** What an upload does with a window: the half hour before it is a checkpoint, each snapshot since is judged anew. */
const measureFold = async (): Promise<void> => {
  const digests = await windowOf(2 * WINDOW);
  const { fold } = defaultSettings;
  const first = foldCases(HOST, emptyBoard(HOST).checkpoint, digests, [], fold, adviceFor);
  assert.deepEqual(
    first.cases.map(({ status, finding }) => [status, finding.cause]),
    [['open', 'close-wait-leak']],
  );
  const again = (): void => void foldCases(HOST, first.checkpoint, digests, [], fold, adviceFor);
  assert.deepEqual(foldCases(HOST, first.checkpoint, digests, [], fold, adviceFor).cases, first.cases);
  report(
    `an upload's fold: ${WINDOW} such windows, one a snapshot`,
    Array.from({ length: RUNS }, () => timed(again)),
  );
};

process.stdout.write(`${machine()}\n`);
const usual = measure(`diagnose: ${WINDOW} snapshots and logs of ${SOCKETS} sockets`, await windowOf(WINDOW));
measure(
  'the same among 40 programs with a leak each',
  await windowOf(
    WINDOW,
    Array.from({ length: 40 }, (_, i) => `worker-${i}`),
  ),
);
await measureFold();
process.stdout.write(usual < TARGET_MS ? `below ${TARGET_MS} ms\n` : `NOT below ${TARGET_MS} ms\n`);
process.exitCode = usual < TARGET_MS ? 0 : 1;
