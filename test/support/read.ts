import type { Failure } from '../../lib/model/failure.ts';
import type { Socket } from '../../lib/model/socket.ts';
import { LogReader, type LogReadResult } from '../../lib/parsers/logs/reader.ts';
import { SnapshotReader, type SnapshotReadResult } from '../../lib/parsers/snapshot.ts';
import { type RowSnapshot, withRows } from './rows.ts';

/** Reads a text as an uploaded snapshot object. */
export const readSnapshots = (text: string): { readonly snapshots: readonly RowSnapshot[]; readonly result: SnapshotReadResult } => {
  const snapshots: RowSnapshot[] = [];
  const reader = new SnapshotReader((snapshot) => snapshots.push(withRows(snapshot)));
  for (const [i, line] of text.split('\n').entries()) reader.line(line, i + 1);
  return { snapshots, result: reader.end() };
};

export const readSockets = (text: string): readonly Socket[] => readSnapshots(text).snapshots.flatMap(({ sockets }) => sockets);

/** Reads a text as an uploaded log. */
export const readLog = (
  text: string,
  uploadedAt = '2026-11-23T12:00:00.000Z',
  zone: string | null = null,
): { readonly failures: readonly Failure[]; readonly result: LogReadResult } => {
  const failures: Failure[] = [];
  const reader = new LogReader({ uploadedAt, zone }, (failure) => failures.push(failure));
  for (const [i, line] of text.split('\n').entries()) reader.line(line, i + 1);
  return { failures, result: reader.end() };
};

export async function* bytesOf(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof text === 'string' ? Buffer.from(text) : text;
}
