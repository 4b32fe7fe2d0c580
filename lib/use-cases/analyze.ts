import { noCheckpoint } from '../cases/board.ts';
import { type Case, openCase, toAnalysis } from '../cases/case.ts';
import { foldCases } from '../cases/fold.ts';
import { sightOf } from '../cases/sight.ts';
import { diagnose, portsToLookUp } from '../diagnosis/diagnose.ts';
import { digestUpload } from '../digest/digest-upload.ts';
import { lookUpPorts } from '../digest/look-up-port.ts';
import { parseUploadKey, type UploadKey } from '../digest/upload-key.ts';
import { groupAnalyses } from '../fleet/group.ts';
import { adviceFor } from '../knowledge/advice.ts';
import { type Analysis, SEVERITIES } from '../model/analysis.ts';
import type { Digest, PortLookup } from '../model/digest.ts';
import type { Unparsed } from '../model/snapshot.ts';
import type { Timeline } from '../model/timeline.ts';
import { frameOf } from '../timeline/frame.ts';
import { timelineOf } from '../timeline/timeline.ts';
import { withOtherEndAmong } from './other-ends.ts';
import { defaultSettings } from './settings.ts';

/** A file that may be an upload. */
export interface FileEntry {
  /** As a person would name it; what evidence quotes. */
  readonly path: string;
  /** Below the folder that was named; `/`-separated. */
  readonly relative: string;
  readonly modifiedAt: string;
}

/** The file system, as far as `closewatch analyze` needs it. */
export interface FileReader {
  /** The files at or below a path, in a stable order. Rejects with `PathError` where there is none. */
  list(path: string): Promise<readonly FileEntry[]>;
  read(path: string): AsyncIterable<Uint8Array>;
}

/** A path that cannot be read: named, with the reason. */
export class PathError extends Error {
  override readonly name = 'PathError';
}

/** An upload that was refused, or whose lines were not all understood. */
interface UnparsedUpload {
  readonly source: string;
  readonly reason: string;
  readonly samples: readonly Unparsed[];
}

export interface AnalyzeResult {
  readonly analyses: readonly Analysis[];
  readonly unparsed: readonly UnparsedUpload[];
  /** Of the hosts that have an analysis, where they were asked for. */
  readonly timelines: ReadonlyMap<string, Timeline>;
  /** What was read, for "no finding" to mean something. */
  readonly read: { readonly snapshots: number; readonly logs: number; readonly from: string | null; readonly to: string | null };
}

/** Loose files without a host in their path belong to this one. */
const LOOSE_HOST = 'localhost';

/** The upload key within a path: `…/hosts/web-03/snapshots/x`, or `web-03/snapshots/x` below a folder named `hosts`. */
const keyOf = (file: FileEntry): UploadKey | null => {
  for (const text of [file.path, `hosts/${file.relative}`]) {
    const parts = text.split('/');
    const root = parts.lastIndexOf('hosts');
    if (root < 0) continue;
    const key = parseUploadKey(parts.slice(root).join('/'));
    if (key.kind !== 'rejected') return key;
  }
  return null;
};

/** The name of a loose log's program: the file's name without its time and endings. */
const looseApp = (relative: string): string => {
  const base = relative
    .slice(relative.lastIndexOf('/') + 1)
    .replace(/\.gz$/, '')
    .replace(/\.(log|txt|out|json)$/, '');
  const name = base.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 64);
  return /^[A-Za-z0-9]/.test(name) ? name : 'log';
};

interface ReadFile {
  readonly file: FileEntry;
  readonly digests: readonly Digest[];
  readonly refused: string | null;
  /** Refused, yet surely a listing of sockets: reading it as a log would find nothing, and say so. */
  readonly isListing: boolean;
}

const readAs = async (file: FileEntry, ref: UploadKey, files: FileReader, timezone: string | null): Promise<ReadFile> => {
  const outcome = await digestUpload({
    ref,
    uri: file.path,
    lastModified: file.modifiedAt,
    body: files.read(file.path),
    timezone,
    clockIsTrusted: false,
    // Nobody else waits for the machine of whoever runs it.
    maxLogEffort: Number.POSITIVE_INFINITY,
  });
  return outcome.kind === 'digested'
    ? { file, digests: outcome.digests, refused: null, isListing: true }
    : { file, digests: [], refused: outcome.reason, isListing: outcome.isListing };
};

/** A file in the key layout is what its key says; a loose one is told by its content: a snapshot if it reads as one, else a log. */
const readFile = async (file: FileEntry, files: FileReader, timezone: string | null): Promise<ReadFile> => {
  const key = keyOf(file);
  if (key !== null) return readAs(file, key, files, timezone);
  const snapshot = await readAs(file, { kind: 'snapshots', host: LOOSE_HOST, name: file.relative }, files, timezone);
  return snapshot.isListing
    ? snapshot
    : readAs(file, { kind: 'logs', host: LOOSE_HOST, app: looseApp(file.relative), name: file.relative }, files, timezone);
};

