import type { SnapshotDigest } from '../model/digest.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { LineReader } from '../parsers/line-reader.ts';
import { MAX_SNAPSHOTS, SnapshotReader } from '../parsers/snapshot.ts';
import { count, number } from '../text/words.ts';
import { fitSnapshot } from './fit.ts';
import { inflate } from './inflate.ts';
import { LARGE_SNAPSHOT_LINES, MAX_SNAPSHOT_BYTES, MAX_SNAPSHOT_LINES } from './limits.ts';
import { digestSnapshot } from './snapshot-digest.ts';
import { type TakenAt, takenAt } from './taken-at.ts';
import { type DigestOutcome, factsOf, faultSentence, rejected, type Upload } from './upload.ts';

const timeOf = (upload: Upload, snapshot: Snapshot, name: string): TakenAt => {
  const taken = takenAt(snapshot.meta.takenAt, name, upload.lastModified);
  return upload.clockIsTrusted === false ? { ...taken, remarks: [] } : taken;
};

const FOR_LATER = `It has more than ${number(LARGE_SNAPSHOT_LINES)} lines, and is to be read alone.`;

export const digestSnapshots = async (upload: Upload, { host, name }: { host: string; name: string }): Promise<DigestOutcome> => {
  const digests: SnapshotDigest[] = [];
  const reader = new SnapshotReader((snapshot) =>
    digests.push(fitSnapshot(digestSnapshot(snapshot, factsOf(upload, host), timeOf(upload, snapshot, name)))),
  );
  const lines = new LineReader((line) => reader.read(line));
  const inflated = inflate(upload.body, MAX_SNAPSHOT_BYTES);
  for await (const chunk of inflated.chunks) {
    lines.push(chunk);
    if (lines.lines > MAX_SNAPSHOT_LINES) return rejected(`It has more than ${number(MAX_SNAPSHOT_LINES)} lines.`);
    if (lines.lines > LARGE_SNAPSHOT_LINES && upload.isBesideOthers === true) return { ...rejected(FOR_LATER), isForLater: true };
  }
  const { truncatedLines } = lines.end();
  const result = reader.end();
  const fault = faultSentence(inflated);
  if (fault !== null && inflated.fault()?.kind === 'too-large') return rejected(fault);
  if (result.kind === 'refused') return rejected(fault === null ? result.reason : `${fault} ${result.reason}`, result.isListing);
  const remarks = [
    ...(fault === null ? [] : [fault]),
    ...(truncatedLines > 0 ? [`${truncatedLines} of its lines are too long and were cut.`] : []),
    ...(result.linesLeft > 0
      ? [`It holds more than ${number(MAX_SNAPSHOTS)} snapshots; the last ${count(result.linesLeft, 'line')} are not read.`]
      : []),
  ];
  return { kind: 'digested', digests: digests.map((digest) => ({ ...digest, remarks: [...digest.remarks, ...remarks] })) };
};
