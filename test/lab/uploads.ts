import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { renderLog } from './log-formats.ts';
import type { ActorSpec, Scenario } from './model.ts';
import type { ActorRecord } from './reports.ts';
import type { TakenSnapshot } from './snapshots.ts';

/** `20261123T104125Z`, as in the key layout. */
export const keyTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '')}Z`;

const put = (file: string, text: string, gzip: boolean): void => {
  if (gzip) writeFileSync(`${file}.gz`, gzipSync(text));
  else writeFileSync(file, text);
};

/** How many snapshots share one object in the bundled shape. */
const BUNDLE = 3;

const bundles = (snapshots: readonly TakenSnapshot[]): readonly TakenSnapshot[] => {
  const count = Math.ceil(snapshots.length / BUNDLE);
  return Array.from({ length: count }, (_, i) => {
    const part = snapshots.slice(i * BUNDLE, (i + 1) * BUNDLE);
    return { host: part[0]?.host ?? '', at: part.at(-1)?.at ?? 0, text: part.map((s) => s.text).join('\n') };
  });
};

export const writeSnapshots = (scenario: Scenario, snapshots: readonly TakenSnapshot[], hostFolder: string): void => {
  const folder = join(hostFolder, 'snapshots');
  mkdirSync(folder, { recursive: true });
  const objects = scenario.shape === 'bundled' ? bundles(snapshots) : snapshots;
  for (const { at, text } of objects) put(join(folder, `${keyTime(at)}${scenario.gzip ? '' : '.txt'}`), text, scenario.gzip ?? false);
};

/** When a log is uploaded: once at the end, or whole at every other snapshot as well. */
const uploadTimes = (scenario: Scenario, times: readonly number[]): readonly number[] =>
  scenario.logUploads === 'growing' ? times.filter((_, i) => i % 2 === 1 || i === times.length - 1) : times.slice(-1);

/** @returns the folder of the log, or `null` where the actor writes none. */
export const writeLog = (
  scenario: Scenario,
  spec: ActorSpec,
  record: ActorRecord,
  times: readonly number[],
  host: string,
  hostFolder: string,
): string | null => {
  if (spec.log === undefined || record.logs.length === 0) return null;
  const { app, format, module = app } = spec.log;
  const folder = join(hostFolder, 'logs', app);
  mkdirSync(folder, { recursive: true });
  const writer = { app, module, host, pid: record.pid };
  for (const at of uploadTimes(scenario, times)) {
    const until = record.logs.filter((r) => r.t * 1000 <= at);
    if (until.length > 0) put(join(folder, `${keyTime(at)}.log`), renderLog(format, until, writer), scenario.gzip ?? false);
  }
  return folder;
};