const lookUpAll = async (host: string, digests: readonly Digest[], files: FileReader): Promise<readonly PortLookup[]> => {
  const found: PortLookup[] = [];
  for (const wanted of portsToLookUp({ host, digests, lookups: [] })) {
    const upload = { uri: wanted.source.uri, body: files.read(wanted.source.uri) };
    found.push(...(await lookUpPorts(upload, wanted, [wanted.port])));
  }
  return found;
};

export interface AnalyzeOptions {
  /** Called with the files done and in all. */
  readonly onProgress?: (done: number, all: number) => void;
  readonly withTimelines?: boolean;
  /** The zone of log times that name none. */
  readonly timezone?: string | null;
}

/** All evidence of half an hour is judged at once; more is history, and judged as the service would have, case by case. */
const casesOf = (host: string, digests: readonly Digest[], lookups: readonly PortLookup[]): readonly Case[] => {
  const { from, to } = span(digests);
  const { fold } = defaultSettings;
  if (from === null || to === null || Date.parse(to) - Date.parse(from) <= fold.windowMs)
    return diagnose({ host, digests, lookups }, adviceFor).map((finding) => openCase(finding, 1, sightOf(to ?? '', digests)));
  const all = {
    ...fold,
    latenessMs: Date.parse(to) - Date.parse(from),
    reopenMs: Math.max(fold.reopenMs, Date.parse(to) - Date.parse(from)),
    maxCases: Number.POSITIVE_INFINITY,
  };
  return foldCases(host, noCheckpoint, digests, lookups, all, adviceFor).cases;
};

const byRank = (a: Analysis, b: Analysis): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || Number(b.victims.length > 0) - Number(a.victims.length > 0);

const unparsedIn = ({ file, digests, refused }: ReadFile): readonly UnparsedUpload[] => {
  if (refused !== null) return [{ source: file.path, reason: refused, samples: [] }];
  return digests
    .filter(({ kind, account }) => kind === 'snapshot' && account.unparsed > 0)
    .map(({ account }) => ({
      source: file.path,
      reason: `${account.unparsed} of ${account.total} lines were not understood.`,
      samples: account.samples,
    }));
};

const span = (digests: readonly Digest[]): { from: string | null; to: string | null } => {
  const times = digests
    .flatMap((digest) =>
      digest.kind === 'log' ? [digest.covers.from, digest.covers.to] : digest.kind === 'snapshot' ? [digest.takenAt] : [],
    )
    .sort();
  return { from: times[0] ?? null, to: times.at(-1) ?? null };
};

const timelineFor = (host: string, digests: readonly Digest[]): Timeline | null => {
  const { from, to } = span(digests);
  if (from === null || to === null) return null;
  return timelineOf({
    host,
    from,
    to,
    isComplete: true,
    frames: digests.filter((digest) => digest.kind === 'snapshot').map(frameOf),
    logs: digests.filter((digest) => digest.kind === 'log'),
    markers: digests.filter((digest) => digest.kind === 'marker'),
  });
};

/**
 * Diagnoses files at once, without any stack: what someone runs in the middle of an incident.
 *
 * @throws PathError where a path cannot be read
 */
export const analyzePaths = async (paths: readonly string[], files: FileReader, options: AnalyzeOptions = {}): Promise<AnalyzeResult> => {
  const entries = (await Promise.all(paths.map((path) => files.list(path)))).flat();
  const results: ReadFile[] = [];
  for (const [i, entry] of entries.entries()) {
    results.push(await readFile(entry, files, options.timezone ?? null));
    options.onProgress?.(i + 1, entries.length);
  }
  const digests = results.flatMap((result) => result.digests);
  const analyses: Analysis[] = [];
  for (const host of new Set(digests.map((digest) => digest.host))) {
    const own = digests.filter((digest) => digest.host === host);
    const lookups = await lookUpAll(host, own, files);
    analyses.push(...casesOf(host, own, lookups).map((one) => toAnalysis(withOtherEndAmong(one, own, digests))));
  }
  const timelines = new Map<string, Timeline>();
  for (const host of options.withTimelines === true ? new Set(analyses.map((analysis) => analysis.host)) : []) {
    const timeline = timelineFor(
      host,
      digests.filter((digest) => digest.host === host),
    );
    if (timeline !== null) timelines.set(host, timeline);
  }
  const snapshots = digests.filter(({ kind }) => kind === 'snapshot').length;
  const logs = digests.filter(({ kind }) => kind === 'log').length;
  return {
    analyses: groupAnalyses(analyses).toSorted(byRank),
    unparsed: results.flatMap(unparsedIn),
    timelines,
    read: { snapshots, logs, ...span(digests) },
  };
};
