import type { PortLookup, PortRow } from '../model/digest.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Socket } from '../model/socket.ts';
import { socketAt } from '../model/socket-columns.ts';
import { LineReader } from '../parsers/line-reader.ts';
import { SnapshotReader } from '../parsers/snapshot.ts';
import { holderOf } from './holder.ts';
import { inflate } from './inflate.ts';
import { MAX_SNAPSHOT_BYTES } from './limits.ts';
import { socketsWithNames } from './named-owners.ts';
import { peerText } from './peer-text.ts';
import { rowWithNames } from './short-names.ts';

const MAX_ROWS = 32;

const toRow = (socket: Socket): PortRow => ({
  state: socket.state,
  holder: holderOf(socket.ownership),
  cgroup: socket.cgroup,
  localAddress: socket.local.address,
  peer: peerText(socket),
  peerPort: socket.peer.port,
  line: socket.line,
});

const lookUpIn = (snapshot: Snapshot, uri: string, takenAt: string, port: number): PortLookup => {
  const sockets = socketsWithNames(snapshot);
  const rows: PortRow[] = [];
  for (let i = sockets.local.port.indexOf(port); i >= 0; i = sockets.local.port.indexOf(port, i + 1)) {
    const socket = socketAt(sockets, i);
    if (socket.protocol === 'tcp') rows.push(rowWithNames(toRow(socket)));
  }
  return {
    port,
    contentId: snapshot.contentId,
    takenAt,
    source: { uri, lines: snapshot.lines },
    rows: rows.slice(0, MAX_ROWS),
    more: Math.max(0, rows.length - MAX_ROWS),
  };
};

/**
 * Who has these local ports in one snapshot of a raw upload: read again, since the digest does not keep every port.
 *
 * @param wanted the snapshot's `contentId` and when its digest says it was taken
 * @returns one lookup a port; empty where the object no longer holds that snapshot
 */
export const lookUpPorts = async (
  upload: { readonly uri: string; readonly body: AsyncIterable<Uint8Array> },
  wanted: { readonly contentId: string; readonly takenAt: string },
  ports: readonly number[],
): Promise<readonly PortLookup[]> => {
  const found: PortLookup[] = [];
  const reader = new SnapshotReader((snapshot) => {
    if (snapshot.contentId !== wanted.contentId || found.length > 0) return;
    found.push(...ports.map((port) => lookUpIn(snapshot, upload.uri, wanted.takenAt, port)));
  });
  const lines = new LineReader((line) => reader.read(line));
  for await (const chunk of inflate(upload.body, MAX_SNAPSHOT_BYTES).chunks) lines.push(chunk);
  lines.end();
  reader.end();
  return found;
};
