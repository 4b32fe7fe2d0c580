import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { analyzePaths, type FileReader } from '../../lib/use-cases/analyze.ts';
import { ABLATIONS, type Upload } from './ablations.ts';
import { calibrate, describe, type Trial, tableOf } from './calibration.ts';
import { readTruth, recordingsIn } from './recordings.ts';
import type { RecordedTruth } from './truth-schema.ts';

/**
 * `node test/lab/calibrate.ts [FOLDER…]`: how often each level of confidence is right, over recordings and their poorer versions. A folder
 * is a recording or holds some; without one, those of the tests and of `npm run lab`. Exit status 1 where less evidence turns an answer
 * into another.
 */
const DEFAULT_FOLDERS = ['test/fixtures/incidents', '.closewatch/lab'];

const GZIP_MAGIC = 0x1f8b;
const unpacked = (bytes: Buffer): Buffer => (bytes.length > 1 && bytes.readUInt16BE(0) === GZIP_MAGIC ? gunzipSync(bytes) : bytes);

const uploadsOf = (recording: string): readonly Upload[] =>
  readdirSync(join(recording, 'hosts'), { recursive: true, encoding: 'utf8' })
    .map((name) => join(recording, 'hosts', name))
    .filter((file) => statSync(file).isFile())
    .sort()
    .map((file) => ({
      key: relative(recording, file),
      text: unpacked(readFileSync(file)).toString('latin1'),
      modifiedAt: statSync(file).mtime.toISOString(),
    }));

/** Uploads in memory, to be read as files. */
const readerOf = (uploads: readonly Upload[]): FileReader => {
  const texts = new Map(uploads.map(({ key, text }) => [key, text]));
  return {
    list: async () => uploads.map(({ key, modifiedAt }) => ({ path: key, relative: key, modifiedAt })),
    read: async function* (path) {
      yield Buffer.from(texts.get(path) ?? '', 'latin1');
    },
  };
};

const trialOf = async (recording: string, ablation: string | null, truth: RecordedTruth, uploads: readonly Upload[]): Promise<Trial> => {
  const { analyses } = await analyzePaths(['hosts'], readerOf(uploads));
  return { recording, ablation, truth, answers: analyses };
};

const trialsOf = async (recording: string): Promise<readonly Trial[]> => {
  const truth = readTruth(recording);
  const uploads = uploadsOf(recording);
  const trials = [await trialOf(recording, null, truth, uploads)];
  for (const [name, ablate] of Object.entries(ABLATIONS)) {
    const changed = ablate(uploads, truth.victim?.app ?? null);
    if (changed.length > 0) trials.push(await trialOf(recording, name, truth, changed));
  }
  return trials;
};

const main = async (): Promise<void> => {
  const folders = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT_FOLDERS;
  const recordings = folders.flatMap((folder) => recordingsIn(resolve(folder)));
  const trials: Trial[] = [];
  for (const recording of recordings) trials.push(...(await trialsOf(recording)));
  const result = calibrate(trials);
  const list = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) console.log(`\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}`);
  };
  console.log(`${recordings.length} recordings, ${trials.length - recordings.length} poorer versions of them.\n\n${tableOf(result)}`);
  list('Wrong about the whole recording:', result.mistakes.filter(({ ablation }) => ablation === null).map(describe));
  list('No cause told of a whole recording:', result.unanswered.whole);
  list('Turned into another answer by less evidence:', result.flips.map(describe));
  if (result.flips.length > 0) process.exitCode = 1;
};

await main();
