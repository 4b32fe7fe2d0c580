import { readFileSync } from 'node:fs';
import type { Socket } from '../../lib/model/socket.ts';
import { LineReader } from '../../lib/parsers/line-reader.ts';
import { SnapshotReader, type SnapshotReadResult } from '../../lib/parsers/snapshot.ts';
import { type RowSnapshot, withRows } from './rows.ts';

/** Reads bytes as an uploaded snapshot object, as the service does: line ends and byte order marks included. */
export const readBytes = (bytes: Uint8Array): { readonly snapshots: readonly RowSnapshot[]; readonly result: SnapshotReadResult } => {
  const snapshots: RowSnapshot[] = [];
  const reader = new SnapshotReader((snapshot) => snapshots.push(withRows(snapshot)));
  const lines = new LineReader((line) => reader.read(line));
  lines.push(bytes);
  lines.end();
  return { snapshots, result: reader.end() };
};

export const fixture = (path: string): string => readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8');

export const ownersText = ({ ownership }: Socket): string =>
  ownership.kind === 'owned' ? ownership.owners.map(({ command, pid }) => `${command ?? ''}=${pid}`).join('+') : ownership.kind;

/** `tcp close_wait 10.0.0.1:5 10.0.0.2:6 java=12` */
export const brief = (socket: Socket): string =>
  `${socket.protocol} ${socket.state} ${socket.local.address}:${socket.local.port} ${socket.peer.address}:${socket.peer.port} ${ownersText(socket)}`;

export const reasonOf = (result: SnapshotReadResult): string => (result.kind === 'refused' ? result.reason : '');
