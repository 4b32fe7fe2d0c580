import type { Snapshot } from '../../lib/model/snapshot.ts';
import type { Socket } from '../../lib/model/socket.ts';
import { type SocketColumns, socketAt } from '../../lib/model/socket-columns.ts';
import { SocketTable } from '../../lib/parsers/socket-table.ts';

/** A snapshot whose sockets are rows. */
export type RowSnapshot = Omit<Snapshot, 'sockets'> & { readonly sockets: readonly Socket[] };

export const rowsOf = (columns: SocketColumns): readonly Socket[] => Array.from({ length: columns.size }, (_, i) => socketAt(columns, i));

export const withRows = (snapshot: Snapshot): RowSnapshot => ({ ...snapshot, sockets: rowsOf(snapshot.sockets) });

export const columnsOf = (rows: readonly Socket[]): SocketColumns => {
  const table = new SocketTable();
  for (const row of rows) table.push(row);
  return table.columns();
};
