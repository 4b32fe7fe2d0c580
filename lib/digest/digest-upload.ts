import { createHash } from 'node:crypto';
import type { Digest, SnapshotDigest } from '../model/digest.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { LineReader } from '../parsers/line-reader.ts';
import { afterHead } from '../parsers/logs/agent-head.ts';
import { LogReader } from '../parsers/logs/reader.ts';
import { LogSkimmer } from '../parsers/logs/skim.ts';
import { MAX_SNAPSHOTS, SnapshotReader } from '../parsers/snapshot.ts';
import { redact } from '../text/redact.ts';
import { count, number } from '../text/words.ts';
import { fitLog, fitSnapshot } from './fit.ts';
import { type Inflated, inflate } from './inflate.ts';
import { MAX_LOG_BYTES, MAX_LOG_EFFORT, MAX_MARKER_BYTES, MAX_SNAPSHOT_BYTES, MAX_SNAPSHOT_LINES } from './limits.ts';
import { digestLog, FailureTally } from './log-digest.ts';
import { mayBeginWithSecret, withSafeBeginning } from './redacted.ts';
import { digestSnapshot, hostRemark, type UploadFacts } from './snapshot-digest.ts';
import { type TakenAt, takenAt } from './taken-at.ts';
import type { UploadKey } from './upload-key.ts';

export interface Upload {
  readonly ref: UploadKey;
  readonly uri: string;
  /** RFC 3339. */
  readonly lastModified: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** The zone of log times that name none: IANA name or `±hh:mm`; UTC is assumed without. */
  readonly timezone?: string | null;
  /** Whether `lastModified` is a clock to compare with: S3's is, a copied file's is not. */
  readonly clockIsTrusted?: boolean;
}

export type DigestOutcome =
  | { readonly kind: 'digested'; readonly digests: readonly Digest[] }
  /** `isListing`: a snapshot all right, of a form that may not be used (another language); otherwise it may be anything. */
  | { readonly kind: 'rejected'; readonly reason: string; readonly isListing: boolean };

const rejected = (reason: string, isListing = false): DigestOutcome => ({ kind: 'rejected', reason: redact(reason), isListing });

const MIB = 1024 * 1024;
const sizeWords = (bytes: number): string => (bytes >= MIB ? `${bytes / MIB} MiB` : `${bytes / 1024} KiB`);

/** A whole sentence on why the body could not be read to its end, or `null`. */
const faultSentence = (inflated: Inflated): string | null => {
  const fault = inflated.fault();
  if (fault === null) return null;
  return fault.kind === 'too-large'
    ? `It inflates to more than ${sizeWords(fault.limit)}; what lies beyond is not read.`
    : `Its gzip data is damaged or cut short (${fault.detail}); what came before is read.`;
};

/** Reads an upload, of any size in bounded memory, into its digests. Rejects (throws) only for faults of the transport. */
export const digestUpload = (upload: Upload): Promise<DigestOutcome> => {
  const { ref } = upload;
  switch (ref.kind) {
    case 'snapshots':
      return digestSnapshots(upload, ref);
    case 'logs':
      return digestLogUpload(upload, ref);
    case 'events':
      return digestEvents(upload, ref.host);
  }
};

const factsOf = (upload: Upload, host: string): UploadFacts => ({ host, uri: upload.uri, uploadedAt: upload.lastModified });

const digestEvents = async (upload: Upload, host: string | null): Promise<DigestOutcome> => {
  const inflated = inflate(upload.body, MAX_MARKER_BYTES);
  const parts: Uint8Array[] = [];
  for await (const chunk of inflated.chunks) parts.push(chunk);
  const fault = faultSentence(inflated);
  if (fault !== null) return rejected(fault);
  // With it comes zod, which no snapshot and no log needs.
  const { readMarkers } = await import('./marker.ts');
  const read = readMarkers(Buffer.concat(parts).toString('utf8'), { host, uri: upload.uri, uploadedAt: upload.lastModified });
  return read.kind === 'read' ? { kind: 'digested', digests: read.markers } : rejected(read.reason);
};

const digestSnapshots = async (upload: Upload, { host, name }: { host: string; name: string }): Promise<DigestOutcome> => {
  const digests: SnapshotDigest[] = [];
  const reader = new SnapshotReader((snapshot) =>
    digests.push(fitSnapshot(digestSnapshot(snapshot, factsOf(upload, host), timeOf(upload, snapshot, name)))),
  );
  const lines = new LineReader((line) => reader.read(line));
  const inflated = inflate(upload.body, MAX_SNAPSHOT_BYTES);
  for await (const chunk of inflated.chunks) {
    lines.push(chunk);
    if (lines.lines > MAX_SNAPSHOT_LINES) return rejected(`It has more than ${number(MAX_SNAPSHOT_LINES)} lines.`);
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

const timeOf = (upload: Upload, snapshot: Snapshot, name: string): TakenAt => {
  const taken = takenAt(snapshot.meta.takenAt, name, upload.lastModified);
  return upload.clockIsTrusted === false ? { ...taken, remarks: [] } : taken;
};

/** As `LogReader` counts it: some ten microseconds, beside those for each character. */
const EFFORT_OF_REDACTING = 110;

const spentSentence = (lines: number): string =>
  `So much of it had to be looked at closely that what lies behind line ${number(lines)} is not read.`;

const digestLogUpload = async (
  upload: Upload,
  { host, app, name }: { host: string; app: string; name: string },
): Promise<DigestOutcome> => {
  // Logs bear no zone of their own; the key's time tells the day of lines that have none.
  const uploadedAt = takenAt(null, name, upload.lastModified).at;
  const tally = new FailureTally();
  const openReader = (zone: string | null): LogReader => new LogReader({ uploadedAt, zone }, (failure) => tally.add(failure));
  let reader = openReader(upload.timezone ?? null);
  const log = afterHead((meta) => {
    if (meta?.timezone) reader = openReader(meta.timezone);
    return (text, line) => {
      if (mayBeginWithSecret(text)) reader.spend(EFFORT_OF_REDACTING + text.length);
      reader.line(withSafeBeginning(text), line);
    };
  });
  const isSpent = (): boolean => reader.effort > MAX_LOG_EFFORT;
  const lines = new LogSkimmer({
    line: (text, line) => isSpent() || log.line(text, line),
    gap: (count) => isSpent() || reader.gap(count),
  });
  const hash = createHash('sha256');
  const inflated = inflate(upload.body, MAX_LOG_BYTES);
  for await (const chunk of inflated.chunks) {
    // To its end, whatever is read: where an upload is delivered again, its content must be the same.
    hash.update(chunk);
    if (!isSpent()) lines.push(chunk);
  }
  lines.end();
  log.end();
  const result = reader.end();
  const fault = faultSentence(inflated);
  if (result.kind === 'refused') return rejected(fault === null ? result.reason : `${fault} ${result.reason}`);
  const facts = {
    ...result,
    app,
    contentId: hash.digest('hex'),
    covers: result.covers ?? { from: uploadedAt, to: uploadedAt },
    chunk: log.meta()?.chunk ?? null,
    remarks: [
      ...(fault === null ? [] : [fault]),
      ...(isSpent() ? [spentSentence(result.account.total)] : []),
      ...hostRemark(log.meta()?.host ?? null, host),
    ],
  };
  return { kind: 'digested', digests: [fitLog(digestLog(factsOf(upload, host), facts, tally.finish()))] };
};
