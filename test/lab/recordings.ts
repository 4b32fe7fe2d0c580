import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RecordedTruth, truthSchema } from './truth-schema.ts';

const isRecording = (folder: string): boolean => existsSync(join(folder, 'incident.json'));

/** A folder that is a recording, or those below one that holds some; none where it does not exist. */
export const recordingsIn = (folder: string): readonly string[] => {
  if (isRecording(folder)) return [folder];
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter(isRecording);
};

export const readTruth = (recording: string): RecordedTruth =>
  truthSchema.parse(JSON.parse(readFileSync(join(recording, 'incident.json'), 'utf8')));
